/** Variables of a compiled program in RAM, read as JSON and written from text (design.md §7, `partita exec PROGRAM.st`). */
import type { ProgramInfo, VariableType } from "../../partitions/st/index.ts";

/** A variable, or a part of one. */
export interface VariablePlace {
  readonly type: VariableType;
  /** Guest address. */
  readonly address: number;
  readonly bit: number | null;
}

export type VariableValue =
  | boolean
  | number
  | string
  | readonly VariableValue[]
  | { readonly [field: string]: VariableValue };

/**
 * `INSTANCE.NAME`, `NAME` when only one variable is called so, with members and elements behind it: `MAIN.REC[3].VAL`. Upper
 * and lower case are the same. null: there is no such variable.
 */
export const findVariable = ({ variables }: ProgramInfo, path: string): VariablePlace | null => {
  const wanted = path.toUpperCase().replaceAll(/\s/g, "");
  const named = variables.map((variable) => ({ variable, names: namesOf(variable.path.toUpperCase()) }));
  for (const matches of [
    named.filter(({ names }) => isPrefix(names.full, wanted)),
    named.filter(({ names }) => isPrefix(names.short, wanted)),
  ]) {
    const longest = Math.max(...matches.map(({ names }) => names.full.length));
    const best = matches.filter(({ names }) => names.full.length === longest);
    if (best.length !== 1) continue;
    const { variable, names } = best[0]!;
    const known = isPrefix(names.full, wanted) ? names.full : names.short;
    return descend(variable, wanted.slice(known.length));
  }
  return null;
};

const namesOf = (full: string) => ({ full, short: full.slice(full.indexOf(".") + 1) });

const isPrefix = (name: string, path: string): boolean =>
  path.startsWith(name) && /^($|[.[])/.test(path.slice(name.length));

/** Follows `.FIELD` and `[1,2]`. */
const descend = (place: VariablePlace, path: string): VariablePlace | null => {
  if (path === "") return place;
  const { type } = place;
  const [whole, field, indices] = /^\.(\w+)|^\[([-\d,]+)\]/.exec(path) ?? [];
  if (whole === undefined) return null;
  const rest = path.slice(whole.length);
  if (field !== undefined && type.kind === "struct") {
    const found = type.fields.find(({ name }) => name.toUpperCase() === field);
    return found === undefined
      ? null
      : descend({ type: found.type, address: place.address + found.offset, bit: null }, rest);
  }
  if (indices === undefined || type.kind !== "array") return null;
  const numbers = indices.split(",").map(Number);
  if (numbers.length !== type.dimensions.length) return null;
  let element = 0;
  for (const [i, { low, high }] of type.dimensions.entries()) {
    if (!(numbers[i]! >= low && numbers[i]! <= high)) return null;
    element = element * (high - low + 1) + numbers[i]! - low;
  }
  return descend({ type: type.element, address: place.address + element * type.element.bytes, bit: null }, rest);
};

/** `ram` starts at guest address `ramBase`. */
export class ProgramMemory {
  readonly #view: DataView;
  readonly #base: number;

  constructor(ram: Uint8Array, ramBase: number) {
    this.#view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
    this.#base = ramBase;
  }

  /** BOOL as boolean, numbers as numbers, TIME as `T#1s500ms`, an enum by its value's name, arrays and structs nested. Internals are left out. */
  read({ type, address, bit }: VariablePlace): VariableValue {
    switch (type.kind) {
      case "struct":
        return Object.fromEntries(
          type.fields
            .filter(({ internal }) => !internal)
            .map(({ name, offset, type: of }) => [name, this.read({ type: of, address: address + offset, bit: null })]),
        );
      case "array":
        return this.#readDimension(type, 0, address);
      case "enum": {
        const value = this.#integer(address, type.bytes, type.signed);
        return type.values.find((candidate) => candidate.value === value)?.name ?? value;
      }
      case "elementary":
        return this.#readElementary(type, address, bit);
    }
  }

  #readDimension(type: Extract<VariableType, { kind: "array" }>, dimension: number, address: number): VariableValue {
    if (dimension === type.dimensions.length) return this.read({ type: type.element, address, bit: null });
    const { low, high } = type.dimensions[dimension]!;
    const stride = type.dimensions
      .slice(dimension + 1)
      .reduce((bytes, { low: l, high: h }) => bytes * (h - l + 1), type.element.bytes);
    return Array.from({ length: high - low + 1 }, (_, i) =>
      this.#readDimension(type, dimension + 1, address + i * stride),
    );
  }

  #readElementary(
    { family, bytes }: Extract<VariableType, { kind: "elementary" }>,
    address: number,
    bit: number | null,
  ): VariableValue {
    if (family === "bool") {
      const byte = this.#integer(address, 1, false);
      return bit === null ? byte !== 0 : ((byte >> bit) & 1) !== 0;
    }
    if (family === "real") return shortestReal(this.#view.getFloat32(address - this.#base, true));
    const value = this.#integer(address, bytes, family === "signed" || family === "time");
    return family === "time" ? durationText(value) : value;
  }

  #integer(address: number, bytes: number, signed: boolean): number {
    const at = address - this.#base;
    if (bytes === 1) return signed ? this.#view.getInt8(at) : this.#view.getUint8(at);
    if (bytes === 2) return signed ? this.#view.getInt16(at, true) : this.#view.getUint16(at, true);
    return signed ? this.#view.getInt32(at, true) : this.#view.getUint32(at, true);
  }

  /** @returns what is wrong with `text` as a value of this type, or null when it was written. */
  write({ type, address, bit }: VariablePlace, text: string): string | null {
    const at = address - this.#base;
    if (type.kind === "struct" || type.kind === "array")
      return "only elementary variables can be set; name a member or element";
    const value = type.kind === "enum" ? enumValue(type, text) : elementaryValue(type, text);
    if (value === null) return `${text} is no ${type.name}${allowed(type)}`;
    if (type.kind === "elementary" && type.family === "real") this.#view.setFloat32(at, value, true);
    else if (bit !== null) this.#view.setUint8(at, (this.#view.getUint8(at) & ~(1 << bit)) | (value << bit));
    else if (type.bytes === 1) this.#view.setUint8(at, value);
    else if (type.bytes === 2) this.#view.setUint16(at, value, true);
    else this.#view.setUint32(at, value, true);
    return null;
  }
}

