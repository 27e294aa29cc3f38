/**
 * The translating engine: guest code as WebAssembly wherever there is any yet, and the interpreter for everything else: devices,
 * control registers, traps, U mode, code that changes, the last few instructions of a budget.
 */
import type { CodePagesListener } from "../hart/code-pages.ts";
import { FEW } from "../hart/dispatch.ts";
import type { Exit } from "../hart/engine.ts";
import { MSTATUS } from "../hart/hart.ts";
import {
  type Engine,
  type EngineFactory,
  type EngineParts,
  type Fault,
  type Hart,
  Interpreter,
  memoryPlaces,
  RAM_BASE,
  type SingleInstruction,
  type StaticCode,
} from "../hart/index.ts";
import { LEAVE_WORD, RESUME_WORD, STEPPED_WORD, WORD } from "../hart/layout.ts";
import { type Cycles, cycles, type GuestAddress } from "../units.ts";
import type { CodeSnapshot } from "./code-image.ts";
import type { Compilation, CompiledChunk, Compiler } from "./compiler.ts";
import { EntryGains } from "./entry-gains.ts";
import { LEAVE, STOP } from "./exits.ts";
import { type Extent, isMadeOf, TranslatedCode } from "./translated-code.ts";
import { VolatileCode } from "./volatile-code.ts";

/** What one stretch counts down from: a small integer. */
const LONGEST_STRETCH = 2 ** 30;
/** While chunks are to come: so often it is looked for them, and where the guest is. */
const WAITING_STRETCH = 100_000;
/** Data that lie behind the code, tables of jumps among them, as far as the translator wants to see them. */
const DATA_BYTES = 1 << 20;
/** Cycles without a change of code before it is translated again. */
const QUIET_CYCLES = 5_000_000;

/** After so many entries into translated code it is asked what they gained. */
const ENTRIES = 1024;
/** So long what gains nothing is left alone. */
const PAUSE_CYCLES = 10_000_000;

export interface TranslateOptions {
  /**
   * Cycles that translated code is to run on average when it is entered. Where it is left sooner, for a device, say, the guest is
   * interpreted for a while: changing costs more. A guest that does little else is all interpreted. 0, the default: translated code
   * is entered wherever it can be.
   */
  readonly worthwhileCycles?: number;
  /** How long it is interpreted then, in cycles of its own. */
  readonly pauseCycles?: number;
  /** Cycles from a change of the guest's code to its next translation. */
  readonly quietCycles?: number;
}

/** Made engines whose guests can be translated have `translatedCycles`. */
export const translate =
  (compiler: Compiler, options: TranslateOptions = {}): EngineFactory =>
  (parts) => {
    const { worthwhileCycles = 0, pauseCycles = PAUSE_CYCLES, quietCycles = QUIET_CYCLES } = options;
    const extent = extentOf(parts.code);
    const { mapAddress } = memoryPlaces(parts.hart.ramBytes);
    const interpreter = new Interpreter(parts.hart, parts.bus, parts.time);
    return extent === null || mapAddress === null
      ? interpreter
      : new TranslatingEngine(parts, interpreter, compiler, {
          ...{ extent, mapAddress },
          ...{ worthwhileCycles, pauseCycles, quietCycles },
        });
  };

interface EngineSettings extends Required<TranslateOptions> {
  readonly extent: Extent;
  readonly mapAddress: number;
}

