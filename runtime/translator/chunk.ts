/** One WebAssembly module with the regions of some of a guest's functions, and where in the guest they can be entered. */

import { memoryPlaces, RAM_BASE, WASM_PAGE_BYTES, WORD } from "../hart/layout.ts";
import type { CodeSnapshot } from "./code-image.ts";
import { STOP } from "./exits.ts";
import type { GuestFunction, Program } from "./program.ts";
import { type Region, type RegionVariant, translateRegion } from "./region.ts";
import { buildRegionGraph, LARGE_CODE_BYTES, type RegionGraph } from "./region-graph.ts";
import { LOCAL } from "./region-writer.ts";
import { isWithin, LIGHT_REGISTERS } from "./registers.ts";
import { WasmCode } from "./wasm/code.ts";
import { assembleModule, type FunctionType, type WasmFunction } from "./wasm/module.ts";

/** A stretch of RAM that translated code accesses by itself; everything else is left to the interpreter. */
export interface Window {
  /** Guest address of its start, and its offset in the partition's memory. */
  readonly address: number;
  readonly offset: number;
  readonly bytes: number;
}

/** What the code of a chunk refers to: addresses in the partition's memory, function indices in the chunk. */
export interface ChunkContext {
  readonly program: Program;
  readonly stateAddress: number;
  /** Limits of floats: see region-writer.ts. */
  readonly limitsAddress: number;
  /** The entry map: for each halfword of RAM the entry there, as `Chunk.entryCodes`, or 0. */
  readonly mapAddress: number;
  /** By page of RAM, a byte that is not 0 where stores are the interpreter's; 0: nobody watches. */
  readonly watchAddress: number;
  readonly loadWindow: Window;
  readonly storeWindow: Window;
  /** (number, budget) → budget: the interpreter executes an instruction; negative: the region is left, see translated-code.ts. */
  readonly request: number;
  /** Of the instruction at `pc`, for `request`. */
  requestOf(pc: number): number;
  /** (pc, budget, depth) → (pc, budget): goes on wherever pc is translated. */
  readonly through: number;
  /** The region of this graph that is entered while "inexact" is not raised; see float-code.ts. null: it is the interpreter's then. */
  exactRegionOf(graph: RegionGraph): number | null;
  /** Of a function in this chunk; null: it is in another, or in none. */
  regionOf(guestFunction: GuestFunction): number | null;
}

/** What can be entered, and where: parallel arrays. */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Guest addresses. */
  readonly entryPcs: Int32Array;
  /** Bits 30:12: index of the region in the table; 11:0: number of the entry in it. Negative: the start of a light function. */
  readonly entryCodes: Int32Array;
  /** The slots of the table that it fills. */
  readonly slots: Int32Array;
  /** Start and end of guest code that the chunk was made of, pairs. */
  readonly extents: Int32Array;
  /** The instructions that the interpreter executes for it, by number: address and word, pairs. */
  readonly requests: Int32Array;
}

export const ENTRY_BITS = 12;
const LIGHT = 1 << 31;

/** Slot 0 of the table belongs to no function. Behind all functions' slots come those of their other regions, for the rest of a round. */
export const tableIndexOf = ({ index }: GuestFunction): number => index + 1;
const tableIndexOfRest = ({ functions }: Program, { index }: GuestFunction): number => functions.length + index + 1;
export const tableSizeOf = ({ functions }: Program): number => 2 * functions.length + 1;

/** Takes an entry's code from the stack, and puts the index in the table there. */
export const tableIndexOfEntry = (code: WasmCode): WasmCode =>
  code
    .i32(1)
    .op("i32.shl")
    .i32(ENTRY_BITS + 1)
    .op("i32.shr_u");

/** (number of the entry, budget, depth) → (pc, budget). */
export const REGION: FunctionType = { parameters: ["i32", "i32", "i32"], results: ["i32", "i32"] };
export const REGION_TYPE = 0;
const REQUEST: FunctionType = { parameters: ["i32", "i32"], results: ["i32"] };
const REQUEST_TYPE = 1;

/** How deep guest calls may nest as calls of WebAssembly; deeper ones start anew. A region that nobody calls is this far from it. */
export const DEEPEST = 160;

