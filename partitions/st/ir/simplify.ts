/** Operations that come down to a simpler one: algebra on single instructions whose operands are in SSA form. */
import { foldBinary, foldReal, foldRealComparison, foldToReal, foldUnary } from "./fold.ts";
import {
  type BinaryOperation,
  constant,
  type Instruction,
  type InstructionOf,
  isConstant,
  type Operand,
  type UnaryOperation,
} from "./ir.ts";
import { BINARY } from "./operations.ts";

/** The instruction that gives a register its value. */
export type Definitions = (operand: Operand) => Instruction | null;

/** An operand with the same value, a simpler instruction, or null when it is as simple as it can be. */
export type Simplified = Operand | Instruction | null;

export const isInstruction = (simplified: Operand | Instruction): simplified is Instruction => "kind" in simplified;

export const simplify = (instruction: Instruction, definitions: Definitions): Simplified => {
  switch (instruction.kind) {
    case "unary":
      return simplifyUnary(instruction, definitions);
    case "binary":
      return simplifyOperation(instruction, definitions);
    case "divide":
      return isConstant(instruction.right) && instruction.right.constant !== 0
        ? binary(instruction, instruction.operation, instruction.left, instruction.right)
        : null;
    case "checkIndex":
      return isConstant(instruction.index) &&
        isConstant(instruction.count) &&
        instruction.index.constant >>> 0 < instruction.count.constant
        ? instruction.index
        : null;
    case "select":
      if (isConstant(instruction.condition))
        return instruction.condition.constant !== 0 ? instruction.left : instruction.right;
      return sameOperand(instruction.left, instruction.right) ? instruction.left : null;
    default:
      return null;
  }
};

export const sameOperand = (a: Operand, b: Operand): boolean =>
  isConstant(a) ? isConstant(b) && a.constant === b.constant : !isConstant(b) && a.id === b.id;

const binary = (
  { to, at }: Pick<InstructionOf<"binary">, "to" | "at">,
  operation: BinaryOperation,
  left: Operand,
  right: Operand,
): InstructionOf<"binary"> => ({ kind: "binary", operation, to, left, right, at });

/** The bits of a REAL that is known. */
const knownReal = (operand: Operand, definitions: Definitions): number | null => {
  if (isConstant(operand)) return operand.constant;
  const definition = definitions(operand);
  return operand.bank === "float" && definition?.kind === "copy" && isConstant(definition.from)
    ? definition.from.constant
    : null;
};

/** A REAL constant stays in a register. */
const realConstant = ({ to, at }: Pick<InstructionOf<"unary">, "to" | "at">, bits: number | null): Simplified =>
  bits === null ? null : { kind: "copy", to, from: constant(bits), at };

const EXTENSIONS: Readonly<Partial<Record<UnaryOperation, number>>> = { sext8: 8, zext8: 8, sext16: 16, zext16: 16 };

const simplifyUnary = (instruction: InstructionOf<"unary">, definitions: Definitions): Simplified => {
  const { operation, from, to } = instruction;
  if (isConstant(from)) {
    const value = foldUnary(operation, from.constant);
    if (value !== null) return constant(value);
  }
  if (to.bank === "float") {
    const known = knownReal(from, definitions);
    return known === null ? null : realConstant(instruction, foldToReal(operation, known));
  }
  const inner = definitions(from);
  if (inner?.kind !== "unary") return null;
  // Bits that a wider extension brings do not reach a narrower one.
  const [width, innerWidth] = [EXTENSIONS[operation], EXTENSIONS[inner.operation]];
  if (width !== undefined && innerWidth !== undefined && innerWidth >= width)
    return inner.operation === operation ? from : { ...instruction, from: inner.from };
  if (operation === "isZero" && inner.operation === "isNotZero") return { ...instruction, from: inner.from };
  return null;
};

const simplifyOperation = (instruction: InstructionOf<"binary">, definitions: Definitions): Simplified => {
  const { of, to } = BINARY[instruction.operation];
  if (of === "float") return simplifyReal(instruction, definitions);
  return of === "integer" && to === "integer" ? simplifyBinary(instruction, definitions) : null;
};

