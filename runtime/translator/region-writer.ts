/** Writes the WebAssembly of one region: its registers in locals, its exits, and what its instructions need of both. */
import { fWord, WORD, xWord } from "../hart/layout.ts";
import type { Expanded, Term } from "../isa/index.ts";
import { terms } from "../isa/index.ts";
import type { ChunkContext } from "./chunk.ts";
import type { RegisterFlow } from "./dataflow.ts";
import { DISTANCE_SHIFTS, DYNAMIC, exitAt, REFUND_SHIFT_RIGHT, STOP } from "./exits.ts";
import type { OpenChain } from "./float-chain-code.ts";
import { type FloatPlan, planFloats } from "./float-chains.ts";
import type { FloatClass, FloatUse } from "./float-classes.ts";
import { type PlannedAccess, planAccesses, type Stretch } from "./memory-plan.ts";
import type { RegionVariant } from "./region.ts";
import { forEachRegister, type GuestInstruction, NO_REGISTERS, type RegisterSet } from "./registers.ts";
import { type ValueType, WasmCode } from "./wasm/code.ts";

/** Parameters of a region, and the locals that every region has. */
export const LOCAL = {
  /** Which entry; within the region, where dispatch vertices lead. */
  label: 0,
  budget: 1,
  depth: 2,
  at: 3,
  pc: 4,
  address: 5,
  /** Address of the last entry that was loaded from a jump table. */
  tableEntry: 6,
} as const;
const FIXED_LOCALS: readonly ValueType[] = ["i32", "i32", "i32", "i32"];
const FIRST_LOCAL = 7;

type LimitName = "infinity" | "safelyNormal" | "nearZeroSquared";

/**
 * In the order in which they lie in the partition's memory, each in eight bytes. Safely normal is twice the least normal number:
 * rounding cannot have made it of a subnormal one. What is not near zero is far above that, and so is its square, rounded or not.
 */
const LIMITS: readonly { readonly type: FloatClass; readonly name: LimitName; readonly value: number }[] = [
  { type: "f32", name: "infinity", value: Infinity },
  { type: "f32", name: "safelyNormal", value: 2 ** -125 },
  { type: "f32", name: "nearZeroSquared", value: 2 ** -120 },
  { type: "f64", name: "infinity", value: Infinity },
  { type: "f64", name: "safelyNormal", value: 2 ** -1021 },
  { type: "f64", name: "nearZeroSquared", value: 2 ** -1000 },
];

/** Writes them to a partition's memory, where regions expect them. */
export const writeLimits = (memory: ArrayBuffer, limitsAddress: number): void => {
  const view = new DataView(memory, limitsAddress, 8 * LIMITS.length);
  for (const [index, { type, value }] of LIMITS.entries()) {
    if (type === "f32") view.setFloat32(8 * index, value, true);
    else view.setFloat64(8 * index, value, true);
  }
};

interface RegionParts {
  /** Of the function. */
  readonly start: number;
  readonly variant: RegionVariant;
  readonly registers: RegisterFlow;
  readonly floats: FloatUse;
}

/** A node, as far as its instructions need to know. */
interface NodeFacts {
  readonly code: readonly GuestInstruction[];
  /** When it begins. */
  readonly dirty: RegisterSet;
  /** As the writer's field. */
  readonly tableLoad: number | null;
  readonly stretches: readonly Stretch[];
}

export class RegionWriter {
  readonly code = new WasmCode(4096);
  readonly context: ChunkContext;
  readonly registers: RegisterFlow;
  readonly floatClasses: readonly FloatClass[];
  readonly floatWidths: ReadonlySet<FloatClass>;
  readonly variant: RegionVariant;
  /** Types of the locals behind the parameters, as they are asked for. */
  readonly locals: ValueType[] = [...FIXED_LOCALS];
  /** Blocks and loops that are open; the outermost are those of the exits. */
  nesting = 0;
  /** What is dirty before the instruction that is being written, its node's pc and how much of its cost is not yet used. */
  dirty: RegisterSet = NO_REGISTERS;
  refund = 0;
  /** Index of the instruction in its node. */
  position = 0;
  /** The load whose address a switch at the end of the node goes by. */
  tableLoad: number | null = null;
  floats: FloatPlan = planFloats([]);
  /** The chain that is being written: all that leaves in it undoes it. */
  chain: OpenChain | null = null;
  #plan: readonly (PlannedAccess | undefined)[] = [];
  #stretchBases: number[] = [];
  readonly #start: number;
  /** By register; 0: it has none yet. */
  readonly #byRegister = new Uint32Array(64);
  readonly #terms: Term[] = [terms.i32(0)];
  /** By number of the stretch. */
  readonly #stretchLocals: number[] = [];
  readonly #scratch = new Map<string, number>();
  /** What an exit spilled last, and its index among the sets that are spilled. */
  #spilled: RegisterSet = NO_REGISTERS;
  #spilledIndex = 0;
  /** By index among the sets that are spilled. */
  readonly #isSpilled: boolean[] = [];