const enumValue = (type: Extract<VariableType, { kind: "enum" }>, text: string): number | null => {
  const name = text.replace(/^.*[#.]/, "").toUpperCase();
  return type.values.find((candidate) => candidate.name.toUpperCase() === name)?.value ?? null;
};

const elementaryValue = (
  { family, bytes }: Extract<VariableType, { kind: "elementary" }>,
  text: string,
): number | null => {
  if (family === "bool") return /^(true|1)$/i.test(text) ? 1 : /^(false|0)$/i.test(text) ? 0 : null;
  if (family === "time") return durationOf(text);
  const based = /^(2|8|16)#([0-9a-f_]+)$/i.exec(text);
  const value =
    based === null
      ? Number(text.replaceAll("_", ""))
      : Number.parseInt(based[2]!.replaceAll("_", ""), Number(based[1]));
  if (text.trim() === "" || Number.isNaN(value)) return null;
  if (family === "real") return value;
  const { low, high } = rangeOf(family, bytes);
  return Number.isInteger(value) && value >= low && value <= high ? value : null;
};

const rangeOf = (family: string, bytes: number): { readonly low: number; readonly high: number } =>
  family === "signed"
    ? { low: -(2 ** (bytes * 8 - 1)), high: 2 ** (bytes * 8 - 1) - 1 }
    : { low: 0, high: 2 ** (bytes * 8) - 1 };

/** What would be right, to be read behind `5.5 is no INT`. */
const allowed = (type: Extract<VariableType, { kind: "elementary" | "enum" }>): string => {
  if (type.kind === "enum") return `; write ${type.values.map(({ name }) => name).join(", ")}`;
  switch (type.family) {
    case "bool":
      return "; write TRUE or FALSE";
    case "time":
      return "; write a duration like T#1s500ms, at most 24 days";
    case "real":
      return "; write a number like 1.5";
    default: {
      const { low, high } = rangeOf(type.family, type.bytes);
      return `; write a whole number from ${low} to ${high}`;
    }
  }
};

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** Milliseconds. */
const durationOf = (text: string): number | null => {
  const [, sign, parts] = /^(?:T|TIME)#(-?)((?:\d+(?:\.\d+)?(?:ms|d|h|m|s)_?)+)$/i.exec(text) ?? [];
  if (parts === undefined) return null;
  let total = 0;
  for (const [, count, unit] of parts.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/gi)) {
    total += Number(count) * UNITS.find(([name]) => name === unit!.toLowerCase())![1];
  }
  const whole = Math.trunc(sign === "-" ? -total : total);
  return whole >= -(2 ** 31) && whole < 2 ** 31 ? whole : null;
};

/** `T#1h500ms`; `T#0ms`. */
const durationText = (milliseconds: number): string => {
  let rest = Math.abs(milliseconds);
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return `T#${milliseconds < 0 ? "-" : ""}${text === "" ? "0ms" : text}`;
};

/** The double whose decimal is the shortest that reads back as the same REAL; as text when JSON has no number for it. */
const shortestReal = (value: number): number | string => {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
};

/** As JSON.stringify writes it, but for -0, of which that makes 0. */
export const jsonOf = (value: VariableValue): string => {
  if (Object.is(value, -0)) return "-0.0";
  if (typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(jsonOf).join(",")}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonOf(member)}`)
    .join(",")}}`;
};

const isList = (value: VariableValue): value is readonly VariableValue[] => Array.isArray(value);
