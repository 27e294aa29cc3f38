/** Operations on known integers, and those that come down to a simpler one. All in 32 bits, as the board computes. */
import { type BinaryOperation, constant, isConstant, type Operand } from "./ir.ts";

const bit = (truth: boolean): number => (truth ? 1 : 0);

/** Null: not for integers, or division by zero. */
const foldConstants = (operation: BinaryOperation, a: number, b: number): number | null => {
  switch (operation) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return Math.imul(a, b);
    case "mulhu":
      return Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n);
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "sll":
      return a << b;
    case "srl":
      return a >>> b;
    case "sra":
      return a >> b;
    case "slt":
      return bit(a < b);
    case "sltu":
      return bit(a >>> 0 < b >>> 0);
    default:
      return null;
  }
};

const powerOfTwo = (value: number): number | null => {
  const exponent = 31 - Math.clz32(value);
  return value !== 0 && value >>> 0 === 2 ** exponent ? exponent : null;
};

export interface Simplified {
  readonly operation: BinaryOperation;
  readonly left: Operand;
  readonly right: Operand;
}

/** A value, a simpler operation, or null when it is as simple as it can be. */
export const simplify = (operation: BinaryOperation, left: Operand, right: Operand): Operand | Simplified | null => {
  if (isConstant(left) && isConstant(right)) {
    const value = foldConstants(operation, left.constant, right.constant);
    return value === null ? null : constant(value);
  }
  if (isConstant(left) && ["add", "mul", "mulhu", "and", "or", "xor"].includes(operation)) {
    return simplify(operation, right, left) ?? { operation, left: right, right: left };
  }
  return isConstant(right) ? simplifyRight(operation, left, right.constant) : null;
};

const simplifyRight = (operation: BinaryOperation, left: Operand, right: number): Operand | Simplified | null => {
  const exponent = powerOfTwo(right);
  switch (operation) {
    case "add":
    case "sub":
    case "or":
    case "xor":
    case "sll":
    case "srl":
    case "sra":
      return right === 0 ? left : null;
    case "and":
      return right === 0 ? constant(0) : right === -1 ? left : null;
    case "mul":
      if (right === 0) return constant(0);
      if (exponent === null) return null;
      return exponent === 0 ? left : { operation: "sll", left, right: constant(exponent) };
    case "mulhu":
      if (right === 0 || exponent === 0) return constant(0);
      return exponent === null ? null : { operation: "srl", left, right: constant(32 - exponent) };
    case "sltu":
      return right === 0 ? constant(0) : null;
    case "divu":
      return exponent === null ? null : { operation: "srl", left, right: constant(exponent) };
    case "remu":
      return exponent === null ? null : { operation: "and", left, right: constant(right - 1) };
    default:
      return null;
  }
};
