/** The data types (IEC 61131-3 §6.4) with their layout in RAM: C's, naturally aligned, little-endian. */
import type { PointerFlavour } from "../syntax/ast.ts";
import type { Unit, Variable } from "./symbols.ts";

/** What an elementary type is made of. TIME is a signed count of milliseconds. */
export const ELEMENTARY = {
  BOOL: { family: "bool", bytes: 1 },
  BYTE: { family: "bits", bytes: 1 },
  WORD: { family: "bits", bytes: 2 },
  DWORD: { family: "bits", bytes: 4 },
  SINT: { family: "signed", bytes: 1 },
  INT: { family: "signed", bytes: 2 },
  DINT: { family: "signed", bytes: 4 },
  USINT: { family: "unsigned", bytes: 1 },
  UINT: { family: "unsigned", bytes: 2 },
  UDINT: { family: "unsigned", bytes: 4 },
  REAL: { family: "real", bytes: 4 },
  TIME: { family: "time", bytes: 4 },
} as const;
export type ElementaryName = keyof typeof ELEMENTARY;
export type Family = (typeof ELEMENTARY)[ElementaryName]["family"];

/** Elementary types of the standard that this compiler does not know yet. */
export const LATER_TYPES: ReadonlySet<string> = new Set(
  `LINT ULINT LWORD LREAL LTIME DATE LDATE TIME_OF_DAY TOD LTOD DATE_AND_TIME DT LDT CHAR WCHAR`.split(" "),
);

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
  readonly offset: number;
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

/** One end of a queuing port; MESSAGE may be of any type. */
export interface PortType {
  readonly kind: "port";
  readonly name: "QUEUE_SEND" | "QUEUE_RECEIVE";
  readonly fields: readonly Field[];
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
  readonly name: "an integer" | "a real number" | "a string" | "NULL";
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
  | ArrayType
  | OpenArrayType
  | StructType
  | BlockType
  | PortType
  | PointerType
  | LiteralType
  | UnknownType;

const elementary = (name: ElementaryName): ElementaryType => {
  const { family, bytes } = ELEMENTARY[name];
  return { kind: "elementary", name, family, bytes, align: bytes };
};

const TYPES = Object.fromEntries(
  (Object.keys(ELEMENTARY) as ElementaryName[]).map((name) => [name, elementary(name)]),
) as Readonly<Record<ElementaryName, ElementaryType>>;

export const { BOOL, BYTE, WORD, DWORD, INT, DINT, UDINT, REAL, TIME } = TYPES;
const { UINT } = TYPES;
export const UNKNOWN: UnknownType = { kind: "unknown", bytes: 0, align: 1 };
export const INTEGER_LITERAL: LiteralType = { kind: "literal", name: "an integer", bytes: 0, align: 1 };
export const REAL_LITERAL: LiteralType = { kind: "literal", name: "a real number", bytes: 0, align: 1 };
export const NULL_LITERAL: LiteralType = { kind: "literal", name: "NULL", bytes: 0, align: 1 };
export const STRING_LITERAL: LiteralType = { kind: "literal", name: "a string", bytes: 0, align: 1 };

export const elementaryNamed = (key: string): ElementaryType | null =>
  Object.hasOwn(TYPES, key) ? TYPES[key as ElementaryName] : null;

/** In the user's spelling. */
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

/** The elementary type that holds a value: the base of an enum, DWORD of a pointer. null: the value is no scalar. */
export const scalarOf = (type: Type): ElementaryType | null =>
  type.kind === "elementary" ? type : type.kind === "enum" ? type.base : type.kind === "pointer" ? DWORD : null;

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

export const isReal = (type: Type): boolean => type.kind === "elementary" && type.family === "real";
export const isInteger = (type: Type): boolean =>
  type.kind === "elementary" && (type.family === "signed" || type.family === "unsigned");
export const isSigned = (type: ElementaryType): boolean => type.family === "signed" || type.family === "time";

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
  return false;
};

/** Smallest and largest value of an integer type, TIME or a bit string. */
export const rangeOf = (type: ElementaryType): { readonly low: bigint; readonly high: bigint } => {
  if (type.family === "bool") return { low: 0n, high: 1n };
  const bits = BigInt(type.bytes * 8);
  return isSigned(type)
    ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n }
    : { low: 0n, high: (1n << bits) - 1n };
};

const WIDER: Readonly<Partial<Record<ElementaryName, readonly ElementaryName[]>>> = {
  SINT: ["INT", "DINT", "REAL"],
  INT: ["DINT", "REAL"],
  USINT: ["UINT", "UDINT", "INT", "DINT", "REAL"],
  UINT: ["UDINT", "DINT", "REAL"],
  BYTE: ["WORD", "DWORD"],
  WORD: ["DWORD"],
  // Loses digits beyond 2^24, so with a warning.
  DINT: ["REAL"],
  UDINT: ["REAL"],
};

/** Whether every value of `from` is converted to `to` without being asked (IEC 61131-3 §6.6.1.7, figure 12). */
export const widens = (from: ElementaryType, to: ElementaryType): boolean =>
  from === to || (WIDER[from.name]?.includes(to.name) ?? false);

const COMMON_ORDER: readonly ElementaryName[] = [
  "SINT",
  "USINT",
  "INT",
  "UINT",
  "DINT",
  "UDINT",
  "REAL",
  "BYTE",
  "WORD",
  "DWORD",
  "BOOL",
  "TIME",
];

/** The smallest type that both widen to; null: there is none. */
export const commonType = (a: ElementaryType, b: ElementaryType): ElementaryType | null => {
  const name = COMMON_ORDER.find((candidate) => widens(a, TYPES[candidate]) && widens(b, TYPES[candidate]));
  return name === undefined ? null : TYPES[name];
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

const portType = (name: PortType["name"], input: string, done: string): PortType => {
  const parts = [
    { name: input, type: BOOL },
    { name: done, type: BOOL },
    { name: "ERROR", type: BOOL },
    { name: "LAST_REQUEST", type: BOOL },
    { name: "STATUS", type: UINT },
    { name: "PORT", type: UDINT },
  ];
  const { offsets, bytes, align } = layOut(parts);
  return {
    kind: "port",
    name,
    bytes,
    align,
    fields: parts.map((part, i) => ({ ...part, key: part.name, offset: offsets[i]! })),
  };
};

/** IEC 61131-5 style: REQ sends on its rising edge, DONE for one call; STATUS is a return code of partita.h. */
export const QUEUE_SEND = portType("QUEUE_SEND", "REQ", "DONE");
/** EN_R receives at most one message a call; NDR (new data received) for one call. */
export const QUEUE_RECEIVE = portType("QUEUE_RECEIVE", "EN_R", "NDR");
