/** Writes a 32-bit little-endian RISC-V executable (System V gABI chapters 4 and 5, RISC-V ELF psABI). */

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly kind: "function" | "object";
}

export interface ElfImage {
  readonly entry: number;
  readonly code: { readonly address: number; readonly bytes: Uint8Array };
  /** Followed by `zeroBytes` of RAM that the file does not hold. */
  readonly data: { readonly address: number; readonly bytes: Uint8Array; readonly zeroBytes: number };
  readonly symbols: readonly ElfSymbol[];
  /** Sections that are not loaded, by name. */
  readonly notes: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const HEADER_BYTES = 52;
const SEGMENT_BYTES = 32;
const SECTION_BYTES = 40;
const SYMBOL_BYTES = 16;
const PAGE = 4096;

const TYPE = { progbits: 1, symbols: 2, strings: 3, nobits: 8 } as const;
const FLAG = { write: 1, allocated: 2, executable: 4 } as const;
const EXECUTABLE_TYPE = 2;
const MACHINE_RISCV = 243;
/** EF_RISCV_FLOAT_ABI_SINGLE: floats travel in float registers. */
const FLAGS = 0x2;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entryBytes: number;
}

const section = (name: string, type: number, bytes: Uint8Array, more: Partial<Section> = {}): Section => ({
  name,
  type,
  bytes,
  flags: 0,
  address: 0,
  size: bytes.length,
  link: 0,
  info: 0,
  align: 1,
  entryBytes: 0,
  ...more,
});

/** Names one behind the other, each ended by NUL; the first is empty. */
class StringTable {
  #text = "\0";

  add(name: string): number {
    const at = this.#text.length;
    this.#text += `${name}\0`;
    return at;
  }

  get bytes(): Uint8Array {
    return new TextEncoder().encode(this.#text);
  }
}

export const writeElf = (image: ElfImage): Uint8Array => {
  const { code, data } = image;
  const strings = new StringTable();
  const symbols = symbolTable(image, strings);
  const sections: Section[] = [
    section("", 0, new Uint8Array(0), { align: 0 }),
    section(".text", TYPE.progbits, code.bytes, {
      flags: FLAG.allocated | FLAG.executable,
      address: code.address,
      align: 4,
    }),
    section(".data", TYPE.progbits, data.bytes, {
      flags: FLAG.allocated | FLAG.write,
      address: data.address,
      align: 16,
    }),
    section(".stack", TYPE.nobits, new Uint8Array(0), {
      flags: FLAG.allocated | FLAG.write,
      address: data.address + data.bytes.length,
      size: data.zeroBytes,
      align: 16,
    }),
    ...image.notes.map(({ name, bytes }) => section(name, TYPE.progbits, bytes)),
  ];
  const stringIndex = sections.length + 1;
  sections.push(
    section(".symtab", TYPE.symbols, symbols, { link: stringIndex, info: 1, align: 4, entryBytes: SYMBOL_BYTES }),
  );
  sections.push(section(".strtab", TYPE.strings, strings.bytes));
  return assembleFile(image, sections);
};

const CODE_SECTION = 1;
const DATA_SECTION = 2;
const GLOBAL = 1 << 4;

const symbolTable = ({ symbols, data }: ElfImage, strings: StringTable): Uint8Array => {
  const table = new Uint8Array(SYMBOL_BYTES * (symbols.length + 1));
  const view = new DataView(table.buffer);
  for (const [i, { name, address, size, kind }] of symbols.entries()) {
    const at = SYMBOL_BYTES * (i + 1);
    view.setUint32(at, strings.add(name), true);
    view.setUint32(at + 4, address, true);
    view.setUint32(at + 8, size, true);
    view.setUint8(at + 12, GLOBAL | (kind === "function" ? 2 : 1));
    view.setUint16(at + 14, address >= data.address ? DATA_SECTION : CODE_SECTION, true);
  }
  return table;
};

const assembleFile = (image: ElfImage, sections: Section[]): Uint8Array => {
  const names = new StringTable();
  const nameOffsets = [...sections.map(({ name }) => (name === "" ? 0 : names.add(name))), names.add(".shstrtab")];
  const all = [...sections, section(".shstrtab", TYPE.strings, names.bytes)];
  const offsets: number[] = [];
  let end = HEADER_BYTES + 2 * SEGMENT_BYTES;
  for (const { bytes, align, flags, address, type } of all) {
    // A loaded section lies at the same place in its page of the file as in RAM (gABI "Program Header": p_align).
    const loaded = (flags & FLAG.allocated) !== 0 && type === TYPE.progbits;
    end = loaded
      ? end + ((((address - end) % PAGE) + PAGE) % PAGE)
      : Math.ceil(end / Math.max(align, 1)) * Math.max(align, 1);
    offsets.push(end);
    end += bytes.length;
  }
  const tableAt = Math.ceil(end / 4) * 4;
  const file = new Uint8Array(tableAt + SECTION_BYTES * all.length);
  const view = new DataView(file.buffer);
  writeHeader(view, image.entry, tableAt, all.length);
  writeSegments(view, image, offsets);
  for (const [i, each] of all.entries()) {
    file.set(each.bytes, offsets[i]!);
    const { type, flags, address, size, link, info, align, entryBytes } = each;
    const values = [
      nameOffsets[i]!,
      type,
      flags,
      address,
      type === 0 ? 0 : offsets[i]!,
      size,
      link,
      info,
      align,
      entryBytes,
    ];
    for (const [j, value] of values.entries()) view.setUint32(tableAt + SECTION_BYTES * i + 4 * j, value, true);
  }
  return file;
};

const writeHeader = (view: DataView, entry: number, tableAt: number, sections: number): void => {
  for (const [i, byte] of [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1].entries()) view.setUint8(i, byte);
  const halves: readonly (readonly [number, number])[] = [
    [16, EXECUTABLE_TYPE],
    [18, MACHINE_RISCV],
    [40, HEADER_BYTES],
    [42, SEGMENT_BYTES],
    [44, 2],
    [46, SECTION_BYTES],
    [48, sections],
    [50, sections - 1],
  ];
  for (const [at, value] of halves) view.setUint16(at, value, true);
  for (const [at, value] of [
    [20, 1],
    [24, entry],
    [28, HEADER_BYTES],
    [32, tableAt],
    [36, FLAGS],
  ] as const)
    view.setUint32(at, value, true);
};

const SEGMENT_LOAD = 1;
const PERMIT = { execute: 1, write: 2, read: 4 } as const;

const writeSegments = (view: DataView, { code, data }: ElfImage, offsets: readonly number[]): void => {
  const segments = [
    {
      offset: offsets[CODE_SECTION]!,
      address: code.address,
      bytes: code.bytes.length,
      memory: code.bytes.length,
      flags: PERMIT.read | PERMIT.execute,
    },
    {
      offset: offsets[DATA_SECTION]!,
      address: data.address,
      bytes: data.bytes.length,
      memory: data.bytes.length + data.zeroBytes,
      flags: PERMIT.read | PERMIT.write,
    },
  ];
  for (const [i, { offset, address, bytes, memory, flags }] of segments.entries()) {
    const values = [SEGMENT_LOAD, offset, address, address, bytes, memory, flags, PAGE];
    for (const [j, value] of values.entries()) view.setUint32(HEADER_BYTES + SEGMENT_BYTES * i + 4 * j, value, true);
  }
};
