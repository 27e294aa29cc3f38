/** The data types (IEC 61131-3 §6.4) with their layout in RAM: C's, naturally aligned, little-endian. */
import type { PointerFlavour } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import type { Method, Property, Unit, Variable } from "./symbols.ts";

/**
 * What an elementary type is made of. Times, dates and times of day are counts: TIME and TOD of milliseconds, DATE and DT of
 * seconds, the long ones of nanoseconds; those of days count from 1970-01-01. TIME and the long ones are signed.
 */
export const ELEMENTARY = {
  BOOL: { family: "bool", bytes: 1 },
  BYTE: { family: "bits", bytes: 1 },
  WORD: { family: "bits", bytes: 2 },
  DWORD: { family: "bits", bytes: 4 },
  LWORD: { family: "bits", bytes: 8 },
  SINT: { family: "signed", bytes: 1 },
  INT: { family: "signed", bytes: 2 },
  DINT: { family: "signed", bytes: 4 },
  LINT: { family: "signed", bytes: 8 },
  USINT: { family: "unsigned", bytes: 1 },
  UINT: { family: "unsigned", bytes: 2 },
  UDINT: { family: "unsigned", bytes: 4 },
  ULINT: { family: "unsigned", bytes: 8 },
  REAL: { family: "real", bytes: 4 },
  LREAL: { family: "real", bytes: 8 },
  TIME: { family: "time", bytes: 4 },
  LTIME: { family: "time", bytes: 8 },
  DATE: { family: "date", bytes: 4 },
  LDATE: { family: "date", bytes: 8 },
  TOD: { family: "timeOfDay", bytes: 4 },
  LTOD: { family: "timeOfDay", bytes: 8 },
  DT: { family: "dateTime", bytes: 4 },
  LDT: { family: "dateTime", bytes: 8 },
  CHAR: { family: "char", bytes: 1 },
  WCHAR: { family: "char", bytes: 2 },
} as const;
export type ElementaryName = keyof typeof ELEMENTARY;
export type Family = (typeof ELEMENTARY)[ElementaryName]["family"];

/** Long names of the standard for types that have a short one (IEC 61131-3 table 10). */
const LONG_NAMES: Readonly<Record<string, ElementaryName>> = {
  TIME_OF_DAY: "TOD",
  LTIME_OF_DAY: "LTOD",
  DATE_AND_TIME: "DT",
  LDATE_AND_TIME: "LDT",
};

export interface ElementaryType {
  readonly kind: "elementary";
  readonly name: ElementaryName;
  readonly family: Family;
  readonly bytes: number;
  readonly align: number;
}

export interface EnumType {
  readonly kind: "enum";
  readonly name: string;
  readonly base: ElementaryType;
  readonly bytes: number;
  readonly align: number;
  readonly values: readonly { readonly name: string; readonly key: string; readonly value: bigint }[];
}

/** `INT (0..100)`. A value of it is one of `base`; it is checked where it is assigned. */
export interface SubrangeType {
  readonly kind: "subrange";
  readonly name: string;
  readonly base: ElementaryType;
  readonly low: bigint;
  readonly high: bigint;
  readonly bytes: number;
  readonly align: number;
}

export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
  readonly dimensions: readonly { readonly low: number; readonly high: number }[];
  readonly bytes: number;
  readonly align: number;
}

/** `ARRAY [*] OF INT`: a parameter whose bounds the caller gives. */
export interface OpenArrayType {
  readonly kind: "open array";
  readonly element: Type;
  readonly rank: number;
  readonly bytes: 4;
  readonly align: 4;
}

export interface Field {
  readonly name: string;
  readonly key: string;
  readonly type: Type;
  /** The type as the declaration writes it, where that is another name; see `spellingOf`. */
  readonly spelling: string | null;
  readonly offset: number;
  /** Where it is declared; null: it is built in. */
  readonly at: Span | null;
}

export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly Field[];
  readonly bytes: number;
  readonly align: number;
}

