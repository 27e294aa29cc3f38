/** The passes over a function, in their order. */
import { Asked } from "./asked.ts";
import { callsIn } from "./calls.ts";
import { copyFunction } from "./copy-blocks.ts";
import type { IrFunction } from "./ir.ts";
import { chooseOperations } from "./passes/choose-operations.ts";
import { convertBranches } from "./passes/convert-branches.ts";
import { removeDeadCode } from "./passes/dead-code.ts";
import { removeDeadStores } from "./passes/dead-stores.ts";
import { enterSsa } from "./passes/enter-ssa.ts";
import { hoistCommon } from "./passes/hoist-common.ts";
import { holdConstants } from "./passes/hold-constants.ts";
import { inlineCalls, sizeOf } from "./passes/inline-calls.ts";
import { leaveSsa } from "./passes/leave-ssa.ts";
import { moveLoopInvariants } from "./passes/loop-invariants.ts";
import { poolConstants } from "./passes/pool-constants.ts";
import { promoteInLoops } from "./passes/promote-in-loops.ts";
import { reuseLoads } from "./passes/reuse-loads.ts";
import { shareValues } from "./passes/share-values.ts";
import { tidyBlocks } from "./passes/tidy-blocks.ts";
import { unrollLoops } from "./passes/unroll-loops.ts";
import { useRanges } from "./passes/use-ranges.ts";
import { splitLongs, usesLongs } from "./split-longs.ts";
import type { Callee, Surroundings } from "./surroundings.ts";

export interface Pass {
  readonly name: string;
  readonly run: (fn: IrFunction, surroundings: Surroundings) => void;
}

const TIDY: Pass = { name: "tidy-blocks", run: tidyBlocks };
const SHARE: Pass = { name: "share-values", run: shareValues };
const DEAD: Pass = { name: "dead-code", run: removeDeadCode };

const DEAD_STORES: Pass = { name: "dead-stores", run: removeDeadStores };
const LOADS: Pass = { name: "reuse-loads", run: reuseLoads };
const RANGES: Pass = { name: "use-ranges", run: useRanges };

/** Longs become pairs as soon as nothing sees them as one value any more. */
const LONGS: Pass = {
  name: "split-longs",
  run: (fn) => {
    if (usesLongs(fn)) splitLongs(fn);
  },
};

export interface Passes {
  /** Until a function can be put where it is called. */
  readonly early: readonly Pass[];
  /** When nothing more is inlined. */
  readonly late: readonly Pass[];
}

/** What code generation cannot do without. */
export const PLAIN: Passes = { early: [], late: [LONGS, TIDY] };

export const OPTIMIZING: Passes = {
  early: [
    TIDY,
    { name: "enter-ssa", run: enterSsa },
    SHARE,
    DEAD,
    { name: "inline-calls", run: inlineCalls },
    TIDY,
    SHARE,
    LOADS,
    SHARE,
    RANGES,
    SHARE,
    LOADS,
    SHARE,
    RANGES,
    SHARE,
    DEAD,
    TIDY,
  ],
  late: [
    LONGS,
    SHARE,
    DEAD_STORES,
    { name: "promote-in-loops", run: promoteInLoops },
    SHARE,
    { name: "unroll-loops", run: unrollLoops },
    TIDY,
    SHARE,
    LOADS,
    SHARE,
    { name: "loop-invariants", run: moveLoopInvariants },
    DEAD_STORES,
    RANGES,
    SHARE,
    DEAD,
    TIDY,
    SHARE,
    DEAD,
    { name: "hoist-common", run: hoistCommon },
    { name: "convert-branches", run: convertBranches },
    TIDY,
    SHARE,
    { name: "choose-operations", run: chooseOperations },
    { name: "pool-constants", run: poolConstants },
    { name: "hold-constants", run: holdConstants },
    DEAD,
    { name: "leave-ssa", run: leaveSsa },
    TIDY,
  ],
};

/** `lowered`: what the first pass gets. */
export const PASS_NAMES: readonly string[] = [
  ...new Set(["lowered", ...[...OPTIMIZING.early, ...OPTIMIZING.late].map(({ name }) => name)]),
];

/** Sees a function before the first pass, as `lowered`, and after each. */
export type PassObserver = (pass: string, fn: IrFunction) => void;

export interface PassOptions extends Omit<Surroundings, "callees"> {
  /** Functions that something other than a call refers to. */
  readonly roots: readonly string[];
  readonly observe?: PassObserver;
}

/** A function after the early passes, and what came of it then, with what each rests on. */
interface Passed {
  readonly lowered: IrFunction;
  readonly early: IrFunction;
  readonly askedEarly: Asked<Callees>;
  late: { readonly fn: IrFunction; readonly asked: Asked<Surroundings> } | null;
}

type Callees = Surroundings["callees"];

/** What the passes made of functions; those that come again, and what they rest on with them, are not worked on again. */
export class PassMemory {
  passed: ReadonlyMap<string, Passed> = new Map();
}

