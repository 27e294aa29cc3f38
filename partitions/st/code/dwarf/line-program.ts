/** Which code belongs to which line, as a program for the state machine of DWARF 4 §6.2 → .debug_line. */
import type { SourceText } from "../../syntax/source-text.ts";
import { fileName } from "../../syntax/source-text.ts";
import type { Run } from "./inlined.ts";
import { SectionBytes } from "./section-bytes.ts";

const VERSION = 4;
/** Lengths of the operands of the standard opcodes (§6.2.4). */
const STANDARD_OPCODES = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1] as const;
const OPCODE = { copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, negateStatement: 6 } as const;
const EXTENDED = { endSequence: 1, setAddress: 2 } as const;
const CODE_ALIGNMENT = 2;
/** Special opcodes advance the line by −5 … 8 (§6.2.5.1). */
const LINE_BASE = -5;
const LINE_RANGE = 14;
const OPCODE_BASE = STANDARD_OPCODES.length + 1;

/** The files of one compile unit, numbered from 1 in the order in which they are asked for. */
export class FileTable {
  readonly #numbers = new Map<SourceText, number>();

  numberOf(source: SourceText): number {
    const number = this.#numbers.get(source) ?? this.#numbers.size + 1;
    this.#numbers.set(source, number);
    return number;
  }

  get names(): readonly string[] {
    return [...this.#numbers.keys()].map((source) => fileName({ source }));
  }
}

/** Code that stands in one piece; runs are by their addresses. */
export interface Sequence {
  readonly runs: readonly Run[];
  /** Offset behind the last byte. */
  readonly end: number;
}

/** Appends the line program of one compile unit; `base` is the address of offset 0. */
export const writeLines = (to: SectionBytes, files: FileTable, sequences: readonly Sequence[], base: number): void => {
  const program = new SectionBytes();
  for (const sequence of sequences) writeSequence(program, files, sequence, base);
  const header = headerOf(files);
  to.lengthPrefixed(() => {
    to.u16(VERSION);
    to.u32(header.length);
    to.put(header);
    to.put(program.bytes);
  });
};

const headerOf = (files: FileTable): Uint8Array => {
  const header = new SectionBytes();
  header.u8(CODE_ALIGNMENT);
  header.u8(1);
  header.u8(1);
  header.u8(LINE_BASE);
  header.u8(LINE_RANGE);
  header.u8(OPCODE_BASE);
  header.put(STANDARD_OPCODES);
  header.u8(0);
  for (const name of files.names) {
    header.text(name);
    header.put([0, 0, 0]);
  }
  header.u8(0);
  return header.bytes;
};

const writeSequence = (to: SectionBytes, files: FileTable, { runs, end }: Sequence, base: number): void => {
  const [first] = runs;
  if (first === undefined) return;
  to.put([0, 5, EXTENDED.setAddress]);
  to.u32(base + first.offset);
  const seen = new Set<Run["at"]>();
  let [offset, line, file, isStatement] = [first.offset, 1, 1, true];
  for (const { at, offset: start } of runs) {
    const number = files.numberOf(at.source);
    if (number !== file) {
      to.u8(OPCODE.setFile);
      to.unsigned(number);
    }
    // A statement begins with its first instruction; where others were put in between, it only goes on.
    if (isStatement !== !seen.has(at)) to.u8(OPCODE.negateStatement);
    isStatement = !seen.has(at);
    seen.add(at);
    advance(to, (start - offset) / CODE_ALIGNMENT, at.line - line);
    [offset, line, file] = [start, at.line, number];
  }
  to.u8(OPCODE.advancePc);
  to.unsigned((end - offset) / CODE_ALIGNMENT);
  to.put([0, 1, EXTENDED.endSequence]);
};

/** Adds a row: by one special opcode where that can say it (§6.2.5.1). */
const advance = (to: SectionBytes, steps: number, lines: number): void => {
  const special = lines - LINE_BASE + LINE_RANGE * steps + OPCODE_BASE;
  if (lines >= LINE_BASE && lines < LINE_BASE + LINE_RANGE && special <= 0xff) {
    to.u8(special);
    return;
  }
  to.u8(OPCODE.advancePc);
  to.unsigned(steps);
  to.u8(OPCODE.advanceLine);
  to.signed(lines);
  to.u8(OPCODE.copy);
};