/** An instance of a function block: its variables as they lie in RAM, a VAR_IN_OUT as a pointer. */
export interface BlockType {
  readonly kind: "block";
  readonly name: string;
  readonly unit: Unit;
  /** Those that an instance keeps: everything but VAR_TEMP. */
  readonly fields: readonly (Field & { readonly variable: Variable })[];
  readonly bytes: number;
  readonly align: number;
}

/** A reference to an instance of any class that implements the interface; 0 is NULL. */
export interface InterfaceType {
  readonly kind: "interface";
  readonly name: string;
  readonly bases: readonly InterfaceType[];
  readonly methods: ReadonlyMap<string, Method>;
  readonly properties: ReadonlyMap<string, Property>;
  readonly bytes: 4;
  readonly align: 4;
}

/** One end of a port; MESSAGE may be of any type. See port-types.ts. */
export interface PortType {
  readonly kind: "port";
  readonly name: "QUEUE_SEND" | "QUEUE_RECEIVE" | "SAMPLING_SEND" | "SAMPLING_RECEIVE";
  readonly fields: readonly Field[];
  readonly bytes: number;
  readonly align: number;
}

/** `STRING(20)`: so many bytes at most, or units of 16 bits, and a zero behind them, as CODESYS has it. */
export interface StringType {
  readonly kind: "string";
  readonly name: string;
  readonly wide: boolean;
  /** Characters that it holds at most. */
  readonly length: number;
  readonly bytes: number;
  readonly align: number;
}

/** The address of a variable; 0 is NULL. */
export interface PointerType {
  readonly kind: "pointer";
  readonly flavour: PointerFlavour;
  /** Found when it is first asked for: a struct may hold a pointer to its own kind. */
  readonly target: Type;
  readonly bytes: 4;
  readonly align: 4;
}

/** Constants without a type of their own take the one that their place wants. */
export interface LiteralType {
  readonly kind: "literal";
  readonly name: "an integer" | "a real number" | "a string" | "a wide string" | "NULL";
  readonly bytes: 0;
  readonly align: 1;
}

/** Of what was reported already: agrees with everything, so that one mistake gives one problem. */
export interface UnknownType {
  readonly kind: "unknown";
  readonly bytes: 0;
  readonly align: 1;
}

export type Type =
  | ElementaryType
  | EnumType
  | SubrangeType
  | ArrayType
  | OpenArrayType
  | StructType
  | BlockType
  | PortType
  | PointerType
  | StringType
  | InterfaceType
  | LiteralType
  | UnknownType;

const elementary = (name: ElementaryName): ElementaryType => {
  const { family, bytes } = ELEMENTARY[name];
  return { kind: "elementary", name, family, bytes, align: bytes };
};

const TYPES = Object.fromEntries(
  (Object.keys(ELEMENTARY) as ElementaryName[]).map((name) => [name, elementary(name)]),
) as Readonly<Record<ElementaryName, ElementaryType>>;

export const { BOOL, BYTE, WORD, DWORD, LWORD, INT, DINT, LINT, UDINT, ULINT, REAL, LREAL, TIME, LTIME } = TYPES;
export const { DATE, LDATE, TOD, LTOD, DT, LDT, CHAR, WCHAR, UINT } = TYPES;
export const UNKNOWN: UnknownType = { kind: "unknown", bytes: 0, align: 1 };
export const INTEGER_LITERAL: LiteralType = { kind: "literal", name: "an integer", bytes: 0, align: 1 };
export const REAL_LITERAL: LiteralType = { kind: "literal", name: "a real number", bytes: 0, align: 1 };
export const NULL_LITERAL: LiteralType = { kind: "literal", name: "NULL", bytes: 0, align: 1 };
export const STRING_LITERAL: LiteralType = { kind: "literal", name: "a string", bytes: 0, align: 1 };
export const WSTRING_LITERAL: LiteralType = { kind: "literal", name: "a wide string", bytes: 0, align: 1 };

const STRING_TYPES = new Map<string, StringType>();

