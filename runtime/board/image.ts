/** What is loaded into a board: an ELF executable, or a flat binary at the start of RAM. */
import { type ElfSection, type ElfSegment, type ElfSymbol, type ImageProblem, isElf, parseElf } from "./elf.ts";
import { RAM_BASE } from "./memory-map.ts";

export interface GuestImage {
  readonly entry: number;
  /** In order of address; they do not overlap, and none lies below the start of RAM. */
  readonly segments: readonly ElfSegment[];
  /** Empty for a flat binary. */
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** The address behind the last byte it takes in RAM. */
  readonly end: number;
}

export const parseImage = (file: Uint8Array): GuestImage | ImageProblem => {
  if (file.length === 0) return { problem: "it is empty" };
  if (!isElf(file)) return flatImage(file);
  const elf = parseElf(file);
  if ("problem" in elf) return elf;
  const segments = elf.segments.map(withoutFileHeaders).filter(({ memoryBytes }) => memoryBytes > 0);
  const first = segments[0];
  const last = segments[segments.length - 1];
  if (first === undefined || last === undefined) return { problem: "it has nothing to load" };
  if (first.address < RAM_BASE) {
    const where = `0x${first.address.toString(16)}`;
    return { problem: `it loads something at ${where}, where the board has no RAM; RAM starts at 0x80000000` };
  }
  const end = last.address + last.memoryBytes;
  if (elf.entry < RAM_BASE || elf.entry >= end) {
    return { problem: `its entry 0x${elf.entry.toString(16)} lies outside what it loads` };
  }
  return { ...elf, segments, end };
};

/** Linkers may put the file's own headers into the page before the text; below RAM they are dropped, as in QEMU. */
const withoutFileHeaders = (segment: ElfSegment): ElfSegment => {
  const below = Math.min(RAM_BASE - segment.address, segment.memoryBytes);
  if (below <= 0 || !isElf(segment.bytes)) return segment;
  return {
    address: segment.address + below,
    bytes: segment.bytes.subarray(below),
    memoryBytes: segment.memoryBytes - below,
  };
};

const flatImage = (file: Uint8Array): GuestImage => ({
  entry: RAM_BASE,
  segments: [{ address: RAM_BASE, bytes: file, memoryBytes: file.length }],
  sections: [],
  symbols: [],
  end: RAM_BASE + file.length,
});
