/** Random bytes as a program: it executes what was never meant to be code, overwrites itself, and faults all the time. */
import { RAM_BASE } from "../../hart/index.ts";
import { Random } from "../../hart/testing/random.ts";
import { decode, TABLE } from "../../isa/index.ts";
import { guestAddress } from "../../units.ts";
import type { FlowProgram } from "./random-flow-program.ts";

const RAM_BYTES = 0x1_0000;
/** The rest is data at first. */
const CODE_BYTES = 0xc000;

/** Some of the bytes are instructions of the table with random operands, so that it gets somewhere. */
export const garbageProgram = (seed: number): FlowProgram => {
  const random = new Random(seed);
  const image = Uint8Array.from({ length: RAM_BYTES }, () => random.below(256));
  const words = new DataView(image.buffer);
  const counts = new Map<string, number>();
  for (let at = 0; at < CODE_BYTES; ) {
    const row = random.oneOf(TABLE);
    const word = (row.match | (random.bits() & ~row.mask)) >>> 0;
    const { bytes } = row.format;
    if (random.chance(90) && decode(word)?.instruction === row) {
      counts.set(row.mnemonic, (counts.get(row.mnemonic) ?? 0) + 1);
      if (bytes === 2) words.setUint16(at, word, true);
      else words.setUint32(at, word, true);
    }
    at += bytes;
  }
  return {
    ...{ image, ramBytes: RAM_BYTES, counts, patches: [], mayStartAnywhere: true, isWatched: true, temper: "garbage" },
    code: {
      ranges: [{ start: guestAddress(RAM_BASE), end: guestAddress(RAM_BASE + CODE_BYTES) }],
      functions: [guestAddress(RAM_BASE)],
    },
    data: { start: RAM_BASE, end: RAM_BASE + RAM_BYTES },
  };
};
