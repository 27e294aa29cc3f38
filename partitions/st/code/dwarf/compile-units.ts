/** The program as a debugger sees it: a compile unit for each source file, with its functions and variables (DWARF 4 §3, §4). */
import type { Unit, Variable } from "../../semantics/symbols.ts";
import { scalarOf, type Type } from "../../semantics/types.ts";
import { fileName, lineOf, type SourceText, type Span } from "../../syntax/source-text.ts";
import type { VariablePlace } from "../variable-places.ts";
import { CASE_INSENSITIVE, INLINED, LANGUAGE_PASCAL, TAG } from "./codes.ts";
import { Entry } from "./entries.ts";
import { type InlinedCall, inlinedCalls, type Run } from "./inlined.ts";
import { FileTable } from "./line-program.ts";
import { FRAME_BASE, type LocationLists, staticLocation } from "./locations.ts";
import { SectionBytes } from "./section-bytes.ts";
import { TypeEntries } from "./type-entries.ts";

/** A function as it stands in the code. */
export interface PlacedFunction {
  readonly name: string;
  readonly source: SourceText;
  /** Offsets from the start of the code. */
  readonly start: number;
  readonly end: number;
  readonly runs: readonly Run[];
  readonly places: readonly VariablePlace[];
}

export interface CompileUnit {
  readonly source: SourceText;
  readonly entry: Entry;
  readonly files: FileTable;
  readonly functions: PlacedFunction[];
}

export interface ProgramPlaces {
  readonly codeBase: number;
  /** By symbol. */
  readonly units: ReadonlyMap<string, Unit>;
  /** Null: not in the data. */
  readonly addressOf: (variable: Variable) => { readonly address: number; readonly bit: number | null } | null;
  readonly locations: LocationLists;
}

export class CompileUnits {
  readonly #places: ProgramPlaces;
  readonly #bySource = new Map<SourceText, CompileUnit>();
  readonly #types = new TypeEntries();
  /** Of functions that are inlined somewhere, by symbol. */
  readonly #abstract = new Map<string, Entry>();
  readonly #ranges = new SectionBytes();

  constructor(places: ProgramPlaces) {
    this.#places = places;
  }

