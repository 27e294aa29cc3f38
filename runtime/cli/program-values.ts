/** Variables of a compiled program in RAM, read as JSON and written from text (design.md §7, `partita exec PROGRAM.st`). */
import type { ProgramInfo, VariableType } from "../../partitions/st/index.ts";
import { type CharacterBytes, readText, textWanted, writeText } from "../text.ts";
import { parseScalar, type ScalarType, shortestReal, shownCount, shownReal, wanted } from "./scalar-text.ts";

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

/** The path of the elementary variable, member or element that begins there; null: none does. */
export const pathAt = ({ variables }: ProgramInfo, address: number, bit: number | null): string | null => {
  const holder = variables.find(
    (variable) =>
      address >= variable.address && address < variable.address + variable.type.bytes && variable.bit === bit,
  );
  return holder === undefined ? null : pathWithin(holder.type, address - holder.address, holder.path);
};

const pathWithin = (type: VariableType, offset: number, path: string): string | null => {
  if (type.kind === "struct") {
    const field = type.fields.find(({ offset: start, type: of }) => offset >= start && offset < start + of.bytes);
    return field === undefined ? null : pathWithin(field.type, offset - field.offset, `${path}.${field.name}`);
  }
  if (type.kind !== "array") return offset === 0 ? path : null;
  const { dimensions, element } = type;
  let place = Math.floor(offset / element.bytes);
  const indices: number[] = [];
  for (const { low, high } of [...dimensions].reverse()) {
    const length = high - low + 1;
    indices.unshift(low + (place % length));
    place = Math.floor(place / length);
  }
  return pathWithin(element, offset % element.bytes, `${path}[${indices.join(",")}]`);
};

type StringKind = Extract<VariableType, { kind: "string" }>;
const characterBytes = ({ wide }: StringKind): CharacterBytes => (wide ? 2 : 1);

/** `ram` starts at guest address `ramBase`. */
export class ProgramMemory {
  readonly #view: DataView;
  readonly #base: number;

  constructor(ram: Uint8Array, ramBase: number) {
    this.#view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
    this.#base = ramBase;
  }

  /** BOOL as boolean, an enum by its value's name, arrays and structs nested, all else as scalar-text.ts has it. Internals are left out. */
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
        return type.values.find((candidate) => candidate.value === value)?.name ?? Number(value);
      }
      case "elementary":
        return this.#readElementary(type, address, bit);
      case "string":
        return readText(this.#view, address - this.#base, type.bytes, characterBytes(type));
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

  /** @returns what is wrong with it, or null. */
  #writeString(type: StringKind, address: number, text: string): string | null {
    const unit = characterBytes(type);
    const expected = textWanted(text, type.bytes / unit - 1, unit);
    if (expected !== null) return `${text} is no ${type.name}; write ${expected}`;
    writeText(this.#view, address - this.#base, type.bytes, unit, text);
    return null;
  }

  #readElementary(type: ScalarType, address: number, bit: number | null): VariableValue {
    const at = address - this.#base;
    if (type.family === "real")
      return type.bytes === 4
        ? shortestReal(this.#view.getFloat32(at, true))
        : shownReal(this.#view.getFloat64(at, true));
    const value = this.#integer(address, type.bytes, type.signed);
    if (type.family === "bool") return bit === null ? value !== 0n : ((value >> BigInt(bit)) & 1n) !== 0n;
    return shownCount(type, value);
  }

  #integer(address: number, bytes: number, signed: boolean): bigint {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#view.getUint8(address - this.#base + i));
    return signed ? BigInt.asIntN(8 * bytes, value) : value;
  }

  /** @returns what is wrong with `text` as a value of this type, or null when it was written. */
  write({ type, address, bit }: VariablePlace, text: string): string | null {
    const at = address - this.#base;
    if (type.kind === "struct" || type.kind === "array")
      return "only elementary variables can be set; name a member or element";
    if (type.kind === "string") return this.#writeString(type, address, text);
    const value = type.kind === "enum" ? enumValue(type, text) : parseScalar(type, text);
    if (value === null)
      return `${text} is no ${type.name}; write ${type.kind === "enum" ? type.values.map(({ name }) => name).join(", ") : wanted(type)}`;
    if (typeof value === "number") {
      if (type.bytes === 4) this.#view.setFloat32(at, value, true);
      else this.#view.setFloat64(at, value, true);
    } else if (bit === null)
      for (let i = 0; i < type.bytes; i++) this.#view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
    else this.#view.setUint8(at, (this.#view.getUint8(at) & ~(1 << bit)) | (Number(value) << bit));
    return null;
  }
}

const enumValue = (type: Extract<VariableType, { kind: "enum" }>, text: string): bigint | null => {
  const name = text.replace(/^.*[#.]/, "").toUpperCase();
  return type.values.find((candidate) => candidate.name.toUpperCase() === name)?.value ?? null;
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
