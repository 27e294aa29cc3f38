/**
 * Reads 32-bit little-endian RISC-V executables: segments, sections and symbols (System V gABI chapters 4 and 5, RISC-V ELF
 * psABI). Any bytes at all may come in: what cannot be read is a problem in words, never an exception.
 */

export interface ElfSegment {
  /** Physical address: where the bytes are loaded. */
  readonly address: number;
  /** A view of the file. */
  readonly bytes: Uint8Array;
  /** Bytes it takes in RAM; what the file does not give is zero. */
  readonly memoryBytes: number;
}

export interface ElfSection {
  readonly name: string;
  readonly address: number;
  /** A view of the file; empty for what is only cleared RAM. */
  readonly bytes: Uint8Array;
  /** Its size in RAM. */
  readonly memoryBytes: number;
  readonly executable: boolean;
  /** Whether the section is part of the program in RAM. */
  readonly allocated: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes; 0 when the image does not say. */
  readonly size: number;
  readonly kind: "function" | "object" | "label";
  readonly global: boolean;
}

export interface Elf {
  readonly entry: number;
  /** In order of address; they do not overlap. */
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

/** Why bytes are not what they should be, as a sentence without a full stop. */
export interface ImageProblem {
  readonly problem: string;
}

const MAGIC = 0x464c457f;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const TYPE_EXECUTABLE = 2;
const TYPE_SHARED = 3;
const MACHINE_RISCV = 243;
const FILE_HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;
const SYMBOL_BYTES = 16;
const SEGMENT_LOAD = 1;
const SECTION_SYMBOLS = 2;
const SECTION_NO_BITS = 8;
const FLAG_ALLOCATED = 2;
const FLAG_EXECUTABLE = 4;
const UNDEFINED = 0;
/** A number that a linker script named, not a place. */
const ABSOLUTE = 0xfff1;
const SYMBOL_KINDS: Readonly<Record<number, ElfSymbol["kind"]>> = { 0: "label", 1: "object", 2: "function" };

export const isElf = (file: Uint8Array): boolean => file.length >= 4 && viewOf(file).getUint32(0, true) === MAGIC;

export const parseElf = (file: Uint8Array): Elf | ImageProblem => {
  if (!isElf(file)) return { problem: "it is no ELF file" };
  if (file.length < FILE_HEADER_BYTES) return { problem: `it ends inside the ELF header, after ${file.length} bytes` };
  const problem = wrongTarget(file);
  if (problem !== null) return { problem };
  const segments = readSegments(file);
  if ("problem" in segments) return segments;
  const sections = readSections(file);
  if ("problem" in sections) return sections;
  const symbols = readSymbols(sections);
  if ("problem" in symbols) return symbols;
  return {
    entry: viewOf(file).getUint32(24, true),
    segments,
    sections: sections.map(({ header: _, ...section }) => section),
    symbols,
  };
};

const viewOf = (file: Uint8Array): DataView => new DataView(file.buffer, file.byteOffset, file.byteLength);

const hex = (value: number): string => `0x${value.toString(16)}`;

const wrongTarget = (file: Uint8Array): string | null => {
  const view = viewOf(file);
  if (view.getUint8(4) !== CLASS_32) return "it is a 64-bit ELF file; build it for 32-bit RISC-V";
  if (view.getUint8(5) !== LITTLE_ENDIAN) return "it is a big-endian ELF file";
  const machine = view.getUint16(18, true);
  if (machine !== MACHINE_RISCV) return `it is built for another processor (ELF machine ${machine}, RISC-V is 243)`;
  const type = view.getUint16(16, true);
  if (type === TYPE_SHARED) return "it is position-independent; link it with -static -no-pie";
  if (type !== TYPE_EXECUTABLE) return "it is no executable; link it first";
  return null;
};

/** The table that the file header describes, or why it cannot be there. */
const readTable = (
  file: Uint8Array,
  table: { readonly what: string; readonly offset: number; readonly count: number; readonly entryBytes: number },
  least: number,
): DataView[] | ImageProblem => {
  const { what, offset, count, entryBytes } = table;
  if (count === 0) return [];
  if (entryBytes < least) return { problem: `its ${what} headers are ${entryBytes} bytes each, not ${least}` };
  if (offset + count * entryBytes > file.length) return { problem: `its ${what} headers lie outside the file` };
  return Array.from(
    { length: count },
    (_, index) => new DataView(file.buffer, file.byteOffset + offset + index * entryBytes, entryBytes),
  );
};

const readSegments = (file: Uint8Array): ElfSegment[] | ImageProblem => {
  const view = viewOf(file);
  const headers = readTable(
    file,
    {
      what: "program",
      offset: view.getUint32(28, true),
      entryBytes: view.getUint16(42, true),
      count: view.getUint16(44, true),
    },
    PROGRAM_HEADER_BYTES,
  );
  if ("problem" in headers) return headers;
  const segments: ElfSegment[] = [];
  for (const header of headers) {
    if (header.getUint32(0, true) !== SEGMENT_LOAD) continue;
    const offset = header.getUint32(4, true);
    const address = header.getUint32(12, true);
    const fileBytes = header.getUint32(16, true);
    const memoryBytes = header.getUint32(20, true);
    if (memoryBytes === 0 && fileBytes === 0) continue;
    if (offset + fileBytes > file.length) return { problem: `its segment at ${hex(address)} is cut off` };
    if (fileBytes > memoryBytes) return { problem: `its segment at ${hex(address)} holds more than it loads` };
    if (address + memoryBytes > 2 ** 32) return { problem: `its segment at ${hex(address)} leaves the address space` };
    segments.push({ address, bytes: file.subarray(offset, offset + fileBytes), memoryBytes });
  }
  if (segments.length === 0) return { problem: "it has nothing to load" };
  segments.sort((a, b) => a.address - b.address);
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (next !== undefined && segment.address + segment.memoryBytes > next.address) {
      return { problem: `its segments at ${hex(segment.address)} and ${hex(next.address)} overlap` };
    }
  }
  return segments;
};

