/** The instruction set: one table, and what reads it. */
export { CSRS, type CsrName, IDLE_CSRS, isReadOnlyCsr } from "./csrs.ts";
export { decode, type Expanded, expand, lengthOf } from "./decode.ts";
export { disassemble } from "./disassemble.ts";
export type { Effect, EffectKind, FloatOperation } from "./effects.ts";
export { encode, encodeInstruction, type OperandArguments } from "./encode.ts";
export type { OperandName } from "./formats.ts";
export type { Mnemonic } from "./instructions.ts";
export { type Operands, rangeOf, stepOf } from "./operands.ts";
export { CONDITIONS, OPERATIONS } from "./operations.ts";
export { F, X } from "./registers.ts";
export { BASE_INSTRUCTIONS, type BaseInstruction, type Instruction, TABLE } from "./table.ts";