export class TranslatingEngine implements Engine, CodePagesListener {
  /** Of all cycles, those in which translated code ran. */
  translatedCycles = 0;
  /** How often it was entered, and how often that was found not to be worth it. */
  entries = 0;
  pauses = 0;
  readonly #hart: Hart;
  readonly #interpreter: Interpreter;
  readonly #compiler: Compiler;
  readonly #extent: Extent;
  readonly #functions: readonly number[];
  readonly #code: TranslatedCode;
  /** null: not begun, or all that there is to translate is. */
  #compilation: Compilation | null = null;
  /** Translation is to begin, anew, at this cycle of all runs; Infinity: what is translated or being translated will do. */
  #beginAt = 0;
  /** The next chunk takes the place of all others. */
  #isReplacing = false;
  #past = 0;
  #used = cycles(0);
  /** Where the budget of translated code ends, as `hart.elapsed`; and why the run ended in it: null, it did not. */
  #until = 0;
  #exit: Exit | null = null;
  readonly #worthwhileCycles: number;
  readonly #pauseCycles: number;
  readonly #gains = new EntryGains();
  /** Where it is not worth it, translated code is passed by until this cycle of all runs; Infinity: nowhere is it. */
  #passedByUntil = Infinity;
  /** The last run ended at a device or in `wfi`: what follows is for the interpreter, as a rule. */
  #wasInterpreted = false;
  /** `translatedCycles` when it was last asked what entries gained. */
  #translatedBefore = 0;
  /** Translated code is entered again from this cycle of all runs on; 0: it is. */
  #pausedUntil = 0;
  readonly #quietCycles: number;
  #careful = false;
  /** The code as it was translated; null: none is. */
  #translated: Uint8Array | null = null;
  readonly #volatile: VolatileCode;
  /** What became volatile since translation began, which does not know it. */
  #newlyVolatile: Extent[] = [];
  /** What has changed since translated code was last entered and must go before it is entered again; null: nothing. */
  #changed: Extent[] | null = null;
  /** All of it must go. */
  #isUnsafe = false;
  /** Some of it is gone already. */
  #isIncomplete = false;

