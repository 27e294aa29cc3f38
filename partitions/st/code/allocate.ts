/**
 * Linear-scan register allocation (Poletto and Sarkar, 1999): each virtual register gets one machine register, or a place in
 * the frame, for its whole life. What lives across a call gets a register that calls preserve.
 */
import { F, X } from "../../../runtime/isa/index.ts";
import {
  type Bank,
  type Block,
  definitionOf,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  type Register,
  terminatorUses,
  usesOf,
} from "../ir/ir.ts";
import { computeLiveness } from "../ir/liveness.ts";

export type Location =
  | { readonly kind: "machine"; readonly register: number }
  | { readonly kind: "spilled"; readonly slot: number };

export interface Allocation {
  /** By the virtual register's id; nothing for one that is never used. */
  readonly locations: ReadonlyMap<number, Location>;
  /** From which position to which each has a value; see `buildIntervals`. */
  readonly lives: ReadonlyMap<number, { readonly start: number; readonly end: number }>;
  /** Words; a spilled double takes two, from an even one on. */
  readonly spillSlots: number;
  /** Preserved registers that the function must save. */
  readonly saved: Readonly<Record<RegisterFile, readonly number[]>>;
}

/** A REAL and an LREAL share the f registers. */
export type RegisterFile = "integer" | "float";

type MachineBank = Exclude<Bank, "long">;
const machineBank = (bank: Bank): MachineBank => {
  if (bank === "long") throw new Error("a long is split before it gets registers");
  return bank;
};

export const fileOf = (bank: Bank): RegisterFile => (machineBank(bank) === "integer" ? "integer" : "float");

/** Words of the stack that a value takes. */
export const wordsOf = (bank: Bank): 1 | 2 => (bank === "double" ? 2 : 1);

/** Where arguments and results travel. */
export const ARGUMENTS: Readonly<Record<RegisterFile, readonly number[]>> = {
  integer: [X.a0, X.a1, X.a2, X.a3, X.a4, X.a5, X.a6, X.a7],
  float: [F.fa0, F.fa1, F.fa2, F.fa3, F.fa4, F.fa5, F.fa6, F.fa7],
};
/**
 * Values that no call crosses, best first; t0–t2, ft0 and ft1 are left to the code generator. A REAL and an LREAL begin at opposite
 * ends: a translator keeps singles in singles where no double meets their register.
 */
const CLOBBERED: Readonly<Record<MachineBank, readonly number[]>> = {
  integer: [X.a5, X.a4, X.a3, X.a2, X.a1, X.a0, X.a6, X.a7, X.t3, X.t4, X.t5, X.t6],
  float: [
    ...[F.fa5, F.fa4, F.fa3, F.fa2, F.fa1, F.fa0, F.fa6, F.fa7],
    ...[F.ft2, F.ft3, F.ft4, F.ft5, F.ft6, F.ft7, F.ft8, F.ft9, F.ft10, F.ft11],
  ],
  double: [
    ...[F.ft11, F.ft10, F.ft9, F.ft8, F.ft7, F.ft6, F.ft5, F.ft4, F.ft3, F.ft2],
    ...[F.fa7, F.fa6, F.fa0, F.fa1, F.fa2, F.fa3, F.fa4, F.fa5],
  ],
};
/** Registers that a function saves whole, so that they may hold an LREAL across calls. */
const WIDE: readonly number[] = [F.fs11, F.fs10, F.fs9, F.fs8, F.fs7, F.fs6];
const PRESERVED: Readonly<Record<MachineBank, readonly number[]>> = {
  integer: [X.s0, X.s1, X.s2, X.s3, X.s4, X.s5, X.s6, X.s7, X.s8, X.s9, X.s10, X.s11],
  float: [F.fs0, F.fs1, F.fs2, F.fs3, F.fs4, F.fs5, ...WIDE.toReversed()],
  double: WIDE,
};

/** As what a function saves the preserved f register. */
export const savedBankOf = (register: number): "float" | "double" => (WIDE.includes(register) ? "double" : "float");

