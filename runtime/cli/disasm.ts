/**
 * `partita disasm`: an image as text, by section and symbol: address, word, instruction (as GNU objdump lays it out), and above the
 * instructions of a source line the line itself, where the image has a line table.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { type ElfSection, type GuestImage, LineTable, RAM_BASE, type SourceLine, Symbols } from "../board/index.ts";
import { disassemble, lengthOf } from "../isa/index.ts";
import type { CliEnvironment } from "./environment.ts";
import { readImage } from "./image-file.ts";

export const addDisasm = (program: Command, { stdout }: CliEnvironment): void => {
  program
    .command("disasm")
    .description(
      "print an image's instructions, by section and symbol, with the lines of the source that they come from",
    )
    .argument("<image>", "IMAGE.elf, or a flat binary at 0x80000000")
    .action(async (file: string) => {
      const { image } = await readImage(file);
      const lineOf = sourceReader([".", dirname(file)]);
      for (const text of listing(image, lineOf)) stdout.write(text);
    });
};

/** The text of a line of a file that lies in one of the folders, without blanks around it; empty: it is not there. */
const sourceReader = (folders: readonly string[]) => {
  const files = new Map<string, readonly string[]>();
  const linesOf = (file: string): readonly string[] => {
    for (const folder of folders) {
      try {
        return readFileSync(resolve(folder, file), "utf8").split("\n");
      } catch {
        // It may lie in the next one, or nowhere: then its lines have no text.
      }
    }
    return [];
  };
  return ({ file, line }: SourceLine): string => {
    const lines = files.get(file) ?? linesOf(file);
    files.set(file, lines);
    return lines[line - 1]?.trim() ?? "";
  };
};

/** One piece a section, source line or instruction, each ending its line. */
export function* listing(image: GuestImage, lineOf: (at: SourceLine) => string = () => ""): Generator<string> {
  const symbols = new Symbols(image.symbols);
  const lines = lineTableOf(image);
  for (const section of sectionsOf(image)) {
    yield `\nsection ${section.name} at ${hex(section.address)}\n`;
    yield* section.executable ? instructionsOf(section, { symbols, lines, lineOf }) : variablesOf(section, image);
  }
}

export const lineTableOf = ({ sections }: GuestImage): LineTable => {
  const bytesOf = (name: string) => sections.find((section) => section.name === name)?.bytes ?? new Uint8Array();
  const [lines, lineTexts, texts] = [bytesOf(".debug_line"), bytesOf(".debug_line_str"), bytesOf(".debug_str")];
  return new LineTable({ lines, lineTexts, texts });
};

/** A flat binary is one stretch that may hold code anywhere. */
const sectionsOf = (image: GuestImage): readonly ElfSection[] => {
  const inRam = image.sections.filter(({ allocated }) => allocated);
  if (inRam.length > 0) return inRam;
  return image.segments.map(({ address, bytes }) => ({
    name: address === RAM_BASE ? "(flat)" : "(segment)",
    address,
    bytes,
    memoryBytes: bytes.length,
    executable: true,
    allocated: true,
  }));
};

/** What is told beside the instructions. */
interface Notes {
  readonly symbols: Symbols;
  readonly lines: LineTable;
  readonly lineOf: (at: SourceLine) => string;
}

function* instructionsOf(section: ElfSection, { symbols, lines, lineOf }: Notes): Generator<string> {
  const { address, bytes } = section;
  let told: SourceLine | null = null;
  for (let at = 0; at < bytes.length; ) {
    const pc = address + at;
    const symbol = symbols.at(pc);
    if (symbol !== null) yield `\n${hex(pc)} <${symbol.name}>:\n`;
    const source = lines.at(pc);
    if (source !== null && (symbol !== null || source.file !== told?.file || source.line !== told.line))
      yield `${source.file}:${source.line}: ${lineOf(source)}`.trimEnd().concat("\n");
    told = source;
    const isData = symbols.covering(pc)?.kind === "object";
    const { word, length } = wordAt(bytes, at, isData);
    const text = isData || length < lengthOf(word) ? `.${length}byte 0x${word.toString(16)}` : disassemble(word, pc);
    yield `${hex(pc)}:  ${word
      .toString(16)
      .padStart(2 * length, "0")
      .padEnd(8)}  ${withTarget(text, symbols)}\n`;
    at += length;
  }
}

/** What is at `at`: an instruction of 2 or 4 bytes, or data; less at the end of the section. */
const wordAt = (bytes: Uint8Array, at: number, isData: boolean): { word: number; length: number } => {
  const half = bytes[at]! | ((bytes[at + 1] ?? 0) << 8);
  const wanted = isData ? 4 : lengthOf(half);
  const length = Math.min(wanted, bytes.length - at);
  let word = 0;
  for (let index = length - 1; index >= 0; index--) word = word * 256 + bytes[at + index]!;
  return { word, length };
};

/** A branch or jump says where it goes. */
const withTarget = (text: string, symbols: Symbols): string => {
  const target = Number(/\b0x[89a-f][0-9a-f]{7}$/.exec(text)?.[0] ?? Number.NaN);
  const name = Number.isNaN(target) || text.startsWith(".") ? null : symbols.describe(target);
  return name === null ? text : `${text} <${name}>`;
};

function* variablesOf(section: ElfSection, image: GuestImage): Generator<string> {
  const end = section.address + section.memoryBytes;
  const inside = image.symbols.filter(
    ({ kind, address }) => kind === "object" && address >= section.address && address < end,
  );
  inside.sort((a, b) => a.address - b.address);
  for (const { name, address, size } of inside) yield `${hex(address)} <${name}>: ${size} bytes\n`;
}

const hex = (address: number): string => address.toString(16).padStart(8, "0");