export const translateChunk = (program: Program, functions: readonly GuestFunction[]): Chunk => {
  const { snapshot } = program.image;
  const { stateAddress, limitsAddress, watchAddress, mapAddress } = memoryPlaces(snapshot.ramBytes);
  if (mapAddress === null) throw new Error("a board with so much RAM has no room for translated code");
  const [request, through, firstRegion] = [0, 1, 2];
  const requests = new Requests(program);
  // Nearly every program with floats has an inexact one soon: for a large one that is not worth twice the code.
  const isLarge = snapshot.end - snapshot.start > LARGE_CODE_BYTES;
  const jobs: RegionJob[] = functions.map((each) => ({
    ...({ variant: "inexact", slot: tableIndexOf(each) } as const),
    graph: buildRegionGraph(program, each),
  }));
  const add = (job: RegionJob): number => firstRegion + jobs.push(job) - 1;
  const regionIndex = new Map(functions.map(({ index }, at) => [index, firstRegion + at]));
  const context: ChunkContext = {
    stateAddress,
    limitsAddress,
    mapAddress,
    watchAddress: snapshot.careful ? watchAddress : 0,
    ...windowsOf(snapshot),
    program,
    request,
    requestOf: (pc) => requests.numberOf(pc),
    through,
    exactRegionOf: (graph) => (isLarge ? null : add({ graph, variant: "exact", slot: null })),
    regionOf: ({ index }) => regionIndex.get(index) ?? null,
  };
  const entryPcs: number[] = [];
  const entryCodes: number[] = [];
  const extents: number[] = [];
  const slots: number[] = [];
  const regions: WasmFunction[] = [];
  for (const { graph, variant, slot } of jobs) {
    const { locals, body, unlikely, entries, extents: used, rest } = regionOf(context, graph, variant);
    regions.push({ type: REGION_TYPE, locals, body, unlikely, ...(slot === null ? {} : { tableIndex: slot }) });
    if (slot === null) continue;
    for (const [number, pc] of entries.entries()) {
      if (pc === null) continue;
      entryPcs.push(pc);
      const light = number === 0 && isWithin(program.touched(graph.function), LIGHT_REGISTERS) ? LIGHT : 0;
      entryCodes.push((slot << ENTRY_BITS) | number | light);
    }
    slots.push(slot);
    extents.push(...used);
    if (rest !== null) add({ graph: rest, variant, slot: tableIndexOfRest(program, graph.function) });
  }
  const bytes = assembleModule({
    types: [REGION, REQUEST],
    imports: [{ name: "request", type: REQUEST_TYPE }],
    memoryPages: Math.floor(stateAddress / WASM_PAGE_BYTES),
    functions: [{ type: REGION_TYPE, locals: ["i32"], body: throughBody(context) }, ...regions],
  });
  return {
    bytes,
    entryPcs: Int32Array.from(entryPcs),
    entryCodes: Int32Array.from(entryCodes),
    slots: Int32Array.from(slots),
    extents: Int32Array.from(extents),
    requests: Int32Array.from(requests.words),
  };
};

/** Those of one chunk; an instruction that was copied has one number. */
class Requests {
  readonly words: number[] = [];
  readonly #program: Program;
  readonly #numbers = new Map<number, number>();

  constructor(program: Program) {
    this.#program = program;
  }

  numberOf(pc: number): number {
    const known = this.#numbers.get(pc);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(pc, number);
    this.words.push(pc, this.#program.image.instructionWord(pc)!);
    return number;
  }
}

/** What is to be translated; regions ask for more. */
interface RegionJob {
  readonly graph: RegionGraph;
  readonly variant: RegionVariant;
  /** Of the table; null: no one but other regions enters it. */
  readonly slot: number | null;
}

/** A function too long for the host's stack, over whose control flow translation recurses, is left to the interpreter. */
const regionOf = (context: ChunkContext, graph: RegionGraph, variant: RegionVariant): Region => {
  try {
    return translateRegion(context, graph, variant);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const body = new WasmCode().i32(graph.function.start | STOP).get(LOCAL.budget).bytes;
    return { locals: [], body, unlikely: [], entries: [], extents: [], rest: null };
  }
};

/** Loads may reach all of RAM; stores the larger part that holds no code, so that code is never changed unseen. */
const windowsOf = ({ ramBytes, start, end }: CodeSnapshot): { loadWindow: Window; storeWindow: Window } => {
  const below = start - RAM_BASE;
  const above = RAM_BASE + ramBytes - end;
  return {
    loadWindow: { address: RAM_BASE, offset: 0, bytes: ramBytes },
    storeWindow:
      above >= below
        ? { address: end, offset: end - RAM_BASE, bytes: above }
        : { address: RAM_BASE, offset: 0, bytes: below },
  };
};

/** Parameters pc, budget, depth; the local is the map's entry. */
const throughBody = ({ program, mapAddress, stateAddress }: ChunkContext): Uint8Array => {
  const { ramBytes } = program.image.snapshot;
  const [pc, budget, depth, entry] = [0, 1, 2, 3];
  const code = new WasmCode();
  code.block();
  code.get(depth).op("i32.eqz").brIf(0);
  code.get(pc).i32(RAM_BASE).op("i32.sub").tee(entry).i32(ramBytes).op("i32.ge_u").brIf(0);
  code.get(entry).i32(1).op("i32.shl").memory("i32.load", mapAddress).tee(entry).op("i32.eqz").brIf(0);
  code
    .i32(0)
    .get(pc)
    .memory("i32.store", stateAddress + 4 * WORD.pc);
  code
    .get(entry)
    .i32((1 << ENTRY_BITS) - 1)
    .op("i32.and")
    .get(budget)
    .get(depth)
    .i32(1)
    .op("i32.sub");
  tableIndexOfEntry(code.get(entry)).callIndirect(REGION_TYPE).return();
  code.end();
  return code.get(pc).get(budget).bytes;
};
