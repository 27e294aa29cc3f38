/** The translated code of one partition: what is instantiated in its memory, and where it can be entered. */
import type { CodePages } from "../hart/code-pages.ts";
import { memoryPlaces, RAM_BASE } from "../hart/index.ts";
import type { CompiledChunk } from "./compiler.ts";
import { entryModule } from "./entry-module.ts";
import { writeLimits } from "./region-writer.ts";

type Enter = (budget: number) => number;

export interface TranslatedCodeParts {
  readonly memory: WebAssembly.Memory;
  readonly ramBytes: number;
  readonly stateAddress: number;
  readonly mapAddress: number;
  readonly pages: CodePages;
}

/** Partitions of one size have the same entry module. */
const entryModules = new Map<number, WebAssembly.Module>();

export class TranslatedCode {
  /** Runs from the state's pc on, at most so many cycles. @returns how many are left. */
  readonly enter: Enter;
  readonly #parts: TranslatedCodeParts;
  readonly #table: WebAssembly.Table;
  readonly #stop: unknown;
  /** By halfword of RAM. */
  readonly #map: Int32Array;
  #entries: number[] = [];

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

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  add({ module, tableSize, entryPcs, entryCodes }: CompiledChunk): void {
    const { memory, pages } = this.#parts;
    const missing = tableSize - this.#table.length;
    if (missing > 0) this.#table.grow(missing, this.#stop);
    new WebAssembly.Instance(module, { env: { memory, table: this.#table } });
    for (let index = 0; index < entryPcs.length; index++) {
      const pc = entryPcs[index]! >>> 0;
      this.#map[(pc - RAM_BASE) >>> 1] = entryCodes[index]!;
      pages.mark(pc);
      this.#entries.push(pc);
    }
  }

  /** Whether code is entered at this address, in RAM. */
  isEntry(pc: number): boolean {
    return this.#map[((pc ^ RAM_BASE) >>> 0) >>> 1] !== 0;
  }

  /** Marks again what can be entered: the pages were cleared, the code is as it was. */
  markAgain(): void {
    for (const pc of this.#entries) this.#parts.pages.mark(pc);
  }

  /** Drops everything. No region is being executed. */
  clear(): void {
    for (const pc of this.#entries) {
      this.#map[(pc - RAM_BASE) >>> 1] = 0;
      this.#parts.pages.unmark(pc);
    }
    this.#entries = [];
    for (let index = 1; index < this.#table.length; index++) this.#table.set(index, this.#stop);
  }
}