/** Of one kind and length there is one. */
export const stringType = (wide: boolean, length: number): StringType => {
  const name = `${wide ? "WSTRING" : "STRING"}(${length})`;
  const unit = wide ? 2 : 1;
  const type = STRING_TYPES.get(name) ?? {
    ...{ kind: "string", name, wide, length },
    ...{ bytes: (length + 1) * unit, align: unit },
  };
  STRING_TYPES.set(name, type);
  return type;
};

/** By its short or long name. */
export const elementaryNamed = (key: string): ElementaryType | null => {
  const name = Object.hasOwn(LONG_NAMES, key) ? LONG_NAMES[key]! : key;
  return Object.hasOwn(TYPES, name) ? TYPES[name as ElementaryName] : null;
};

/** By its own name: that of an alias is kept by what is declared with it. */
export const nameOf = (type: Type): string => {
  switch (type.kind) {
    case "array":
      return `ARRAY [${type.dimensions.map(({ low, high }) => `${low}..${high}`).join(", ")}] OF ${nameOf(type.element)}`;
    case "open array":
      return `ARRAY [${Array.from({ length: type.rank }, () => "*").join(", ")}] OF ${nameOf(type.element)}`;
    case "pointer":
      return `${type.flavour} ${nameOf(type.target)}`;
    case "unknown":
      return "an unknown type";
    default:
      return type.name;
  }
};

/** The elementary type that holds a value: the base of an enum or subrange, DWORD of a pointer or interface. null: the value is no scalar. */
export const scalarOf = (type: Type): ElementaryType | null => {
  if (type.kind === "elementary") return type;
  if (type.kind === "enum" || type.kind === "subrange") return type.base;
  return type.kind === "pointer" || type.kind === "interface" ? DWORD : null;
};

/** `onCycle` is called when it points to nothing but itself, however many pointers and arrays are in between. */
export const pointerTo = (flavour: PointerFlavour, find: () => Type, onCycle: () => void = () => {}): PointerType => {
  let target: Type | null = null;
  let isOpen = false;
  const type: PointerType = {
    kind: "pointer",
    flavour,
    get target() {
      if (target !== null || isOpen) return target ?? UNKNOWN;
      isOpen = true;
      target = find();
      let inner: Type = target;
      while (inner !== type && (inner.kind === "pointer" || inner.kind === "array"))
        inner = inner.kind === "pointer" ? inner.target : inner.element;
      if (inner === type) {
        onCycle();
        target = UNKNOWN;
      }
      return target;
    },
    bytes: 4,
    align: 4,
  };
  return type;
};

export const isInteger = (type: Type): boolean =>
  type.kind === "elementary" && (type.family === "signed" || type.family === "unsigned");
export const isNumber = (type: Type): boolean =>
  type.kind === "elementary" && (isInteger(type) || type.family === "real");
/** A count of time, or since some moment. */
export const isTemporal = ({ family }: ElementaryType): boolean =>
  family === "time" || family === "date" || family === "timeOfDay" || family === "dateTime";
export const isSigned = (type: ElementaryType): boolean =>
  type.family === "signed" || type.family === "time" || (isTemporal(type) && type.bytes === 8);

export const sameType = (a: Type, b: Type): boolean => {
  if (a === b) return true;
  if (a.kind === "array" && b.kind === "array") {
    return (
      sameType(a.element, b.element) &&
      a.dimensions.length === b.dimensions.length &&
      a.dimensions.every(({ low, high }, i) => low === b.dimensions[i]!.low && high === b.dimensions[i]!.high)
    );
  }
  if (a.kind === "open array" && b.kind === "open array") return a.rank === b.rank && sameType(a.element, b.element);
  if (a.kind === "pointer" && b.kind === "pointer") return a.flavour === b.flavour && sameType(a.target, b.target);
  if (a.kind === "subrange" && b.kind === "subrange") return a.base === b.base && a.low === b.low && a.high === b.high;
  return false;
};