interface Interval {
  readonly id: number;
  readonly bank: Bank;
  start: number;
  end: number;
  /** Uses and definitions, each counting ten for every loop around it. */
  weight: number;
  /** A machine register that would save a move. */
  hint: number | null;
  /** Another virtual register whose place would save a move. */
  related: number | null;
}

/** The result is written before all operands are read, so it needs a register of its own. */
const writesEarly = ({ kind }: Instruction): boolean => kind === "select";

export const allocate = (fn: IrFunction): Allocation => {
  const { intervals, calls } = buildIntervals(fn);
  const ordered = [...intervals.values()].sort((a, b) => a.start - b.start || a.id - b.id);
  const locations = new Map<number, Location>();
  const saved: Record<RegisterFile, Set<number>> = { integer: new Set(), float: new Set() };
  const active: { interval: Interval; register: number }[] = [];
  let spillSlots = 0;
  const newSlot = (words: 1 | 2): Location => {
    const slot = words === 2 ? spillSlots + (spillSlots & 1) : spillSlots;
    spillSlots = slot + words;
    return { kind: "spilled", slot };
  };
  for (const interval of ordered) {
    for (let i = active.length - 1; i >= 0; i--) if (active[i]!.interval.end < interval.start) active.splice(i, 1);
    const register = freeRegister(interval, active, locations, calls);
    if (register !== null) {
      active.push({ interval, register });
      locations.set(interval.id, { kind: "machine", register });
      const file = fileOf(interval.bank);
      if (PRESERVED[machineBank(interval.bank)].includes(register)) saved[file].add(register);
      continue;
    }
    const loser = cheapest(interval, active, calls);
    if (loser === null) {
      locations.set(interval.id, newSlot(wordsOf(interval.bank)));
      continue;
    }
    locations.set(interval.id, { kind: "machine", register: loser.register });
    locations.set(loser.interval.id, newSlot(wordsOf(loser.interval.bank)));
    active.splice(active.indexOf(loser), 1, { interval, register: loser.register });
  }
  const sorted = (registers: ReadonlySet<number>): readonly number[] => [...registers].sort((a, b) => a - b);
  return {
    locations,
    lives: intervals,
    spillSlots,
    saved: { integer: sorted(saved.integer), float: sorted(saved.float) },
  };
};

const crossesCall = ({ start, end }: Interval, calls: readonly number[]): boolean =>
  calls.some((at) => start < at && at < end);

const candidates = (interval: Interval, calls: readonly number[]): readonly number[] => {
  const bank = machineBank(interval.bank);
  return crossesCall(interval, calls) ? PRESERVED[bank] : [...CLOBBERED[bank], ...PRESERVED[bank]];
};

const sameFile = (a: Interval, b: Interval): boolean => fileOf(a.bank) === fileOf(b.bank);

type Active = readonly { readonly interval: Interval; readonly register: number }[];

const freeRegister = (
  interval: Interval,
  active: Active,
  locations: ReadonlyMap<number, Location>,
  calls: readonly number[],
): number | null => {
  const taken = new Set(active.filter((each) => sameFile(each.interval, interval)).map(({ register }) => register));
  const free = candidates(interval, calls).filter((register) => !taken.has(register));
  const related = interval.related === null ? undefined : locations.get(interval.related);
  const wanted = [interval.hint, related?.kind === "machine" ? related.register : null];
  return wanted.find((register) => register !== null && free.includes(register)) ?? free[0] ?? null;
};

/** The one among those that could give way that is used least for its length, when that is less than `interval` itself. */
const cheapest = (interval: Interval, active: Active, calls: readonly number[]): Active[number] | null => {
  const price = ({ weight, start, end }: Interval): number => weight / (end - start + 1);
  const usable = candidates(interval, calls);
  let found: Active[number] | null = null;
  for (const each of active) {
    if (!sameFile(each.interval, interval) || !usable.includes(each.register)) continue;
    if (price(each.interval) < price(found?.interval ?? interval)) found = each;
  }
  return found;
};

