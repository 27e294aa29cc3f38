/** Random operands for any row of the table, for property tests. */
import fc from "fast-check";
import type { Field, OperandName } from "../formats.ts";
import { fieldsOf, type Operands, rangeOf, stepOf } from "../operands.ts";
import type { Instruction } from "../table.ts";

const value = (field: Field): fc.Arbitrary<number> => {
  // 5 and 6 are reserved.
  if (field.kind === "rounding") return fc.constantFrom(0, 1, 2, 3, 4, 7);
  const { min, max } = rangeOf(field);
  const step = stepOf(field);
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.integer({ min: min / step, max: max / step }) },
      fc.constantFrom(min / step, max / step),
    )
    .map((steps) => steps * step);
};

/** Operands that encode to this row and to no more specific one. */
export const operandsOf = (instruction: Instruction): fc.Arbitrary<Partial<Operands>> => {
  const fields = Object.fromEntries(
    fieldsOf(instruction.format).map(([name, field]) => [
      name,
      instruction.nonzero.includes(name) ? value(field).filter((operand) => operand !== 0) : value(field),
    ]),
  ) as Partial<Record<OperandName, fc.Arbitrary<number>>>;
  return fc.record(fields).filter((operands) => !isAnotherRow(instruction, operands));
};

/** c.lui to sp is c.addi16sp, and c.addi of 0 to x0 is c.nop. */
const isAnotherRow = ({ mnemonic }: Instruction, { rd, imm }: Partial<Operands>): boolean =>
  (mnemonic === "c.lui" && rd === 2) || (mnemonic === "c.addi" && rd === 0 && imm === 0);
