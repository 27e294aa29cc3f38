/** What lowering knows about the unit in hand: where its variables are and where its jumps go. */
import { type CheckedExpression, type CheckedStatement, type Held, type Place, rootOf } from "../semantics/checked.ts";
import { type Image, ImagePart, zeros } from "../semantics/image.ts";
import { imageOf } from "../semantics/initial-values.ts";
import type { Unit, Variable } from "../semantics/symbols.ts";
import { isSigned, LREAL, scalarOf, type Type } from "../semantics/types.ts";
import { fileName, lineOf, type Span } from "../syntax/source-text.ts";
import type { Builder } from "./builder.ts";
import type { ClassTable } from "./class-table.ts";
import {
  type Address,
  type Bank,
  type Block,
  bankOfWidth,
  constant,
  type Operand,
  type Register,
  type Width,
} from "./ir.ts";

/** Bytes of a message that the partita device reads. */
const LONGEST_MESSAGE = 128;

/** Bytes that stand in the image and never change; equal ones are kept once. */
export class ConstantPool {
  readonly #offsets = new Map<string, number>();
  readonly #parts: { readonly offset: number; readonly image: Image }[] = [];
  #end = 0;
  #zeroBytes = 0;

  /** @returns where the image is, from the start of the constants. */
  place(image: Image, align: 4 | 8 = 4): Address {
    const { bytes, relocations } = image;
    const key = relocations.length === 0 ? `${align}: ${Array.from(bytes).join()}` : `unique ${this.#end}`;
    let offset = this.#offsets.get(key);
    if (offset === undefined) {
      offset = Math.ceil(this.#end / align) * align;
      this.#offsets.set(key, offset);
      this.#parts.push({ offset, image });
      this.#end = (offset + bytes.length + 3) & ~3;
    }
    return { base: { kind: "static", area: "constants" }, offset };
  }

  placeText(text: string): Address {
    return this.place({ bytes: new TextEncoder().encode(`${text}\0`), relocations: [] });
  }

  /** So many zeros: what is read through a pointer that leads nowhere. */
  zeros(bytes: number): Address {
    this.#zeroBytes = Math.max(this.#zeroBytes, bytes);
    return { base: { kind: "static", area: "zeros" }, offset: 0 };
  }

  get zeroBytes(): number {
    return this.#zeroBytes;
  }

  /** What an error routine tells: the line as a word, then `file:line: text`, whose start goes when it would be too long. */
  placeReport(at: Span, text: string): Address {
    const line = lineOf(at);
    const message = new TextEncoder().encode(`${fileName(at)}:${line}: ${text}\0`);
    const fitting = message.subarray(Math.max(0, message.length - LONGEST_MESSAGE));
    const report = new Uint8Array(4 + fitting.length);
    new DataView(report.buffer).setUint32(0, line, true);
    report.set(fitting, 4);
    return this.place({ bytes: report, relocations: [] });
  }

  get bytes(): number {
    return this.#end;
  }

  get image(): Image {
    const all = ImagePart.copyOf(zeros(this.#end));
    for (const { offset, image } of this.#parts) all.part(offset, image.bytes.length).set(image);
    return all.image;
  }
}

/** Where a local variable is. */
export type Binding =
  | { readonly kind: "register"; readonly register: Register }
  | { readonly kind: "memory"; readonly address: Address };

export interface Frame {
  readonly builder: Builder;
  readonly constants: Pick<ConstantPool, "place" | "placeReport" | "zeros">;
  /** The symbol of a function of the library, which will be there. */
  readonly routine: (key: string) => string;
  readonly classes: Pick<ClassTable, "resolution" | "answer">;
  /** Of a variable that stands in memory for the whole run, and for members of instances. */
  readonly storageOf: (variable: Variable) => Variable["storage"];
  /** The address of the instance, in the body of a function block. */
  readonly self: Register | null;
  readonly bindings: ReadonlyMap<Variable, Binding>;
  /** Scalars by their values, others by where they stand. */
  readonly held: Map<Held, Operand | Address>;
  /** The loops around the statement in hand, innermost last. */
  readonly loops: { readonly exit: Block; readonly next: Block }[];
  readonly leave: Block;
}

export const bankOf = (type: Type): Bank => bankOfWidth(widthOf(type));

export const widthOf = (type: Type): Width => {
  const scalar = scalarOf(type);
  if (scalar === null) return "w32";
  if (scalar.family === "real") return scalar.bytes === 8 ? "f64" : "f32";
  if (scalar.bytes === 8) return "w64";
  if (scalar.bytes === 4) return "w32";
  return `${isSigned(scalar) ? "i" : "u"}${scalar.bytes === 1 ? 8 : 16}`;
};

/** A scalar that is known, from its bytes; an LREAL comes in a register. */
export const constantOf = ({ builder, constants }: Frame, type: Type, image: Image): Operand => {
  const { bytes } = image;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (widthOf(type)) {
    case "w64":
      return builder.long(view.getBigInt64(0, true));
    case "f64":
      return bytes.every((byte) => byte === 0)
        ? builder.unary("intToDouble", constant(0))
        : builder.load("f64", constants.place(image, 8));
    case "i8":
      return constant(view.getInt8(0));
    case "u8":
      return constant(view.getUint8(0));
    case "i16":
      return constant(view.getInt16(0, true));
    case "u16":
      return constant(view.getUint16(0, true));
    default:
      return constant(view.getInt32(0, true));
  }
};

/** An LREAL that the compiler itself needs. */
export const doubleOf = (frame: Frame, value: number): Operand => {
  const image = zeros(8);
  new DataView(image.bytes.buffer).setFloat64(0, value, true);
  return constantOf(frame, LREAL, image);
};

/** Scalars live in registers unless someone needs their address. */
export const needsAddress = (unit: Unit): ReadonlySet<Variable> => {
  const found = new Set<Variable>();
  const addRoot = (place: Place | null): void => {
    const root = place === null ? null : rootOf(place);
    if (root?.kind === "variable") found.add(root.variable);
  };
  eachReference(unit.body, addRoot);
  for (const { start } of unit.variables) if (start !== null) eachReference(start, addRoot);
  return found;
};

/** Every place in there that must have an address. */
const eachReference = (
  root: readonly CheckedStatement[] | CheckedExpression,
  visit: (place: Place | null) => void,
): void => {
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    else if (isNode(node)) {
      if (node.kind === "reference" || node.kind === "address") visit(node.place ?? null);
      if (node.kind === "part") visit(node.base ?? null);
      if (node.kind === "block") for (const { place } of node.references ?? []) visit(place);
      if (node.kind === "port") visit(node.message ?? null);
      for (const [key, value] of Object.entries(node)) if (WALKED.has(key)) walk(value);
    }
  };
  walk(root);
};

/** The properties through which statements and expressions hang together; types, variables and spans are left alone. */
const WALKED: ReadonlySet<string> = new Set(
  `place value base indices index pointer operand left right operands arguments inputs outputs references instance request message condition
   branches body otherwise selector arms variable from to by until parts array receiver eno held`.split(/\s+/),
);

interface Node {
  readonly kind?: string;
  readonly place?: Place | null;
  readonly message?: Place;
  readonly base?: Place;
  readonly references?: readonly { readonly place: Place }[];
}

const isNode = (node: unknown): node is Node => typeof node === "object" && node !== null && !("storage" in node);

/** The initial value of a variable as it lies in RAM. */
export const initialImage = (variable: Variable): Image => variable.initial ?? imageOf(variable.type);
