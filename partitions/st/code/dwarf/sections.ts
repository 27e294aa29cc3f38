/** All debug sections of an image (DWARF 4 §7). They are not loaded: a program runs the same with and without them. */
import type { Unit, Variable } from "../../semantics/symbols.ts";
import type { Assembled, LineRow } from "../assembler.ts";
import type { ElfImage, ElfSymbol } from "../elf.ts";
import type { Generated } from "../generate.ts";
import { writeCallFrames } from "./call-frames.ts";
import { CompileUnits, type PlacedFunction, type ProgramPlaces } from "./compile-units.ts";
import { writeEntries } from "./entries.ts";
import type { Run } from "./inlined.ts";
import { writeLines } from "./line-program.ts";
import { LocationLists } from "./locations.ts";
import { SectionBytes } from "./section-bytes.ts";

export interface DebugInput {
  readonly codeBase: number;
  readonly assembled: Assembled;
  /** Of the code, by address: one ends where the next begins. */
  readonly symbols: readonly ElfSymbol[];
  readonly functions: readonly Generated[];
  readonly units: Iterable<Unit>;
  readonly globals: readonly Variable[];
  readonly addressOf: ProgramPlaces["addressOf"];
}

export const debugSections = (input: DebugInput): ElfImage["notes"] => {
  const { codeBase, assembled, symbols, globals, addressOf } = input;
  const locations = new LocationLists((label) => codeBase + assembled.labels.get(label)!);
  const units = new CompileUnits({
    ...{ codeBase, addressOf, locations },
    units: new Map([...input.units].map((unit) => [unit.name, unit])),
  });
  for (const variable of globals) units.addGlobal(variable);
  const functions = placedFunctions(input);
  for (const { runs } of functions) for (const name of inlinedNames(runs)) units.addInlined(name);
  for (const each of functions) units.addFunction(each);
  const lines = new SectionBytes();
  for (const { entry, files, functions: own } of units.all) {
    const offset = lines.length;
    entry.sectionOffset("statementList", () => offset);
    writeLines(lines, files, own, codeBase);
  }
  const { info, abbreviations, texts } = writeEntries(units.all.map(({ entry }) => entry));
  const routines = symbols.map(({ address, size }) => ({ start: address - codeBase, end: address - codeBase + size }));
  return [
    { name: ".debug_info", bytes: info },
    { name: ".debug_abbrev", bytes: abbreviations },
    { name: ".debug_str", bytes: texts },
    { name: ".debug_line", bytes: lines.bytes },
    { name: ".debug_loc", bytes: locations.bytes },
    { name: ".debug_ranges", bytes: units.ranges },
    { name: ".debug_frame", bytes: writeCallFrames(routines, assembled.frames, codeBase) },
  ];
};

/** Those that are written in Structured Text, by address. */
const placedFunctions = ({ codeBase, assembled, symbols, functions }: DebugInput): readonly PlacedFunction[] => {
  const generated = new Map(functions.map((each) => [each.fn.name, each]));
  let next = 0;
  return symbols.flatMap(({ name, address, size }) => {
    const start = address - codeBase;
    const end = start + size;
    const rows: LineRow[] = [];
    for (; next < assembled.lines.length && assembled.lines[next]!.offset < end; next++)
      rows.push(assembled.lines[next]!);
    const { fn, places } = generated.get(name) ?? {};
    if (fn?.at == null) return [];
    return [{ name, source: fn.at.source, start, end, places: places ?? [], runs: runsOf(rows, end) }];
  });
};

/**
 * Rows of no code, and code of no source, left out; but not the start of a function, as debuggers see by it that there is no
 * prologue.
 */
const runsOf = (rows: readonly LineRow[], end: number): readonly Run[] =>
  rows.flatMap(({ offset, at }, i) => {
    const runEnd = rows[i + 1]?.offset ?? end;
    return at === null || (runEnd === offset && i > 0) ? [] : [{ offset, end: runEnd, at }];
  });

const inlinedNames = (runs: readonly Run[]): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const { at } of runs) for (let inner = at; inner.call !== null; inner = inner.call) names.add(inner.unit);
  return names;
};