const simplifyReal = (instruction: InstructionOf<"binary">, definitions: Definitions): Simplified => {
  const { operation, to } = instruction;
  const [left, right] = [knownReal(instruction.left, definitions), knownReal(instruction.right, definitions)];
  if (left === null || right === null) return null;
  if (to.bank === "float") return realConstant(instruction, foldReal(operation, left, right));
  const truth = foldRealComparison(operation, left, right);
  return truth === null ? null : constant(truth);
};

const COMMUTATIVE: ReadonlySet<BinaryOperation> = new Set([
  ...(["add", "mul", "mulhu", "and", "or", "xor", "min", "max", "minu", "maxu"] as const),
]);
/** (x op a) op b = x op (a op b) */
const ASSOCIATIVE: ReadonlySet<BinaryOperation> = new Set([
  "add",
  "mul",
  "and",
  "or",
  "xor",
  "min",
  "max",
  "minu",
  "maxu",
]);

const simplifyBinary = (instruction: InstructionOf<"binary">, definitions: Definitions): Simplified => {
  const { operation, left, right } = instruction;
  if (isConstant(left) && isConstant(right)) {
    const value = foldBinary(operation, left.constant, right.constant);
    return value === null ? null : constant(value);
  }
  if (isConstant(left) && COMMUTATIVE.has(operation)) {
    const swapped = binary(instruction, operation, right, left);
    return simplifyBinary(swapped, definitions) ?? swapped;
  }
  if (!isConstant(left) && sameOperand(left, right)) {
    if (operation === "sub" || operation === "xor" || operation === "slt" || operation === "sltu") return constant(0);
    if (["and", "or", "min", "max", "minu", "maxu"].includes(operation)) return left;
  }
  return isConstant(right) ? simplifyRight(instruction, right.constant, definitions) : null;
};

const powerOfTwo = (value: number): number | null => {
  const exponent = 31 - Math.clz32(value);
  return value !== 0 && value >>> 0 === 2 ** exponent ? exponent : null;
};

const simplifyRight = (instruction: InstructionOf<"binary">, right: number, definitions: Definitions): Simplified => {
  const { operation, left } = instruction;
  const alone = withConstant(instruction, right);
  if (alone !== null) return alone;
  const inner = definitions(left);
  if (inner?.kind === "address" && operation === "add") {
    const { base, offset } = inner.address;
    return { kind: "address", to: instruction.to, address: { base, offset: offset + right }, at: instruction.at };
  }
  if (inner?.kind !== "binary" || inner.operation !== operation || !isConstant(inner.right)) return null;
  if (ASSOCIATIVE.has(operation)) {
    const folded = constant(foldBinary(operation, inner.right.constant, right)!);
    return binary(instruction, operation, inner.left, folded);
  }
  const distance = (inner.right.constant & 31) + (right & 31);
  if (!["sll", "srl", "sra"].includes(operation)) return null;
  if (distance > 31 && operation !== "sra") return constant(0);
  return binary(instruction, operation, inner.left, constant(Math.min(distance, 31)));
};

/** By the constant on the right alone. */
const withConstant = (instruction: InstructionOf<"binary">, right: number): Simplified => {
  const { operation, left } = instruction;
  const exponent = powerOfTwo(right);
  switch (operation) {
    case "add":
    case "xor":
      return right === 0 ? left : null;
    case "or":
      return right === 0 ? left : right === -1 ? constant(-1) : null;
    case "sll":
    case "srl":
    case "sra":
      return (right & 31) === 0 ? left : null;
    case "sub":
      return right === 0 ? left : binary(instruction, "add", left, constant(-right));
    case "and":
      return right === 0 ? constant(0) : right === -1 ? left : null;
    case "mul":
      if (right === 0) return constant(0);
      if (exponent === null) return null;
      return exponent === 0 ? left : binary(instruction, "sll", left, constant(exponent));
    case "div":
      return right === 1 ? left : null;
    case "rem":
      return right === 1 || right === -1 ? constant(0) : null;
    case "divu":
      if (exponent === null) return null;
      return exponent === 0 ? left : binary(instruction, "srl", left, constant(exponent));
    case "remu":
      return exponent === null ? null : binary(instruction, "and", left, constant(right - 1));
    case "sltu":
      return right === 0 ? constant(0) : null;
    default:
      return null;
  }
};
