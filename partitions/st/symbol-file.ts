/** The symbols of a compiled program for tools that read and write its variables: HMI, SCADA, loggers. One JSON document. */
import { notesAt } from "./declaration-notes.ts";
import { type Program, programsOf } from "./semantics/analyse.ts";
import { isStatic, type Unit, type Variable } from "./semantics/symbols.ts";
import { type ElementaryType, isSigned, nameOf, scalarOf, type Type } from "./semantics/types.ts";

/**
 * Version 1. Keys may be added within a version; a reader passes over those that it does not know. A change of what is there
 * counts the version up.
 */
export interface SymbolFile {
  readonly format: "partita-symbols";
  readonly version: 1;
  /** How values lie in memory. */
  readonly byteOrder: "little-endian";
  /** By urgency; the period is how often values change at most. */
  readonly tasks: readonly { readonly name: string | null; readonly intervalNs: number }[];
  /**
   * In order of declaration, each followed by what it consists of: the members of a struct or of an instance, and of an array whose
   * elements have members each element. Elements of other arrays are not listed: see `dimensions`.
   */
  readonly symbols: readonly SymbolEntry[];
}

export interface SymbolEntry {
  /** `GLOBAL`, `INSTANCE.NAME`, `INSTANCE.BLOCK.MEMBER`, `LIST[3].MEMBER`; unique, upper and lower case being the same. */
  readonly path: string;
  /** As the language writes it: `INT`, `ARRAY [1..3] OF REAL`, or a name of the program's own. */
  readonly type: string;
  readonly kind: "bool" | "integer" | "real" | "time" | "string" | "wstring" | "enum" | "pointer" | "array" | "struct";
  /** Of kinds held as integers: whether they are signed. A time counts ms, a LTIME ns; dates count from 1970-01-01, of DATE and DT s. */
  readonly signed?: boolean;
  /** In the guest's memory, of the first byte. */
  readonly address: number;
  readonly bytes: number;
  /** 0 … 7: the value is this bit of the byte. */
  readonly bit?: number;
  /** Of an enum. */
  readonly values?: Readonly<Record<string, number>>;
  /** Of an array: its elements lie one behind the other, `stride` bytes each, the last index running fastest. */
  readonly dimensions?: readonly { readonly low: number; readonly high: number }[];
  readonly stride?: number;
  /** Before the first scan: a boolean, a number, for integers beyond 2^53 a string of digits, an enum's value by its number. */
  readonly initial?: boolean | number | string;
  /** Kept over a warm start and a power failure. */
  readonly retain: boolean;
  /** Where it is in the process image: `%IX0.3`. */
  readonly at?: string;
  /** What the declaration says about it. */
  readonly comment?: string;
  /** Engineering unit of the value, from a pragma `{unit: 'm/s'}`. */
  readonly unit?: string;
  /** Where it is declared. */
  readonly file: string;
  readonly line: number;
}

/** The data as it is before the first scan; `base` is the address of its first byte. */
export interface InitialMemory {
  readonly data: Uint8Array;
  readonly base: number;
  readonly addressOf: (variable: Variable) => { readonly address: number; readonly bit: number | null } | null;
}

export const symbolFileOf = (program: Program, units: Iterable<Unit>, memory: InitialMemory): SymbolFile => {
  const lister = new Lister(memory);
  for (const variable of program.globals) lister.add(variable, variable.name);
  const programs = new Set<Unit>();
  for (const { name, program: unit } of programsOf(program)) {
    programs.add(unit);
    for (const variable of unit.variables) lister.add(variable, `${name}.${variable.name}`);
  }
  for (const { path, place } of program.placement.located) lister.add(place, path);
  for (const unit of units) {
    if (programs.has(unit) || unit.isLibrary) continue;
    for (const variable of unit.variables)
      if (isStatic(variable)) lister.add(variable, `${unit.name}.${variable.name}`);
  }
  return {
    format: "partita-symbols",
    version: 1,
    byteOrder: "little-endian",
    tasks: program.tasks.map(({ name, intervalNs }) => ({ name, intervalNs })),
    symbols: lister.entries,
  };
};

/** What the parts of a variable have from it, unless they say it themselves. */
type Declared = Pick<SymbolEntry, "retain" | "file" | "line"> & Partial<Pick<SymbolEntry, "at" | "comment" | "unit">>;

/** A type, and what its declaration calls it where that is another name. */
type Typed = Pick<Variable, "type" | "spelling">;

class Lister {
  readonly entries: SymbolEntry[] = [];
  readonly #memory: InitialMemory;

  constructor(memory: InitialMemory) {
    this.#memory = memory;
  }

  add(variable: Variable, path: string): void {
    const place = this.#memory.addressOf(variable);
    if (place === null || variable.type.bytes === 0) return;
    const isKept = variable.storage.kind === "static" && variable.storage.area === "retained";
    const at = variable.address === null ? {} : { at: directName(variable) };
    this.#list(path, variable, place.address, { ...declaredAt(variable.at), ...at, retain: isKept }, place.bit);
  }

