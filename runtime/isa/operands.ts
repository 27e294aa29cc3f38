/** Operand values between a word and numbers: the fields of formats.ts read and written. */
import { type Field, type Format, OPERAND_NAMES, type OperandName, type Piece } from "./formats.ts";
import { i32, numeric, type Term } from "./terms.ts";

/** Every operand, 0 where the format has none. Signed and offset immediates are negative where they mean it. */
export type Operands = Record<OperandName, number>;

export const noOperands = (): Operands => {
  return { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, csr: 0, rm: 0, aq: 0, rl: 0, pred: 0, succ: 0 };
};

/** Every value of the field is a multiple of this. */
export const stepOf = (field: Field): number => 2 ** Math.min(...field.pieces.map(({ at }) => at));

/** The smallest and the largest value that the field can hold. */
export const rangeOf = (field: Field): { readonly min: number; readonly max: number } => {
  const values = 2 ** field.width;
  const top = values - stepOf(field) + field.bias;
  return field.isSigned ? { min: -values / 2, max: top - values / 2 } : { min: field.bias, max: top };
};

const readField = (field: Field, word: number): number => {
  const { pieces } = field;
  let bits = 0;
  for (let index = 0; index < pieces.length; index++) {
    const { low, width, at } = pieces[index]!;
    bits |= ((word >>> low) & ((1 << width) - 1)) << at;
  }
  const unused = 32 - field.width;
  return field.isSigned ? (bits << unused) >> unused : bits + field.bias;
};

/** The value of a field of `word`, in WebAssembly. */
export const fieldTerm = (field: Field, word: Term): Term => {
  const bits = field.pieces.map((piece) => pieceTerm(piece, word)).reduce((a, b) => numeric("i32.or", a, b));
  if (!field.isSigned) return field.bias === 0 ? bits : numeric("i32.add", bits, i32(field.bias));
  const unused = i32(32 - field.width);
  return numeric("i32.shr_s", numeric("i32.shl", bits, unused), unused);
};

const pieceTerm = ({ low, width, at }: Piece, word: Term): Term => {
  const inPlace = low >= at ? numeric("i32.shr_u", word, i32(low - at)) : numeric("i32.shl", word, i32(at - low));
  return numeric("i32.and", inPlace, i32(((1 << width) - 1) << at));
};

/** @throws RangeError when the value does not fit: whoever encodes must have chosen an instruction that can say it. */
export const writeField = (name: OperandName, field: Field, value: number): number => {
  const { min, max } = rangeOf(field);
  // A constant's upper bits may be given signed or unsigned.
  const wanted = field.kind === "upper" && value >= 2 ** 31 ? value - 2 ** 32 : value;
  if (!Number.isInteger(wanted) || wanted < min || wanted > max || wanted % stepOf(field) !== 0) {
    throw new RangeError(`operand ${name} = ${value}: not in ${min} … ${max} in steps of ${stepOf(field)}`);
  }
  const bits = wanted - field.bias;
  return field.pieces.reduce((word, { low, width, at }) => word | (((bits >>> at) & ((1 << width) - 1)) << low), 0);
};

/** The fields of a format in the order of OPERAND_NAMES. */
export const fieldsOf = (format: Format): readonly (readonly [OperandName, Field])[] =>
  OPERAND_NAMES.flatMap((name) => {
    const field = format.operands[name];
    return field === undefined ? [] : [[name, field] as const];
  });

export const readOperands = (fields: ReturnType<typeof fieldsOf>, word: number): Operands => {
  const operands = noOperands();
  for (let index = 0; index < fields.length; index++) {
    const named = fields[index]!;
    operands[named[0]] = readField(named[1], word);
  }
  return operands;
};
