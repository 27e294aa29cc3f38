/** The instruction set: one table, and what reads it. */
export {
  CSRS,
  type CsrName,
  IDLE_CSRS,
  isReadOnlyCsr,
  isUserCsr,
  PMP_ADDRESSES,
  PMP_CONFIGURATIONS,
  PMP_ENTRIES,
} from "./csrs.ts";
export { BUCKETS, bucketTerm, decode, type Expanded, expand, lengthOf } from "./decode.ts";
export { disassemble } from "./disassemble.ts";
export type { DoubleOperation, Effect, EffectKind, FloatOperation, SingleOperation } from "./effects.ts";
export { encode, encodeInstruction, type OperandArguments } from "./encode.ts";
export type { OperandName } from "./formats.ts";
export type { Mnemonic } from "./instructions.ts";
export { fieldTerm, type Operands, rangeOf, stepOf } from "./operands.ts";
export { CONDITIONS, type ConditionName, OPERATIONS, type Operation } from "./operations.ts";
export { F, F_NAMES, X, X_NAMES } from "./registers.ts";
export { BASE_INSTRUCTIONS, type BaseInstruction, type Instruction, TABLE } from "./table.ts";
export type { Term } from "./terms.ts";
export * as terms from "./terms.ts";
