/** From an instruction word to its row and operands. */
import { OPERAND_NAMES, type OperandName } from "./formats.ts";
import { noOperands, type Operands, readOperands } from "./operands.ts";
import { type BaseInstruction, type Instruction, TABLE } from "./table.ts";
import { i32, numeric, type Term } from "./terms.ts";

export interface Decoded {
  readonly instruction: Instruction;
  readonly operands: Readonly<Operands>;
  readonly bytes: 2 | 4;
}

/** A decoded instruction without its compression. */
export interface Expanded {
  readonly instruction: BaseInstruction;
  readonly operands: Readonly<Operands>;
  readonly bytes: 2 | 4;
}

/** The lowest bits of a 32-bit instruction are 11 (Unprivileged §1.5); longer ones are not of this hart. */
export const lengthOf = (halfword: number): 2 | 4 => ((halfword & 3) === 3 ? 4 : 2);

/** Opcode and funct3, which every format keeps in the same place or leaves to an operand. */
const BUCKET_BITS = { 2: 0xe003, 4: 0x707f } as const;
const bucketOf = (word: number, bytes: 2 | 4): number =>
  bytes === 2 ? ((word & 3) << 3) | ((word >>> 13) & 7) : 32 + (((word & 0x7f) << 3) | ((word >>> 12) & 7));

/** The same in WebAssembly. */
export const bucketTerm = (word: Term, bytes: 2 | 4): Term => {
  const bits = (low: number, mask: number): Term => numeric("i32.and", numeric("i32.shr_u", word, i32(low)), i32(mask));
  const opcode = numeric("i32.shl", bits(0, bytes === 2 ? 3 : 0x7f), i32(3));
  const bucket = numeric("i32.or", opcode, bits(bytes === 2 ? 13 : 12, 7));
  return bytes === 2 ? bucket : numeric("i32.add", i32(32), bucket);
};

const fixedBits = (mask: number): number => mask.toString(2).replaceAll("0", "").length;

/**
 * Candidates for each bucket, those with more fixed bits first: a word is the first whose fixed bits it has and none of whose
 * `nonzero` operands is 0 in it.
 */
export const BUCKETS: readonly (readonly Instruction[])[] = (() => {
  const buckets: Instruction[][] = Array.from({ length: 32 + 1024 }, () => []);
  const byPrecision = [...TABLE].sort((a, b) => fixedBits(b.mask >>> 0) - fixedBits(a.mask >>> 0));
  for (const instruction of byPrecision) {
    const { format, mask, match } = instruction;
    const free = BUCKET_BITS[format.bytes] & ~mask;
    // All values of the bucket's bits that the instruction leaves to an operand: the subsets of `free`.
    for (let subset = free; ; subset = (subset - 1) & free) {
      buckets[bucketOf(match | subset, format.bytes)]!.push(instruction);
      if (subset === 0) break;
    }
  }
  return buckets;
})();

/** Rounding modes 5 and 6 are reserved (Unprivileged §11.2). */
const isReserved = (instruction: Instruction, operands: Operands): boolean =>
  operands.rm === 5 || operands.rm === 6 || instruction.nonzero.some((name) => operands[name] === 0);

/**
 * @param word 32 bits, of which only the low 16 count when they say that the instruction is compressed.
 * @returns null when it is no instruction of this hart.
 */
export const decode = (word: number): Decoded | null => {
  const bytes = lengthOf(word);
  for (const instruction of BUCKETS[bucketOf(word, bytes)]!) {
    if ((word & instruction.mask) !== instruction.match) continue;
    const operands = readOperands(instruction.fields, word);
    if (!isReserved(instruction, operands)) return { instruction, operands, bytes };
  }
  return null;
};

/** The instruction that a compressed one stands for; others as they are. */
export const expand = ({ instruction, operands, bytes }: Decoded): Expanded => {
  if (instruction.kind === "base") return { instruction, operands, bytes };
  const expanded = noOperands();
  for (const name of OPERAND_NAMES) {
    const source: OperandName | number = instruction.expansion.operands[name] ?? 0;
    expanded[name] = typeof source === "number" ? source : operands[source];
  }
  return { instruction: instruction.expandsTo, operands: expanded, bytes };
};