  constructor(context: ChunkContext, { start, variant, registers, floats }: RegionParts) {
    this.context = context;
    this.variant = variant;
    this.#start = start;
    this.registers = registers;
    this.floatClasses = floats.classes;
    this.floatWidths = floats.widths;
  }

  // ── Locals ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The local of a register: x as 0 … 31, f as 32 … 63. */
  local(register: number): number {
    const known = this.#byRegister[register]!;
    if (known !== 0) return known;
    const index = this.#newLocal(this.typeOf(register));
    this.#byRegister[register] = index;
    return index;
  }

  typeOf(register: number): "i32" | FloatClass {
    return register < 32 ? "i32" : this.floatClasses[register - 32]!;
  }

  /** A local of that name for passing values on. */
  scratch(name: string, type: ValueType): number {
    const known = this.#scratch.get(name);
    if (known !== undefined) return known;
    const index = this.#newLocal(type);
    this.#scratch.set(name, index);
    return index;
  }

  #newLocal(type: ValueType): number {
    this.locals.push(type);
    return FIRST_LOCAL + this.locals.length - FIXED_LOCALS.length - 1;
  }

  /** x[register] as a term. */
  x(register: number): Term {
    const known = this.#terms[register];
    if (known !== undefined) return known;
    const term = terms.local(this.local(register));
    this.#terms[register] = term;
    return term;
  }

  /** Takes the value on the stack into x[register]. */
  setX(register: number): void {
    if (register === 0) this.code.drop();
    else this.code.set(this.local(register));
  }

  /** f[register] is no NaN, unless the chain is undone. */
  holdsNumber(register: number, width: FloatClass): boolean {
    return ((this.floats.numbers[this.position]![width] >> register) & 1) === 1;
  }

  // ── Limits of floats ──────────────────────────────────────────────────────────────────────────────────────────────

  /** In a local, where it stays in a register of the host: a constant would be made anew for each comparison. */
  limit(type: FloatClass, name: LimitName): Term {
    return terms.local(this.scratch(`${type} ${name}`, type));
  }

  /** At a region's entry, before any `limit` is used. */
  loadLimits(): void {
    const { code, context } = this;
    for (const [index, { type, name }] of LIMITS.entries()) {
      if (!this.floatWidths.has(type)) continue;
      code
        .i32(0)
        .memory(`${type}.load`, context.limitsAddress + 8 * index)
        .set(this.scratch(`${type} ${name}`, type));
    }
  }

  // ── Memory ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Before the instructions of a node are written. */
  beginNode({ code, dirty, tableLoad, stretches }: NodeFacts): void {
    this.tableLoad = tableLoad;
    this.dirty = dirty;
    this.refund = code.length;
    this.position = 0;
    this.#plan = planAccesses(stretches);
    this.floats = planFloats(code);
    this.#stretchBases = [];
  }

  plannedAccess(): PlannedAccess {
    return this.#plan[this.position]!;
  }

  /** The local that holds where a stretch starts, relative to the start of its window. */
  stretchLocal(stretch: number): number {
    const known = this.#stretchLocals[stretch];
    if (known !== undefined) return known;
    const index = this.#newLocal("i32");
    this.#stretchLocals[stretch] = index;
    return index;
  }

  beginStretch(stretch: number, windowOffset: number): void {
    this.#stretchBases[stretch] = windowOffset;
  }

  /** What is to be added to the local's value for an offset in memory. */
  stretchBase(stretch: number): number {
    return this.#stretchBases[stretch]!;
  }

  get storeBase(): number {
    return this.context.storeWindow.offset;
  }

  /** Leaves before a store into a page that somebody watches, where there may be any. */
  watch(pc: number, address: number, offset: number): void {
    const { watchAddress } = this.context;
    if (watchAddress === 0) return;
    this.code.get(address).i32(offset).op("i32.add").i32(12).op("i32.shr_u").memory("i32.load8_u", watchAddress);
    this.leaveIf(pc);
  }

  // ── The register file ─────────────────────────────────────────────────────────────────────────────────────────────

  addressOf(register: number): number {
    const word = register < 32 ? xWord(register) : fWord(register - 32);
    return this.context.stateAddress + 4 * word;
  }

  spill(set: RegisterSet): void {
    forEachRegister(set, (register) => this.#spill(register));
  }

  #spill(register: number): void {
    const { code } = this;
    const address = this.addressOf(register);
    const type = this.typeOf(register);
    code.i32(0).get(this.local(register)).memory(`${type}.store`, address);
    // A single in a register of doubles is NaN-boxed.
    if (type === "f32")
      code
        .i32(0)
        .i32(-1)
        .memory("i32.store", address + 4);
  }

  /** Loads registers. Where one that must hold a NaN-boxed single does not, the region is left by `leave`. */
  reload(set: RegisterSet, leave: () => void): void {
    const { code } = this;
    const singles: number[] = [];
    forEachRegister(set, (register) => {
      const type = this.typeOf(register);
      if (type === "f32") singles.push(register);
      code.i32(0).memory(`${type}.load`, this.addressOf(register)).set(this.local(register));
    });
    const [first, ...others] = singles;
    if (first === undefined) return;
    code.i32(0).memory("i32.load", this.addressOf(first) + 4);
    for (const other of others)
      code
        .i32(0)
        .memory("i32.load", this.addressOf(other) + 4)
        .op("i32.and");
    code.i32(-1).op("i32.ne");
    this.rarely(leave);
  }

  // ── Exits ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** From here on exits may be written. */
  openExits(): void {
    for (const _ of this.registers.spills.sets) this.open("block");
  }

  /** The code of all exits, which returns the region's results. Nothing falls through to here. */
  closeExits(): void {
    const { code } = this;
    const { sets } = this.registers.spills;
    code.unreachable();
    for (let index = sets.length - 1; index > 0; index--) {
      this.close();
      const { own, parent } = sets[index]!;
      if (this.#isSpilled[index] !== true) continue;
      this.spill(own);
      this.#isSpilled[parent] = true;
      if (parent !== index - 1) code.br(this.nesting - 1 - parent);
    }
    this.close();
    code.get(LOCAL.at).i32(DYNAMIC).op("i32.ne").if();
    code.get(LOCAL.at).i32(DISTANCE_SHIFTS.left).op("i32.shl").i32(DISTANCE_SHIFTS.right).op("i32.shr_s");
    code.i32(this.#start).op("i32.add").i32(STOP).op("i32.or").set(LOCAL.pc);
    code.get(LOCAL.budget).get(LOCAL.at).i32(REFUND_SHIFT_RIGHT).op("i32.shr_u").op("i32.add").set(LOCAL.budget);
    code.end().get(LOCAL.pc).get(LOCAL.budget);
  }

  open(kind: "block" | "loop"): void {
    this.code[kind]();
    this.nesting++;
  }

  close(): void {
    this.code.end();
    this.nesting--;
  }

  /** `if` without a result whose condition hardly ever holds; `body` is written inside. */
  rarely(body: () => void): void {
    this.code.ifUnlikely();
    this.nesting++;
    body();
    this.close();
  }

  /** `if` without a result; `body` is written inside. */
  when(body: () => void): void {
    this.code.if();
    this.nesting++;
    body();
    this.close();
  }

  /** The condition is on the stack: leaves at `pc`, before its instruction has done anything, or where the chain begins. */
  leaveIf(pc: number): void {
    if (this.chain === null) this.#leaveIf(exitAt(this.#start, pc, this.refund), this.dirty);
    else this.code.brUnlikely(this.nesting - 1 - this.chain.undoing);
  }

  /** Leaves for the interpreter at `pc`; of the node's cost, `refund` is for it and for what follows. */
  leave(pc: number, dirty: RegisterSet, refund = 0): void {
    this.code
      .i32(exitAt(this.#start, pc, refund))
      .set(LOCAL.at)
      .br(this.#exitDepth(dirty));
  }

  /** Leaves for the interpreter at the entry that the region was entered by. */
  leaveEntry(): void {
    const { code, context } = this;
    code
      .i32(this.#start)
      .i32(0)
      .memory("i32.load", context.stateAddress + 4 * WORD.pc);
    code.get(LOCAL.label).op("i32.eqz").select().i32(STOP).op("i32.or").set(LOCAL.pc);
    this.leaveDynamically(NO_REGISTERS);
  }

  /** Leaves with what `LOCAL.pc` holds. */
  leaveDynamically(dirty: RegisterSet): void {
    this.code.i32(DYNAMIC).set(LOCAL.at).br(this.#exitDepth(dirty));
  }

  /** The constant is set on both ways, which costs nothing: only the exit uses it. */
  #leaveIf(at: number, dirty: RegisterSet): void {
    this.code.i32(at).set(LOCAL.at).brUnlikely(this.#exitDepth(dirty));
  }

  #exitDepth(dirty: RegisterSet): number {
    if (dirty !== this.#spilled) {
      this.#spilled = dirty;
      this.#spilledIndex = this.registers.spills.indexOf(dirty);
      this.#isSpilled[this.#spilledIndex] = true;
    }
    return this.nesting - 1 - this.#spilledIndex;
  }

  /** An instruction is done. */
  wrote({ x, f }: RegisterSet): void {
    const { dirty } = this;
    // The same set as long as it can be: exits look up its index once.
    if (((x & ~dirty.x) | (f & ~dirty.f)) !== 0) this.dirty = { x: dirty.x | x, f: dirty.f | f };
    this.refund--;
    this.position++;
  }
}

/** One instruction in its place, as the code for its effect sees it. */
export interface Placed extends Expanded {
  readonly pc: number;
}