/** Smallest and largest value of a type that is held as an integer. */
export const rangeOf = (type: ElementaryType): { readonly low: bigint; readonly high: bigint } => {
  if (type.family === "bool") return { low: 0n, high: 1n };
  const bits = BigInt(type.bytes * 8);
  return isSigned(type)
    ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n }
    : { low: 0n, high: (1n << bits) - 1n };
};

/**
 * What each type becomes in one step; the steps may follow one another (IEC 61131-3 §6.6.1.7, figure 12). That a bit string is
 * taken for the unsigned number that it holds is CODESYS's.
 */
const NEXT: Readonly<Partial<Record<ElementaryName, readonly ElementaryName[]>>> = {
  SINT: ["INT"],
  INT: ["DINT", "REAL"],
  DINT: ["LINT", "LREAL"],
  USINT: ["UINT", "INT"],
  UINT: ["UDINT", "DINT", "REAL"],
  UDINT: ["ULINT", "LINT", "LREAL"],
  REAL: ["LREAL"],
  BOOL: ["BYTE"],
  BYTE: ["WORD", "USINT"],
  WORD: ["DWORD", "UINT"],
  DWORD: ["LWORD", "UDINT"],
  LWORD: ["ULINT"],
  TIME: ["LTIME"],
  DATE: ["LDATE"],
  TOD: ["LTOD"],
  DT: ["LDT"],
};

/** Beyond the figure, with a warning, as engineers are used to them: these lose digits. */
const LOSSY: Readonly<Partial<Record<ElementaryName, readonly ElementaryName[]>>> = {
  DINT: ["REAL"],
  UDINT: ["REAL"],
  LINT: ["LREAL"],
  ULINT: ["LREAL"],
};

const reachable = (from: ElementaryName): readonly ElementaryName[] => [
  ...new Set((NEXT[from] ?? []).flatMap((next) => [next, ...reachable(next)])),
];
/** A BOOL is a bit of a bit string, and no number. */
const isFor =
  (name: ElementaryName) =>
  (wider: ElementaryType): boolean =>
    name !== "BOOL" || wider.family === "bits";
const WIDER: ReadonlyMap<ElementaryType, ReadonlySet<ElementaryType>> = new Map(
  (Object.keys(TYPES) as ElementaryName[]).map((name) => [
    TYPES[name],
    new Set([...reachable(name), ...(LOSSY[name] ?? [])].map((wider) => TYPES[wider]).filter(isFor(name))),
  ]),
);

/** Whether a value of `from` is converted to `to` without being asked. */
export const widens = (from: ElementaryType, to: ElementaryType): boolean =>
  from === to || (WIDER.get(from)?.has(to) ?? false);

export const losesDigits = (from: ElementaryType, to: ElementaryType): boolean =>
  LOSSY[from.name]?.includes(to.name) ?? false;

const BY_SIZE = Object.values(TYPES).sort((a, b) => a.bytes - b.bytes);

/** The smallest type that both widen to, of two integers an integer; null: there is none. */
export const commonType = (a: ElementaryType, b: ElementaryType): ElementaryType | null => {
  const mayBeReal = a.family === "real" || b.family === "real";
  const suits = (type: ElementaryType): boolean =>
    (mayBeReal || type.family !== "real") && widens(a, type) && widens(b, type);
  return BY_SIZE.find(suits) ?? null;
};

export const alignUp = (offset: number, align: number): number => Math.ceil(offset / align) * align;

/** Places fields one behind the other; `bytes` is padded so that arrays of the whole stay aligned. */
export const layOut = <F extends { readonly type: { readonly bytes: number; readonly align: number } }>(
  fields: readonly F[],
): { readonly offsets: readonly number[]; readonly bytes: number; readonly align: number } => {
  let end = 0;
  let align = 1;
  const offsets = fields.map(({ type }) => {
    const offset = alignUp(end, type.align);
    end = offset + type.bytes;
    align = Math.max(align, type.align);
    return offset;
  });
  return { offsets, bytes: alignUp(end, align), align };
};