  get all(): readonly CompileUnit[] {
    return [...this.#bySource.values()];
  }

  /** .debug_ranges, once the entries are written. */
  get ranges(): Uint8Array {
    return this.#ranges.bytes;
  }

  addGlobal(variable: Variable): void {
    const unit = this.#of(variable.at.source);
    const entry = this.#staticVariable(variable, unit);
    if (entry !== null) unit.entry.add(entry.flag("external"));
  }

  addFunction(placed: PlacedFunction): void {
    const { name, source, start, end, places, runs } = placed;
    const unit = this.#of(source);
    const { functions } = unit;
    if (functions.length === 0)
      unit.entry.address("lowPc", 0).sectionOffset("ranges", () => this.#writeRanges(functions));
    functions.push(placed);
    const calls = inlinedCalls(runs);
    const abstract = this.#abstract.get(name);
    const entry = unit.entry.add(new Entry(TAG.subprogram));
    if (abstract === undefined) this.#describe(entry, name, unit);
    else entry.reference("abstractOrigin", abstract);
    entry.address("lowPc", this.#places.codeBase + start).highPc(end - start);
    entry.expression("frameBase", FRAME_BASE);
    for (const place of places) this.#local(entry, name, place, unit);
    for (const call of calls) this.#inlined(entry, call, unit);
  }

  /** To be called for all functions that are inlined, before functions are added. */
  addInlined(name: string): void {
    const declared = this.#places.units.get(name);
    if (declared === undefined || this.#abstract.has(name)) return;
    const unit = this.#of(declared.declaration.at.source);
    const entry = unit.entry.add(new Entry(TAG.subprogram)).number("inline", INLINED);
    this.#abstract.set(name, entry);
    this.#describe(entry, name, unit);
  }

  #of(source: SourceText): CompileUnit {
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    const files = new FileTable();
    files.numberOf(source);
    const entry = new Entry(TAG.compileUnit)
      .text("producer", "Partita")
      .number("language", LANGUAGE_PASCAL)
      .number("identifierCase", CASE_INSENSITIVE)
      .text("name", fileName({ source }));
    const unit = { source, entry, files, functions: [] };
    this.#bySource.set(source, unit);
    return unit;
  }

  /** What is the same for all copies of a function: its name, result and the variables that all calls share. */
  #describe(entry: Entry, name: string, unit: CompileUnit): void {
    entry.text("name", name).flag("external");
    const declared = this.#places.units.get(name);
    if (declared === undefined) return;
    this.#declaredAt(entry, declared.declaration.name.at, unit);
    if (declared.result !== null) this.#typed(entry, declared.result.type, unit);
    for (const variable of declared.variables) {
      const child = this.#staticVariable(variable, unit);
      if (child !== null) entry.add(child);
    }
  }

  #staticVariable(variable: Variable, unit: CompileUnit): Entry | null {
    const place = this.#places.addressOf(variable);
    if (place === null && variable.constant === null) return null;
    const entry = new Entry(TAG.variable).text("name", variable.name);
    this.#declaredAt(entry, variable.at, unit);
    if (!this.#typed(entry, variable.type, unit)) return null;
    if (place !== null) entry.expression("location", staticLocation(place.address, place.bit));
    else setConstant(entry, variable);
    return entry;
  }

  #local(parent: Entry, name: string, place: VariablePlace, unit: CompileUnit): void {
    const { variable } = place;
    const isParameter = variable === null || PARAMETERS.has(variable.section);
    const entry = new Entry(isParameter ? TAG.formalParameter : TAG.variable);
    if (variable === null) {
      const block = classBlock(this.#places.units.get(name));
      if (block == null) return;
      entry.text("name", "this").flag("artificial").reference("type", this.#types.pointerTo(block, unit.entry));
    } else {
      entry.text("name", variable.name);
      this.#declaredAt(entry, variable.at, unit);
      if (!this.#typed(entry, variable.type, unit)) return;
    }
    if (!this.#places.locations.describe(entry, place)) return;
    parent.add(entry);
    if (variable === null) parent.reference("objectPointer", entry);
  }

  #inlined(parent: Entry, { call, unit: name, ranges, inner }: InlinedCall, unit: CompileUnit): void {
    const abstract = this.#abstract.get(name);
    if (abstract === undefined) return;
    const entry = parent.add(new Entry(TAG.inlinedSubroutine)).reference("abstractOrigin", abstract);
    const { codeBase } = this.#places;
    const [first, ...others] = ranges;
    if (others.length === 0) entry.address("lowPc", codeBase + first!.start).highPc(first!.end - first!.start);
    else entry.sectionOffset("ranges", () => this.#writeRanges(ranges));
    entry.number("callFile", unit.files.numberOf(call.source)).number("callLine", call.line);
    for (const each of inner) this.#inlined(entry, each, unit);
  }

  /** §2.17.3; ended by two zeros. @returns their offset. */
  #writeRanges(ranges: readonly { readonly start: number; readonly end: number }[]): number {
    const { codeBase: base } = this.#places;
    const offset = this.#ranges.length;
    for (const { start, end } of ranges) {
      this.#ranges.u32(base + start);
      this.#ranges.u32(base + end);
    }
    this.#ranges.u32(0);
    this.#ranges.u32(0);
    return offset;
  }

  #declaredAt(entry: Entry, at: Span, { files }: CompileUnit): void {
    entry.number("declaredFile", files.numberOf(at.source)).number("declaredLine", lineOf(at));
  }

  /** @returns false when debuggers cannot read the type. */
  #typed(entry: Entry, type: Type, unit: CompileUnit): boolean {
    const found = this.#types.of(type, unit.entry);
    if (found !== null) entry.reference("type", found);
    return found !== null;
  }
}

const PARAMETERS: ReadonlySet<Variable["section"]> = new Set(["input", "output", "inOut"]);

const classBlock = (unit: Unit | undefined) => unit?.block ?? unit?.owner?.block ?? null;

const setConstant = (entry: Entry, { constant, type }: Variable): void => {
  const { family, bytes } = scalarOf(type)!;
  if (family !== "real") {
    entry.signed("constValue", typeof constant === "bigint" ? constant : Number(constant));
    return;
  }
  const value = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) value.setFloat32(0, Number(constant), true);
  else value.setFloat64(0, Number(constant), true);
  entry.block("constValue", new Uint8Array(value.buffer));
};