  constructor(
    { hart, code }: EngineParts,
    interpreter: Interpreter,
    compiler: Compiler,
    { extent, mapAddress, worthwhileCycles, pauseCycles, quietCycles }: EngineSettings,
  ) {
    this.#worthwhileCycles = worthwhileCycles;
    this.#pauseCycles = pauseCycles;
    this.#quietCycles = quietCycles;
    this.#hart = hart;
    this.#interpreter = interpreter;
    this.#compiler = compiler;
    this.#extent = extent;
    this.#volatile = new VolatileCode(extent);
    this.#functions = code.functions;
    const { stateAddress, watchAddress } = memoryPlaces(hart.ramBytes);
    this.#code = new TranslatedCode({
      memory: hart.memory,
      ramBytes: hart.ramBytes,
      ...{ stateAddress, mapAddress, watchAddress },
      pages: interpreter.pages,
      execute: (instruction, left) => this.#execute(instruction, left),
    });
    interpreter.pages.listener = this;
  }

  get used(): Cycles {
    return this.#used;
  }

  get fault(): Fault | null {
    return this.#interpreter.fault;
  }

  run(budget: Cycles): Exit {
    const hart = this.#hart;
    const interpreter = this.#interpreter;
    interpreter.begin(budget);
    let exit: Exit;
    if (this.#pausedUntil > 0 && this.#past >= this.#pausedUntil) this.#resume();
    if (this.#past >= this.#passedByUntil) this.#passNoneBy();
    do {
      if (this.#isWaiting) this.#lookForChunks();
      const longest = this.#isWaiting ? WAITING_STRETCH : LONGEST_STRETCH;
      exit = this.#stretch(cycles(hart.elapsed + longest));
    } while (exit === "budget" && hart.elapsed < interpreter.end);
    this.#used = interpreter.finish();
    this.#past += this.#used;
    this.#wasInterpreted = exit === "mmio" || exit === "wfi";
    return exit;
  }

  watchStores(address: GuestAddress, bytes: number): void {
    this.#interpreter.watchStores(address, bytes);
    this.#takeCare();
  }

  ramChanged(address: GuestAddress, bytes: number): void {
    this.#interpreter.ramChanged(address, bytes);
    this.#settleChanges();
    // The image is in RAM before the first run: translation need not wait for it.
    if (this.#translated === null && this.#past === 0 && bytes === this.#hart.ramBytes) this.#begin();
  }

  /** Until `hart.elapsed` is `last`, or the run ends. */
  #stretch(last: Cycles): Exit {
    const hart = this.#hart;
    const interpreter = this.#interpreter;
    const { pages } = interpreter;
    const { words } = hart;
    let isTried = !this.#wasInterpreted;
    for (;;) {
      this.#until = Math.min(last, interpreter.end);
      if (hart.elapsed >= this.#until) return "budget";
      if (this.#changed !== null || this.#isUnsafe) this.#dropChanged();
      let budget = this.#until - hart.elapsed;
      if (
        this.#pausedUntil === 0 &&
        !this.#code.isEmpty &&
        hart.unrestricted &&
        (isTried || pages.isMarked(words[WORD.pc]!))
      ) {
        const pc = words[WORD.pc]!;
        const before = hart.elapsed;
        const left = this.#code.enter(budget);
        hart.elapsed = cycles(this.#until - left);
        const gained = hart.elapsed - before - words[STEPPED_WORD]!;
        this.translatedCycles += gained;
        this.#gains.note(pc, gained);
        if (++this.entries % ENTRIES === 0) this.#weigh();
        if (words[LEAVE_WORD] !== 0) {
          const exit = words[LEAVE_WORD] === LEAVE.waiting ? "wfi" : this.#exit;
          words[LEAVE_WORD] = 0;
          if (exit !== null) return exit;
          continue;
        }
        if (left === 0) return "budget";
        // Still at a mark: translated code could do nothing here, its budget being too small, say. One instruction leads on.
        budget = left > FEW && pages.isMarked(words[WORD.pc]!) ? 1 : left;
      }
      const exit = interpreter.stretch(budget);
      isTried = true;
      pages.settle();
      if (exit !== "translated" && exit !== "budget") return exit;
    }
  }

  /** As `TranslatedCodeParts.execute`. */
  #execute(instruction: SingleInstruction, left: number): number {
    const hart = this.#hart;
    const { words } = hart;
    const { pc, behind } = instruction;
    const floats = this.#floatState;
    hart.elapsed = cycles(this.#until - left);
    words[WORD.pc] = pc;
    const exit = instruction.execute(this.#interpreter);
    hart.elapsed = cycles(this.#until - left + 1);
    this.#until = Math.min(this.#until, this.#interpreter.end);
    const rest = this.#until - hart.elapsed;
    this.#exit = exit === "budget" ? null : exit;
    const mayGoOn = this.#exit === null && this.#isCodeAsItWas && hart.unrestricted;
    if (mayGoOn && words[WORD.pc] === behind && this.#floatState === floats) return rest;
    words[LEAVE_WORD] = mayGoOn ? 0 : LEAVE.asked;
    words[RESUME_WORD] = words[WORD.pc]! | (mayGoOn ? 0 : STOP);
    return ~rest;
  }

  /** What translated code relies on while it runs: mstatus.FS and fcsr. */
  get #floatState(): number {
    const { words } = this.#hart;
    return (words[WORD.mstatus]! & MSTATUS.fs) | words[WORD.fcsr]!;
  }

  /** No instruction since translated code was entered has changed it. */
  get #isCodeAsItWas(): boolean {
    return this.#changed === null && !this.#isUnsafe && !this.#code.isEmpty;
  }

  /** Whether the last entries were worth it: where they were not, translated code is passed by, or else everywhere. */
  #weigh(): void {
    const gained = this.translatedCycles - this.#translatedBefore;
    this.#translatedBefore = this.translatedCycles;
    const { poor, isAnyGood } = this.#gains.judge(this.#worthwhileCycles);
    if (isAnyGood) this.#passBy(poor);
    if (isAnyGood || gained >= this.#worthwhileCycles * ENTRIES) return;
    this.pauses++;
    this.#code.unmark();
    this.#pausedUntil = this.#past + this.#hart.elapsed + this.#pauseCycles;
  }

  #passBy(places: readonly number[]): void {
    if (places.length === 0) return;
    const { pages } = this.#interpreter;
    for (const pc of places) pages.unmark(pc);
    this.#passedByUntil = Math.min(this.#passedByUntil, this.#past + this.#hart.elapsed + this.#pauseCycles);
  }

  #passNoneBy(): void {
    this.#passedByUntil = Infinity;
    if (this.#pausedUntil === 0) this.#code.markAgain();
  }

  #resume(): void {
    this.#pausedUntil = 0;
    this.#code.markAgain();
  }

  // ── Translation ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** There are chunks to come. */
  get #isWaiting(): boolean {
    return this.#compilation !== null || this.#beginAt !== Infinity;
  }

  #lookForChunks(): void {
    if (this.#past + this.#hart.elapsed >= this.#beginAt) this.#begin();
    const compilation = this.#compilation;
    if (compilation === null) return;
    compilation.note(this.#hart.words[WORD.pc]! >>> 0);
    const chunk = compilation.take();
    if (chunk !== null) this.#add(chunk);
    else if (compilation.isComplete) this.#compilation = null;
  }

  #add(chunk: CompiledChunk): void {
    if (this.#isReplacing) this.#code.clear();
    this.#isReplacing = false;
    if (isMadeOf(chunk, this.#newlyVolatile)) this.#isIncomplete = true;
    else this.#code.add(chunk);
    if (this.#pausedUntil > 0) this.#code.unmark();
  }

  #begin(): void {
    const { ram, ramBytes } = this.#hart;
    const { start, end } = this.#extent;
    const snapshot: CodeSnapshot = {
      ram: ram.slice(0, lengthInUse(ram, end - RAM_BASE, Math.min(ramBytes, end - RAM_BASE + DATA_BYTES))),
      ramBytes,
      start,
      end,
      functions: this.#functions,
      careful: this.#careful,
      volatile: this.#volatile.extents(),
    };
    this.#translated = snapshot.ram.subarray(start - RAM_BASE, end - RAM_BASE);
    this.#interpreter.pages.watchCode(start - RAM_BASE, end - start);
    this.#compilation?.cancel();
    this.#compilation = this.#compiler.compile(snapshot);
    this.#newlyVolatile = [];
    this.#isReplacing = true;
    this.#isIncomplete = false;
    this.#beginAt = Infinity;
  }

  /** What was made of code that has changed goes; once that code is quiet, all is translated anew. */
  #dropChanged(): void {
    const isUnsafe = this.#isUnsafe;
    const changed = this.#changed;
    this.#isUnsafe = false;
    this.#changed = null;
    if (isUnsafe) this.#dropAll(this.#past + this.#hart.elapsed);
    else if (changed !== null) this.#code.drop(changed);
    this.#isIncomplete = true;
  }

  /** Nothing is translated any more; it begins again at that cycle of all runs. */
  #dropAll(beginAt: number): void {
    this.#code.clear();
    this.#compilation?.cancel();
    this.#compilation = null;
    this.#translated = null;
    this.#beginAt = beginAt;
  }

  #takeCare(): void {
    if (this.#careful) return;
    this.#careful = true;
    // Code that is being translated carelessly must not be executed.
    if (this.#translated !== null) this.#isUnsafe = true;
  }

  /** Someone other than the guest wrote to RAM; no instruction is being executed. */
  #settleChanges(): void {
    if (this.#changed === null || this.#translated === null) return;
    const { start, end } = this.#extent;
    const now = this.#hart.ram.subarray(start - RAM_BASE, end - RAM_BASE);
    this.#changed = null;
    this.#volatile.clear();
    this.#newlyVolatile = [];
    if (!areEqual(this.#translated, now)) this.#dropAll(this.#past);
    else {
      if (this.#pausedUntil === 0) this.#code.markAgain();
      this.#beginAt = this.#isIncomplete ? this.#past + this.#quietCycles : Infinity;
    }
  }

  decoded(offset: number, bytes: number): void {
    const { start, end } = this.#extent;
    if (offset < start - RAM_BASE || offset + bytes > end - RAM_BASE) this.#takeCare();
  }

  written(offset: number, bytes: number): void {
    const start = Math.max(offset + RAM_BASE, this.#extent.start);
    const end = Math.min(offset + bytes + RAM_BASE, this.#extent.end);
    if (start >= end || this.#translated === null) return;
    const added = this.#volatile.add(start, end);
    if (added === null) return;
    this.#newlyVolatile.push(added);
    this.#changed ??= [];
    this.#changed.push(added);
    this.#beginAt = this.#past + this.#hart.elapsed + this.#quietCycles;
  }
}

const extentOf = ({ ranges }: StaticCode): Extent | null => {
  const first = ranges[0];
  return first === undefined ? null : { start: first.start, end: ranges[ranges.length - 1]!.end };
};

/** Between `least` and `most`, without the zeros at the end. */
const lengthInUse = (ram: Uint8Array, least: number, most: number): number => {
  let length = most;
  while (length > least && ram[length - 1] === 0) length--;
  return length;
};

const areEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
};
