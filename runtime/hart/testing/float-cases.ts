/** Float instructions on registers of their own, for tests: bit patterns in, bit pattern and flags out. */
import type { FloatMeaning } from "../float-rules.ts";
import { fWord, WORD } from "../layout.ts";

export interface FloatResult {
  /** All 64 bits of the target. */
  readonly bits: bigint;
  readonly flags: number;
}

const words = new Int32Array(WORD.pc + 2);
const registers = {
  words,
  singles: new Float32Array(words.buffer),
  doubles: new Float64Array(words.buffer),
};
const wide = new BigUint64Array(words.buffer);
const at = (register: number): number => fWord(register) >> 1;

/** Sources are f1 … f3, as 64 bits, the target is f0. */
export const compute = (meaning: FloatMeaning, rm: number, a: bigint, b = 0n, c = 0n, raised = 0): FloatResult => {
  words[WORD.fcsr] = raised;
  wide[at(0)] = 0n;
  wide[at(1)] = a;
  wide[at(2)] = b;
  wide[at(3)] = c;
  meaning(registers, rm, fWord(0), fWord(1), fWord(2), fWord(3));
  return { bits: wide[at(0)]!, flags: words[WORD.fcsr]! };
};

const scratch = new Float64Array(1);
const scratchBits = new BigUint64Array(scratch.buffer);

export const bitsOf = (value: number): bigint => {
  scratch[0] = value;
  return scratchBits[0]!;
};

export const numberOf = (bits: bigint): number => {
  scratchBits[0] = bits;
  return scratch[0]!;
};
