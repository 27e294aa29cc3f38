/** The instruction set: one table, and what reads it. */
export { CSR_NAMES, CSRS, type CsrName, IDLE_CSRS, isReadOnlyCsr } from "./csrs.ts";
export { type Decoded, decode, type Expanded, expand, lengthOf } from "./decode.ts";
export { disassemble } from "./disassemble.ts";
export type { Effect, EffectKind, FloatOperation } from "./effects.ts";
export { encode, encodeInstruction, type OperandArguments, type OperandsOf } from "./encode.ts";
export { type Field, type Format, OPERAND_NAMES, type OperandName } from "./formats.ts";
export { EXTENSIONS, type Extension, INSTRUCTIONS, type Mnemonic } from "./instructions.ts";
export { type Operands, rangeOf, stepOf } from "./operands.ts";
export { CONDITIONS, type ConditionName, OPERATIONS, type Operation } from "./operations.ts";
export { F, F_NAMES, X, X_NAMES } from "./registers.ts";
export {
  BASE_INSTRUCTIONS,
  type BaseInstruction,
  type CompressedInstruction,
  type Instruction,
  TABLE,
} from "./table.ts";