  #list(path: string, { type, spelling }: Typed, address: number, declared: Declared, bit: number | null = null): void {
    const described = describe(type);
    if (described === null) return;
    const initial = this.#initial(type, address, bit);
    this.entries.push({
      ...{ path, type: spelling ?? nameOf(type), ...described, address, bytes: type.bytes },
      ...(bit === null ? {} : { bit }),
      ...(initial === null ? {} : { initial }),
      ...declared,
    });
    const { retain, file, line } = declared;
    const inherited = { retain, file, line };
    if (type.kind === "struct" || type.kind === "port" || type.kind === "block") {
      for (const field of type.fields) {
        if ("variable" in field && (field.variable as Variable).byReference) continue;
        const own = field.at === null ? inherited : { ...declaredAt(field.at), retain };
        this.#list(`${path}.${field.name}`, field, address + field.offset, own);
      }
    } else if (type.kind === "array" && hasMembers(type.element)) {
      const element: Typed = { type: type.element, spelling: null };
      for (const [i, index] of indicesOf(type.dimensions).entries())
        this.#list(`${path}[${index}]`, element, address + i * type.element.bytes, inherited);
    }
  }

  #initial(type: Type, address: number, bit: number | null): boolean | number | string | null {
    const { data, base } = this.#memory;
    const bytes = data.subarray(address - base, address - base + type.bytes);
    if (bytes.length < type.bytes) return null;
    if (type.kind === "string") return textOf(bytes, type.wide);
    const scalar = scalarOf(type);
    return scalar === null ? null : scalarValue(bytes, scalar, bit ?? 0);
  }
}

const declaredAt = (at: Variable["at"]): Omit<Declared, "retain"> => {
  const { comment, unit } = notesAt(at);
  return {
    file: at.source.file,
    line: at.source.position(at.start).line,
    ...(comment === "" ? {} : { comment }),
    ...(unit === null ? {} : { unit }),
  };
};

const SIZES: Readonly<Record<number, string>> = { 1: "B", 2: "W", 4: "D", 8: "L" };

const directName = ({ storage, address, type: { bytes } }: Variable): string => {
  const letter = { input: "I", output: "Q", memory: "M" }[address!.area];
  const { offset: byte, bit } = storage.kind === "static" ? storage : { offset: 0, bit: null };
  if (bit !== null) return `%${letter}X${byte}.${bit}`;
  const size = SIZES[bytes];
  return size !== undefined && byte % bytes === 0 ? `%${letter}${size}${byte / bytes}` : `%${letter}B${byte}`;
};

const hasMembers = (type: Type): boolean =>
  type.kind === "array"
    ? hasMembers(type.element)
    : type.kind === "struct" || type.kind === "block" || type.kind === "port";

const indicesOf = (dimensions: readonly { readonly low: number; readonly high: number }[]): readonly string[] =>
  dimensions.reduce<readonly string[]>(
    (before, { low, high }) =>
      before.flatMap((start) =>
        Array.from({ length: high - low + 1 }, (_, i) => `${start}${start === "" ? "" : ","}${low + i}`),
      ),
    [""],
  );

type Described = Pick<SymbolEntry, "kind"> & Partial<Pick<SymbolEntry, "signed" | "values" | "dimensions" | "stride">>;

/** null: what nobody but the program itself can read. */
const describe = (type: Type): Described | null => {
  switch (type.kind) {
    case "elementary":
      return describeElementary(type);
    case "subrange":
      return describeElementary(type.base);
    case "enum": {
      const values = Object.fromEntries(type.values.map(({ name, value }) => [name, Number(value)]));
      return { kind: "enum", signed: isSigned(type.base), values };
    }
    case "string":
      return { kind: type.wide ? "wstring" : "string" };
    case "pointer":
    case "interface":
      return { kind: "pointer" };
    case "array":
      return { kind: "array", dimensions: type.dimensions, stride: type.element.bytes };
    case "struct":
    case "port":
    case "block":
      return { kind: "struct" };
    default:
      return null;
  }
};

const describeElementary = (type: ElementaryType): Described => {
  const { family } = type;
  if (family === "bool" || family === "real") return { kind: family };
  const isCount = family === "time" || family === "date" || family === "timeOfDay" || family === "dateTime";
  return { kind: isCount ? "time" : "integer", signed: isSigned(type) };
};

const scalarValue = (bytes: Uint8Array, type: ElementaryType, bit: number): boolean | number | string | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type.family === "bool") return ((bytes[0]! >> bit) & 1) !== 0;
  if (type.family === "real") {
    const value = type.bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    return Number.isFinite(value) ? value : null;
  }
  let bits = 0n;
  for (const byte of [...bytes].reverse()) bits = (bits << 8n) | BigInt(byte);
  const value = isSigned(type) ? BigInt.asIntN(8 * type.bytes, bits) : bits;
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? Number(value) : value.toString();
};

const textOf = (bytes: Uint8Array, wide: boolean): string => {
  const units = wide ? new Uint16Array(bytes.slice().buffer) : bytes;
  const end = units.indexOf(0);
  return String.fromCharCode(...units.subarray(0, end < 0 ? units.length : end));
};