/**
 * Callees first, so that what is inlined is simple already. No function given is changed.
 * @returns the functions that are still needed.
 */
export const runPasses = (
  { early, late }: Passes,
  functions: readonly IrFunction[],
  { roots, observe = () => {}, ...known }: PassOptions,
  memory = new PassMemory(),
): readonly IrFunction[] => {
  const calls = countCalls(functions);
  const callees = new Map<string, Callee>();
  const passed = new Map<string, Passed>();
  for (const lowered of calleesFirst(functions, roots)) {
    const { name } = lowered;
    const before = memory.passed.get(name);
    const isSame = before?.lowered === lowered && before.askedEarly.holdsIn(callees);
    const now = isSame ? before : passEarly(early, lowered, { callees, ...known }, observe);
    passed.set(name, now);
    callees.set(name, { fn: now.early, size: sizeOf(now.early), isCalledOnce: calls.get(name) === 1 });
  }
  memory.passed = passed;
  const surroundings = { callees, ...known };
  const kept = calleesFirst(
    [...passed.values()].map((each) => each.early),
    roots,
  );
  return kept.map(({ name }) => passLate(late, passed.get(name)!, surroundings, observe));
};

const passEarly = (
  passes: readonly Pass[],
  lowered: IrFunction,
  surroundings: Surroundings,
  observe: PassObserver,
): Passed => {
  const asked = new Asked<Callees>();
  const get = (name: string): Callee | undefined => {
    const callee = surroundings.callees.get(name);
    asked.note((callees) => callees.get(name) === undefined, callee === undefined);
    return callee && askedCallee(name, callee, asked);
  };
  const early = copyFunction(lowered);
  observe("lowered", early);
  runAll(passes, early, { ...surroundings, callees: { get } }, observe);
  return { lowered, early, askedEarly: asked, late: null };
};

/** The body of a callee that stays where it is does not matter. */
const askedCallee = (name: string, callee: Callee, asked: Asked<Callees>): Callee => {
  const note = <K extends keyof Callee>(property: K): Callee[K] => {
    asked.note((callees) => callees.get(name)?.[property], callee[property]);
    return callee[property];
  };
  return {
    get fn() {
      return note("fn");
    },
    get size() {
      return note("size");
    },
    get isCalledOnce() {
      return note("isCalledOnce");
    },
  };
};

const passLate = (
  passes: readonly Pass[],
  passed: Passed,
  surroundings: Surroundings,
  observe: PassObserver,
): IrFunction => {
  if (passed.late?.asked.holdsIn(surroundings)) return passed.late.fn;
  const asked = new Asked<Surroundings>();
  const { isPreempted } = surroundings;
  asked.note((other) => other.isPreempted, isPreempted);
  const placeConstant: Surroundings["placeConstant"] = (bytes) => {
    const address = surroundings.placeConstant(bytes);
    asked.note((other) => other.placeConstant(bytes).offset, address.offset);
    return address;
  };
  const fn = copyFunction(passed.early);
  runAll(passes, fn, { ...surroundings, placeConstant }, observe);
  passed.late = { fn, asked };
  return fn;
};

/** A pass that would find the function as it left it is not run again. */
const runAll = (passes: readonly Pass[], fn: IrFunction, surroundings: Surroundings, observe: PassObserver): void => {
  const left = new Map<Pass, number>();
  const watched = new WatchedFunction(fn);
  for (const pass of passes) {
    if (left.get(pass) !== watched.version) {
      pass.run(fn, surroundings);
      left.set(pass, watched.look());
    }
    observe(pass.name, fn);
  }
};

/** Counts the states of a function: instructions never change, so that it is the same as long as they are the same objects. */
class WatchedFunction {
  version = 0;
  readonly #fn: IrFunction;
  #seen: unknown[] = [];

  constructor(fn: IrFunction) {
    this.#fn = fn;
    this.look();
  }

  /** @returns the version that the function is in now. */
  look(): number {
    const now: unknown[] = [];
    for (const block of this.#fn.blocks) {
      now.push(block, block.terminator);
      for (const instruction of block.instructions) now.push(instruction);
    }
    const before = this.#seen;
    if (now.length === before.length && now.every((each, i) => each === before[i])) return this.version;
    this.#seen = now;
    return ++this.version;
  }
}

const countCalls = (functions: readonly IrFunction[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const target of functions.flatMap(callsIn)) counts.set(target, (counts.get(target) ?? 0) + 1);
  return counts;
};

/** What the roots call, directly or not, each function behind those that it calls. */
const calleesFirst = (functions: readonly IrFunction[], roots: readonly string[]): readonly IrFunction[] => {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const found = new Set<IrFunction>();
  const visit = (name: string): void => {
    const fn = byName.get(name);
    if (fn === undefined || found.has(fn)) return;
    for (const callee of callsIn(fn)) visit(callee);
    found.add(fn);
  };
  for (const root of roots) visit(root);
  return [...found];
};