/** Positions: two for each instruction; operands are read at the first, the result is written at the second. */
const buildIntervals = (
  fn: IrFunction,
): { readonly intervals: ReadonlyMap<number, Interval>; readonly calls: readonly number[] } => {
  const liveness = computeLiveness(fn);
  const depths = loopDepths(fn.blocks);
  const intervals = new Map<number, Interval>();
  const banks = new Map<number, Bank>();
  const calls: number[] = [];
  const touch = ({ id, bank }: Register, at: number, weight: number): Interval => {
    banks.set(id, bank);
    const known = intervals.get(id);
    const interval = known ?? { id, bank, start: at, end: at, weight: 0, hint: null, related: null };
    if (known === undefined) intervals.set(id, interval);
    interval.start = Math.min(interval.start, at);
    interval.end = Math.max(interval.end, at);
    interval.weight += weight;
    return interval;
  };
  const ranges: { readonly block: Block; readonly from: number; readonly to: number }[] = [];
  let position = 0;
  for (const block of fn.blocks) {
    const from = position;
    const weight = 10 ** Math.min(depths.get(block) ?? 0, 6);
    const use = (operands: readonly Operand[]): void => {
      for (const operand of operands) if (!isConstant(operand)) touch(operand, position, weight);
    };
    for (const instruction of block.instructions) {
      use(usesOf(instruction));
      if (instruction.kind === "call") calls.push(position);
      const definition = definitionOf(instruction);
      if (definition !== null) {
        const at = instruction.kind === "parameter" ? 1 : writesEarly(instruction) ? position : position + 1;
        touch(definition, at, weight);
      }
      addHints(fn, instruction, intervals);
      position += 2;
    }
    use(terminatorUses(block.terminator));
    position += 2;
    ranges.push({ block, from, to: position - 1 });
  }
  for (const { block, from, to } of ranges) {
    const { liveIn, liveOut } = liveness.get(block)!;
    for (const id of liveIn) touch({ id, bank: banks.get(id) ?? "integer" }, from, 0);
    for (const id of liveOut) touch({ id, bank: banks.get(id) ?? "integer" }, to, 0);
  }
  return { intervals, calls };
};

const addHints = (fn: IrFunction, instruction: Instruction, intervals: ReadonlyMap<number, Interval>): void => {
  const hint = (register: Register, machine: number | undefined): void => {
    const interval = intervals.get(register.id);
    if (interval !== undefined && machine !== undefined) interval.hint ??= machine;
  };
  const source =
    instruction.kind === "copy" ? instruction.from : instruction.kind === "checkIndex" ? instruction.index : null;
  if (source !== null && !isConstant(source)) {
    const interval = intervals.get(definitionOf(instruction)!.id);
    if (interval !== undefined) interval.related ??= source.id;
  } else if (instruction.kind === "parameter") {
    const index = indexInFile(fn.parameters, instruction.position);
    hint(instruction.to, ARGUMENTS[fileOf(instruction.to.bank)][index]);
  } else if (instruction.kind === "call") {
    for (const [i, argument] of instruction.arguments.entries()) {
      if (!isConstant(argument)) hint(argument, ARGUMENTS[fileOf(argument.bank)][indexInFile(instruction.banks, i)]);
    }
    if (instruction.result !== null) hint(instruction.result, ARGUMENTS[fileOf(instruction.result.bank)][0]);
  }
};

/** How many arguments that travel in the same kind of register come before this one. */
export const indexInFile = (banks: readonly Bank[], position: number): number =>
  banks.slice(0, position).filter((bank) => fileOf(bank) === fileOf(banks[position]!)).length;

/** Loops around each block, taken from the order of the text: a jump back spans one. */
const loopDepths = (blocks: readonly Block[]): ReadonlyMap<Block, number> => {
  const order = new Map(blocks.map((block, i) => [block, i]));
  const depths = blocks.map(() => 0);
  for (const [i, { terminator }] of blocks.entries()) {
    const targets =
      terminator.kind === "jump"
        ? [terminator.target]
        : terminator.kind === "branch"
          ? [terminator.then, terminator.otherwise]
          : [];
    for (const target of targets) {
      const start = order.get(target)!;
      if (start <= i) for (let j = start; j <= i; j++) depths[j]! += 1;
    }
  }
  return new Map(blocks.map((block, i) => [block, depths[i]!]));
};
