/**
 * Which line of which file an address belongs to: reads the .debug_line section of an image (DWARF 2 to 5, §6.2). Any bytes may come in;
 * what cannot be read has no lines.
 */
import { LineReader } from "./line-reader.ts";

export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

interface Row {
  readonly address: number;
  /** null: nothing of the source from there on. */
  readonly source: SourceLine | null;
}

export interface DebugLines {
  /** `.debug_line` */
  readonly lines: Uint8Array;
  /** `.debug_line_str` and `.debug_str`, where DWARF 5 keeps the names; empty when the image has none. */
  readonly lineTexts: Uint8Array;
  readonly texts: Uint8Array;
}

export class LineTable {
  /** Ascending. */
  readonly #rows: readonly Row[];

  constructor(sections: DebugLines) {
    const rows: Row[] = [];
    const reader = new LineReader(sections.lines);
    while (!reader.atEnd) readUnit(reader, sections, rows);
    rows.sort((a, b) => a.address - b.address);
    this.#rows = rows;
  }

  /** null: it belongs to no line. */
  at(address: number): SourceLine | null {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    return this.#rows[low - 1]?.source ?? null;
  }
}

interface Header {
  readonly instructionBytes: number;
  readonly lineBase: number;
  readonly lineRange: number;
  /** Operands of each standard opcode, from opcode 1 on. */
  readonly operands: readonly number[];
  /** By their numbers. */
  readonly files: readonly string[];
}

/** Leaves the reader behind the unit whatever stands in it. */
const readUnit = (reader: LineReader, sections: DebugLines, rows: Row[]): void => {
  const unit = reader.part(reader.u32());
  const version = unit.u16();
  if (version < 2 || version > 5) return;
  if (version === 5) unit.skip(2);
  const header = unit.part(unit.u32());
  const instructionBytes = header.u8();
  if (version >= 4) header.skip(1);
  header.skip(1);
  const [lineBase, lineRange, opcodeBase] = [header.i8(), header.u8(), header.u8()];
  const operands = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => header.u8());
  const files = version === 5 ? header.namesOf5(sections) : header.namesOf4();
  if (lineRange > 0) run(unit, { instructionBytes, lineBase, lineRange, operands, files }, rows);
};

const STANDARD = { copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, constAddPc: 8, fixedAdvancePc: 9 } as const;
const EXTENDED = { endSequence: 1, setAddress: 2 } as const;

/** The state machine (§6.2.2); what else it keeps is of no use here. */
const run = (program: LineReader, header: Header, rows: Row[]): void => {
  const { instructionBytes, lineBase, lineRange, operands, files } = header;
  const opcodeBase = operands.length + 1;
  let [address, file, line] = [0, 1, 1];
  const advance = (operation: number): void => {
    address += instructionBytes * operation;
  };
  const emit = (): void => {
    rows.push({ address, source: { file: files[file] ?? `file ${file}`, line } });
  };
  const extended = (): void => {
    const operation = program.part(program.unsigned());
    const opcode = operation.u8();
    if (opcode === EXTENDED.setAddress) address = operation.u32();
    else if (opcode === EXTENDED.endSequence) {
      rows.push({ address, source: null });
      [address, file, line] = [0, 1, 1];
    }
  };
  while (!program.atEnd) {
    const opcode = program.u8();
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase;
      advance(Math.floor(adjusted / lineRange));
      line += lineBase + (adjusted % lineRange);
      emit();
    } else if (opcode === 0) extended();
    else if (opcode === STANDARD.copy) emit();
    else if (opcode === STANDARD.advancePc) advance(program.unsigned());
    else if (opcode === STANDARD.advanceLine) line += program.signed();
    else if (opcode === STANDARD.setFile) file = program.unsigned();
    else if (opcode === STANDARD.constAddPc) advance(Math.floor((255 - opcodeBase) / lineRange));
    else if (opcode === STANDARD.fixedAdvancePc) address += program.u16();
    else for (let i = operands[opcode - 1] ?? 0; i > 0; i--) program.unsigned();
  }
};
