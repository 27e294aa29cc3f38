/** The rows as decoder, encoder and engines use them: named, numbered, with the bits that identify them. */
import type { CompressedRow, Row } from "./builders.ts";
import type { Effect } from "./effects.ts";
import type { Field, Format, OperandName } from "./formats.ts";
import { EXTENSIONS, type Extension, type Mnemonic } from "./instructions.ts";
import { fieldsOf } from "./operands.ts";

interface Identified {
  readonly mnemonic: Mnemonic;
  readonly extension: Extension;
  readonly format: Format;
  readonly fields: ReturnType<typeof fieldsOf>;
  /** A word is this instruction when (word & mask) = match and no operand of `nonzero` is 0. Signed 32-bit. */
  readonly match: number;
  readonly mask: number;
  readonly nonzero: readonly OperandName[];
}

export interface BaseInstruction extends Identified {
  readonly kind: "base";
  /** Dense from 0 over the base instructions: what an engine dispatches on. */
  readonly number: number;
  readonly effect: Effect;
}

interface CompressedInstruction extends Identified {
  readonly kind: "compressed";
  readonly expandsTo: BaseInstruction;
  readonly expansion: CompressedRow["expansion"];
}

export type Instruction = BaseInstruction | CompressedInstruction;

const bitsOf = (field: Field): number =>
  field.pieces.reduce((bits, { low, width }) => bits | (((1 << width) - 1) << low), 0);

/** All bits that no operand occupies and that are not to be ignored. */
const maskOf = (format: Format): number =>
  Object.values(format.operands).reduce(
    (mask, field) => mask & ~bitsOf(field),
    (format.bytes === 2 ? 0xffff : ~0) & ~format.ignored,
  );

const namedRows = (Object.keys(EXTENSIONS) as Extension[]).flatMap((extension) =>
  Object.entries<Row | CompressedRow>(EXTENSIONS[extension]).map(([mnemonic, row]) => ({
    mnemonic: mnemonic as Mnemonic,
    extension,
    mask: maskOf(row.format),
    fields: fieldsOf(row.format),
    row,
  })),
);

/** In the order of their numbers. */
export const BASE_INSTRUCTIONS: readonly BaseInstruction[] = namedRows
  .flatMap(({ row, ...names }) => ("effect" in row ? [{ ...names, ...row, kind: "base" as const, nonzero: [] }] : []))
  .map((instruction, number) => ({ ...instruction, number }));

const baseByMnemonic = new Map<string, BaseInstruction>(BASE_INSTRUCTIONS.map((base) => [base.mnemonic, base]));

const baseNamed = (mnemonic: string): BaseInstruction => {
  const base = baseByMnemonic.get(mnemonic);
  if (base === undefined) throw new Error(`the instruction table expands something to ${mnemonic}, which it lacks`);
  return base;
};

const COMPRESSED_INSTRUCTIONS: readonly CompressedInstruction[] = namedRows.flatMap(({ row, ...names }) =>
  "expansion" in row
    ? [{ ...names, ...row, kind: "compressed" as const, expandsTo: baseNamed(row.expansion.mnemonic) }]
    : [],
);

export const TABLE: readonly Instruction[] = [...BASE_INSTRUCTIONS, ...COMPRESSED_INSTRUCTIONS];

const byMnemonic = new Map<string, Instruction>(TABLE.map((instruction) => [instruction.mnemonic, instruction]));

export const instructionNamed = (mnemonic: Mnemonic): Instruction => byMnemonic.get(mnemonic)!;