type SectionWithHeader = ElfSection & { readonly header: DataView };

const readSections = (file: Uint8Array): SectionWithHeader[] | ImageProblem => {
  const view = viewOf(file);
  const headers = readTable(
    file,
    {
      what: "section",
      offset: view.getUint32(32, true),
      entryBytes: view.getUint16(46, true),
      count: view.getUint16(48, true),
    },
    SECTION_HEADER_BYTES,
  );
  if ("problem" in headers) return headers;
  const contents: Uint8Array[] = [];
  for (const [index, header] of headers.entries()) {
    const offset = header.getUint32(16, true);
    const bytes = header.getUint32(4, true) === SECTION_NO_BITS ? 0 : header.getUint32(20, true);
    // The first header is reserved; its fields mean other things (gABI, "Section Header Table").
    if (index > 0 && offset + bytes > file.length) return { problem: `its section ${index} is cut off` };
    contents.push(index === 0 ? new Uint8Array(0) : file.subarray(offset, offset + bytes));
  }
  const names = contents[view.getUint16(50, true)] ?? new Uint8Array(0);
  return headers.map((header, index) => {
    const flags = header.getUint32(8, true);
    return {
      header,
      name: textAt(names, header.getUint32(0, true)),
      address: header.getUint32(12, true),
      bytes: contents[index]!,
      memoryBytes: header.getUint32(20, true),
      executable: (flags & FLAG_EXECUTABLE) !== 0,
      allocated: (flags & FLAG_ALLOCATED) !== 0,
    };
  });
};

const readSymbols = (sections: readonly SectionWithHeader[]): ElfSymbol[] | ImageProblem => {
  const symbols: ElfSymbol[] = [];
  for (const { header, bytes } of sections) {
    if (header.getUint32(4, true) !== SECTION_SYMBOLS) continue;
    const names = sections[header.getUint32(24, true)]?.bytes;
    if (names === undefined) return { problem: "its symbols have no names: the string table is missing" };
    const table = viewOf(bytes);
    for (let at = SYMBOL_BYTES; at + SYMBOL_BYTES <= bytes.length; at += SYMBOL_BYTES) {
      const info = table.getUint8(at + 12);
      const kind = SYMBOL_KINDS[info & 0xf];
      const name = textAt(names, table.getUint32(at, true));
      const section = table.getUint16(at + 14, true);
      if (kind === undefined || name === "" || section === UNDEFINED || section === ABSOLUTE) continue;
      const address = table.getUint32(at + 4, true);
      symbols.push({ name, address, size: table.getUint32(at + 8, true), kind, global: info >> 4 !== 0 });
    }
  }
  return symbols;
};

const text = new TextDecoder();

/** The NUL-terminated string at `offset`; "" when it lies outside. */
const textAt = (strings: Uint8Array, offset: number): string => {
  if (offset >= strings.length) return "";
  const end = strings.indexOf(0, offset);
  return text.decode(strings.subarray(offset, end < 0 ? strings.length : end));
};
