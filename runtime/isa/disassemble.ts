/** Instruction words as text, the way `objdump -M no-aliases` writes them. */
import { CSR_NAMES } from "./csrs.ts";
import { type Decoded, decode, lengthOf } from "./decode.ts";
import type { Field, OperandName } from "./formats.ts";
import { OPERAND_NAMES } from "./formats.ts";
import { F_NAMES, X_NAMES } from "./registers.ts";

const ROUNDING_NAMES = ["rne", "rtz", "rdn", "rup", "rmm"];
const DYNAMIC_ROUNDING = 7;

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** The letters of a fence's predecessor or successor set. */
const ordering = (set: number): string =>
  [..."iorw"].filter((_letter, index) => (set & (8 >> index)) !== 0).join("") || "unknown";

const operandText = (field: Field, value: number, pc: number): string => {
  switch (field.kind) {
    case "x":
      return X_NAMES[value]!;
    case "f":
      return F_NAMES[value]!;
    case "offset":
      return hex(pc + value);
    case "upper":
      return hex(value >>> 12);
    case "shift":
      return hex(value);
    case "csr":
      return CSR_NAMES.get(value) ?? hex(value);
    case "rounding":
      return ROUNDING_NAMES[value]!;
    case "ordering":
      return ordering(value);
    case "signed":
    case "unsigned":
    case "flag":
      return String(value);
  }
};

const orderingSuffix = ({ aq, rl }: Decoded["operands"]): string =>
  aq === 0 && rl === 0 ? "" : `.${aq === 0 ? "" : "aq"}${rl === 0 ? "" : "rl"}`;

const NAME = new RegExp(`\\b(${OPERAND_NAMES.join("|")})\\b`, "g");

/** @param pc address of the instruction, for branch targets; the length of the word says how much of it counts. */
export const disassemble = (word: number, pc: number): string => {
  const decoded = decode(word);
  if (decoded === null) return lengthOf(word) === 2 ? `.2byte ${hex(word & 0xffff)}` : `.4byte ${hex(word)}`;
  const { instruction, operands } = decoded;
  const { format } = instruction;
  // The dynamic rounding mode goes without saying.
  const syntax = operands.rm === DYNAMIC_ROUNDING ? format.syntax.replace(",rm", "") : format.syntax;
  const text = syntax.replaceAll(NAME, (name) =>
    operandText(format.operands[name as OperandName]!, operands[name as OperandName], pc),
  );
  return `${instruction.mnemonic}${orderingSuffix(operands)} ${text}`.trimEnd();
};
