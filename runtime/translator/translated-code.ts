/** The translated code of one partition: what is instantiated in its memory, and where it can be entered. */
import type { CodePages } from "../hart/code-pages.ts";
import { memoryPlaces, RAM_BASE, SingleInstruction } from "../hart/index.ts";
import type { CompiledChunk } from "./compiler.ts";
import { entryModule } from "./entry-module.ts";
import { writeLimits } from "./region-writer.ts";

/** Guest addresses, `end` behind the last byte. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

type Enter = (budget: number) => number;

/**
 * Executes an instruction for translated code, with so many cycles left before it. @returns how many are left behind it, or their
 * complement: then translated code is left, to where `RESUME_WORD` says.
 */
type Execute = (instruction: SingleInstruction, left: number) => number;

export interface TranslatedCodeParts {
  readonly memory: WebAssembly.Memory;
  readonly ramBytes: number;
  readonly stateAddress: number;
  readonly mapAddress: number;
  readonly watchAddress: number;
  readonly pages: CodePages;
  readonly execute: Execute;
}

/** Partitions of one size have the same entry module. */
const entryModules = new Map<number, WebAssembly.Module>();

export class TranslatedCode {
  /** Runs from the state's pc on, wherever that is, at most so many cycles. @returns how many are left. */
  readonly enter: Enter;
  /** There is nothing to enter. */
  isEmpty = true;
  readonly #parts: TranslatedCodeParts;
  readonly #table: WebAssembly.Table;
  readonly #stop: unknown;
  /** By halfword of RAM. */
  readonly #map: Int32Array;
  #chunks: CompiledChunk[] = [];

  constructor(parts: TranslatedCodeParts) {
    this.#parts = parts;
    this.#table = new WebAssembly.Table({ element: "anyfunc", initial: 1 });
    this.#map = new Int32Array(parts.memory.buffer, parts.mapAddress, parts.ramBytes / 2);
    writeLimits(parts.memory.buffer, memoryPlaces(parts.ramBytes).limitsAddress);
    let module = entryModules.get(parts.ramBytes);
    if (module === undefined) {
      module = new WebAssembly.Module(entryModule(parts));
      entryModules.set(parts.ramBytes, module);
    }
    const { exports } = new WebAssembly.Instance(module, { env: { memory: parts.memory, table: this.#table } });
    this.enter = exports.enter as Enter;
    this.#stop = exports.stop;
  }

  add(chunk: CompiledChunk): void {
    const { memory, pages, execute } = this.#parts;
    const { module, tableSize, entryPcs, entryCodes } = chunk;
    const requests = instructionsOf(chunk);
    const request = (number: number, left: number): number => execute(requests[number]!, left);
    const missing = tableSize - this.#table.length;
    if (missing > 0) this.#table.grow(missing, this.#stop);
    new WebAssembly.Instance(module, { env: { memory, table: this.#table, request } });
    for (let index = 0; index < entryPcs.length; index++) {
      const pc = entryPcs[index]! >>> 0;
      this.#map[(pc - RAM_BASE) >>> 1] = entryCodes[index]!;
      pages.mark(pc);
    }
    this.#chunks.push(chunk);
    this.isEmpty = false;
  }

  /** Marks again what can be entered: the pages were cleared, the code is as it was. */
  markAgain(): void {
    for (const { entryPcs } of this.#chunks) for (const pc of entryPcs) this.#parts.pages.mark(pc >>> 0);
  }

  /** The interpreter passes everything by until `markAgain`. */
  unmark(): void {
    for (const { entryPcs } of this.#chunks) for (const pc of entryPcs) this.#parts.pages.unmark(pc >>> 0);
  }

  /** Drops what was made of any of this guest code. No region is being executed. */
  drop(changed: readonly Extent[]): void {
    const [kept, dropped]: [CompiledChunk[], CompiledChunk[]] = [[], []];
    for (const chunk of this.#chunks) (isMadeOf(chunk, changed) ? dropped : kept).push(chunk);
    for (const chunk of dropped) this.#remove(chunk);
    this.#chunks = kept;
    this.isEmpty = kept.length === 0;
  }

  /** Drops everything. No region is being executed. */
  clear(): void {
    for (const chunk of this.#chunks) this.#remove(chunk);
    this.#chunks = [];
    this.isEmpty = true;
  }

  #remove({ entryPcs, slots }: CompiledChunk): void {
    for (const entry of entryPcs) {
      const pc = entry >>> 0;
      this.#map[(pc - RAM_BASE) >>> 1] = 0;
      this.#parts.pages.unmark(pc);
    }
    for (const slot of slots) this.#table.set(slot, this.#stop);
  }
}

const instructionsOf = ({ requests }: CompiledChunk): readonly SingleInstruction[] => {
  const instructions: SingleInstruction[] = [];
  for (let index = 0; index < requests.length; index += 2)
    instructions.push(new SingleInstruction(requests[index]!, requests[index + 1]!));
  return instructions;
};

/** Whether the chunk was made of any of this guest code. */
export const isMadeOf = ({ extents }: CompiledChunk, changed: readonly Extent[]): boolean => {
  for (let index = 0; index < extents.length; index += 2) {
    const [start, end] = [extents[index]! >>> 0, extents[index + 1]! >>> 0];
    if (changed.some((each) => each.start < end && each.end > start)) return true;
  }
  return false;
};
