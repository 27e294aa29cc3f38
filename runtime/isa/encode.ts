/** From mnemonic and operands to the instruction word. */
import { type Field, OPERAND_DEFAULTS, type OptionalOperand } from "./formats.ts";
import type { INSTRUCTIONS, Mnemonic } from "./instructions.ts";
import { type Operands, writeField } from "./operands.ts";
import { type Instruction, instructionNamed } from "./table.ts";

type FieldsOf<M extends Mnemonic> = (typeof INSTRUCTIONS)[M]["format"]["operands"];
type NamesOf<M extends Mnemonic> = Extract<keyof FieldsOf<M>, keyof Operands>;

/**
 * The operands that a mnemonic takes, as plain numbers: registers by number, `imm` in bytes as assembly means it, branch and
 * jump offsets relative to the instruction. `imm` of lui, auipc and c.lui is the value added, a multiple of 4096, not its upper bits.
 */
type OperandsOf<M extends Mnemonic> = M extends Mnemonic
  ? { readonly [N in Exclude<NamesOf<M>, OptionalOperand>]: number } & {
      readonly [N in Extract<NamesOf<M>, OptionalOperand>]?: number;
    }
  : never;

/** The same for a row of the table chosen at run time. */
export const encodeInstruction = ({ fields, match }: Instruction, operands: Partial<Operands>): number => {
  const defaults: Partial<Operands> = OPERAND_DEFAULTS;
  const bits = (name: keyof Operands, field: Field): number => {
    const value = operands[name] ?? defaults[name];
    if (value === undefined) throw new RangeError(`operand ${name} is missing`);
    return writeField(name, field, value);
  };
  return fields.reduce((word, [name, field]) => word | bits(name, field), match) >>> 0;
};

/** What follows the mnemonic: its operands, or nothing when all of them may be left out. */
export type OperandArguments<M extends Mnemonic> = [keyof FieldsOf<M>] extends [OptionalOperand]
  ? [OperandsOf<M>?]
  : [OperandsOf<M>];

/**
 * The instruction word: 32 bits, or 16 for compressed mnemonics.
 * @throws RangeError when an operand does not fit its field.
 */
export const encode = <M extends Mnemonic>(mnemonic: M, ...[operands]: OperandArguments<M>): number =>
  encodeInstruction(instructionNamed(mnemonic), (operands ?? {}) as Partial<Operands>);
