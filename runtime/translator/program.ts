/**
 * A guest's code as functions: found from its entry, the starts that its file names and the calls that lead on from there.
 * Nothing here has to be complete: what is not found is left to the interpreter.
 */
import { RAM_BASE } from "../hart/layout.ts";
import type { CodeImage } from "./code-image.ts";
import { DeviceAddresses } from "./device-addresses.ts";
import { findJumpTable, type JumpTable } from "./jump-tables.ts";
import { ALL_REGISTERS, NO_REGISTERS, type RegisterSet, union } from "./registers.ts";
import { constantBefore, type Transfer, transferOf } from "./transfer.ts";

/** A stretch of code that is entered at its start by calls; of a long function, a piece. */
export interface GuestFunction {
  /** Dense from 0, ascending with `start`. */
  readonly index: number;
  readonly start: number;
  /** Behind its last byte: the start of the next one, or of what is no code. */
  readonly end: number;
  /** Where other pieces of the same function jump to. */
  readonly jumpedTo: readonly number[];
}

/** What one pass over a function's reachable code found. */
export interface FunctionSummary {
  /** Ascending. */
  readonly instructions: readonly number[];
  /** Instructions that control reaches otherwise than from the one before. */
  readonly leaders: ReadonlySet<number>;
  readonly transfers: ReadonlyMap<number, Transfer>;
  /** By the address of the jump. */
  readonly jumpTables: ReadonlyMap<number, JumpTable>;
  /** The registers that it reads or writes, those of what it calls not counted. */
  readonly touched: RegisterSet;
  /** Whether it calls anything. */
  readonly calls: boolean;
}

/** In bytes: compilers take more than twice as long for twice the code. Longer ones are translated in pieces. */
const LONGEST_FUNCTION = 12 * 1024;

const NEXT: Transfer = { kind: "next" };

export class Program {
  readonly image: CodeImage;
  readonly functions: readonly GuestFunction[];
  /** By index. */
  readonly #starts: readonly number[];
  readonly #indexByStart = new Map<number, number>();
  readonly #summaries = new Map<number, FunctionSummary>();
  readonly #touched = new Map<number, RegisterSet>();

  constructor(image: CodeImage) {
    this.image = image;
    const { end } = image.snapshot;
    const { starts, summaries } = discover(image);
    const stretches = starts.flatMap((start, index) =>
      inPieces(image, start, starts[index + 1] ?? end, summaries.get(start)?.summary),
    );
    this.functions = stretches.map((stretch, index) => ({ index, ...stretch }));
    this.#starts = this.functions.map(({ start }) => start);
    for (const each of this.functions) {
      this.#indexByStart.set(each.start, each.index);
      const found = summaries.get(each.start);
      if (found?.end === each.end && each.jumpedTo.length === 0) this.#summaries.set(each.index, found.summary);
    }
  }

  functionAt(start: number): GuestFunction | null {
    const index = this.#indexByStart.get(start);
    return index === undefined ? null : this.functions[index]!;
  }

  /** The function whose stretch holds this address. */
  functionAround(pc: number): GuestFunction | null {
    const found = this.functions[countUpTo(this.#starts, pc) - 1];
    return found !== undefined && pc < found.end ? found : null;
  }

  summary({ index, start, end, jumpedTo }: GuestFunction): FunctionSummary {
    const known = this.#summaries.get(index);
    if (known !== undefined) return known;
    const summary = summarize(this.image, [start, ...jumpedTo], end);
    this.#summaries.set(index, summary);
    return summary;
  }

  /** The registers that a call of the function may read or write before it returns; all, when that is not known. */
  touched({ index }: GuestFunction): RegisterSet {
    if (this.#touched.size === 0) this.#findTouched();
    return this.#touched.get(index) ?? ALL_REGISTERS;
  }

  /** A fixed point over the graph of calls. */
  #findTouched(): void {
    const callers = new Map<number, number[]>();
    for (const each of this.functions) {
      const { own, callees } = this.#ownTouched(each);
      this.#touched.set(each.index, own);
      for (const callee of callees) callers.set(callee, [...(callers.get(callee) ?? []), each.index]);
    }
    const changed = this.functions.map(({ index }) => index);
    for (let index = changed.pop(); index !== undefined; index = changed.pop()) {
      const mine = this.#touched.get(index)!;
      for (const caller of callers.get(index) ?? []) {
        const before = this.#touched.get(caller)!;
        const after = union(before, mine);
        if (after.x === before.x && after.f === before.f) continue;
        this.#touched.set(caller, after);
        changed.push(caller);
      }
    }
  }

  #ownTouched(each: GuestFunction): { readonly own: RegisterSet; readonly callees: readonly number[] } {
    const { touched, transfers, jumpTables, instructions } = this.summary(each);
    let own = touched;
    const callees: number[] = [];
    const calls = (target: number): void => {
      const callee = this.functionAt(target);
      if (callee === null) own = ALL_REGISTERS;
      else callees.push(callee.index);
    };
    for (const [pc, transfer] of transfers) {
      if (transfer.kind === "call") calls(transfer.target);
      else if (transfer.kind === "indirectCall") own = ALL_REGISTERS;
      else if (transfer.kind === "indirectJump" && !jumpTables.has(pc)) own = ALL_REGISTERS;
      else if ((transfer.kind === "jump" || transfer.kind === "branch") && !contains(each, transfer.target)) {
        calls(transfer.target);
      }
    }
    const last = instructions.at(-1);
    const lastTransfer = last === undefined ? NEXT : transfers.get(last);
    const fallsThrough = lastTransfer === undefined || lastTransfer.kind === "next" || lastTransfer.kind === "branch";
    const goesOn = lastTransfer?.kind === "request" && lastTransfer.goesOn;
    if (fallsThrough || goesOn || lastTransfer?.kind === "call") calls(each.end);
    return { own: instructions.length === 0 ? NO_REGISTERS : own, callees };
  }
}

export const contains = ({ start, end }: GuestFunction, pc: number): boolean => pc >= start && pc < end;

interface Discovery {
  /** Ascending. */
  readonly starts: readonly number[];
  /** What was found of the stretch from a start to `end`, by start; of some of them. */
  readonly summaries: ReadonlyMap<number, { readonly end: number; readonly summary: FunctionSummary }>;
}

/** Starts of functions: those that are known, and what code that is reached from them calls. */
const discover = (image: CodeImage): Discovery => {
  const starts = new Set(image.snapshot.functions.filter((start) => image.isCode(start)));
  const isStripped = starts.size <= 1;
  if (isStripped) for (const pointer of pointersToCode(image)) starts.add(pointer);
  const pending = [...starts];
  const known = [...starts].sort((a, b) => a - b);
  const summaries = new Map<number, { readonly end: number; readonly summary: FunctionSummary }>();
  // Without symbols stretches are long and overlap: what was seen before is not followed again, and no summary is whole.
  const seen = isStripped ? new Uint8Array((image.snapshot.end - image.snapshot.start) >>> 1) : undefined;
  for (let start = pending.pop(); start !== undefined; start = pending.pop()) {
    const end = firstAbove(known, start) ?? image.snapshot.end;
    const summary = summarize(image, [start], end, seen);
    if (!isStripped) summaries.set(start, { end, summary });
    const { transfers, instructions } = summary;
    const found = Array.from(transfers.values(), (transfer) => (transfer.kind === "call" ? transfer.target : -1));
    if (isStripped) found.push(...addressesTaken(image, instructions));
    for (const target of found) {
      if (starts.has(target) || !image.isCode(target)) continue;
      starts.add(target);
      pending.push(target);
    }
  }
  return { starts: [...starts].sort((a, b) => a - b), summaries };
};

/** How many of ascending numbers are at most `limit`. */
const countUpTo = (numbers: readonly number[], limit: number): number => {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The first of ascending numbers that is greater; undefined: none. */
const firstAbove = (numbers: readonly number[], least: number): number | undefined =>
  numbers[countUpTo(numbers, least)];

/** What data points to that may well be a function: code that no other code runs into. Of a file without symbols. */
const pointersToCode = (image: CodeImage): number[] => {
  const { start, end, ram } = image.snapshot;
  const pointers: number[] = [];
  for (let address = RAM_BASE; address < RAM_BASE + ram.length; address += 4) {
    const pointer = image.wordAt(address)! >>> 0;
    if (pointer < start || pointer >= end || pointer % 2 !== 0 || image.at(pointer) === null) continue;
    const ends = [2, 4].some((bytes) => {
      const before = image.at(pointer - bytes);
      return before?.bytes === bytes && !goesOn(transferOf(image, pointer - bytes, []));
    });
    if (ends) pointers.push(pointer);
  }
  return pointers;
};

/** Addresses of code that code computes: to be called by them later, as tasks and handlers are. */
const addressesTaken = (image: CodeImage, instructions: readonly number[]): number[] =>
  instructions.flatMap((pc, index) => {
    const expanded = image.at(pc);
    const effect = expanded?.instruction.effect;
    if (effect?.kind !== "compute" || effect.operation !== "add" || effect.second !== "imm") return [];
    const address = constantBefore(
      image,
      instructions.slice(Math.max(0, index - 8), index + 1),
      Math.min(index, 8),
      expanded!.operands.rd,
    );
    const pointer = address === null ? -1 : address >>> 0;
    return pointer % 2 === 0 && image.at(pointer) !== null ? [pointer] : [];
  });

/** The function from `start` to `end`, cut where control comes from elsewhere anyway, or where it has become too long. */
const inPieces = (
  image: CodeImage,
  start: number,
  end: number,
  known: FunctionSummary | undefined,
): Omit<GuestFunction, "index">[] => {
  if (end - start <= LONGEST_FUNCTION) return [{ start, end, jumpedTo: [] }];
  const { instructions, leaders, transfers, jumpTables } = known ?? summarize(image, [start], end);
  const cuts = [start];
  for (const pc of instructions) {
    const length = pc - cuts.at(-1)!;
    if (length >= 2 * LONGEST_FUNCTION || (length >= LONGEST_FUNCTION && leaders.has(pc))) cuts.push(pc);
  }
  const pieceOf = (pc: number): number => firstAbove(cuts, pc) ?? end;
  const jumpedTo = new Map<number, Set<number>>(cuts.map((cut) => [pieceOf(cut), new Set()]));
  const jump = (from: number, to: number): void => {
    if (to > start && to < end && pieceOf(from) !== pieceOf(to)) jumpedTo.get(pieceOf(to))!.add(to);
  };
  for (const [pc, transfer] of transfers)
    if ("target" in transfer && transfer.kind !== "call") jump(pc, transfer.target);
  for (const [pc, { targets }] of jumpTables) for (const target of targets) jump(pc, target);
  return cuts.map((cut) => {
    const targets = jumpedTo.get(pieceOf(cut))!;
    targets.delete(cut);
    return { start: cut, end: pieceOf(cut), jumpedTo: [...targets].sort((a, b) => a - b) };
  });
};

/**
 * Follows control from the `starts`, of which the first is the lowest, as long as it stays between that and `end`.
 * @param seen by halfword of the code: what was followed before is not followed again.
 */
const summarize = (image: CodeImage, starts: readonly number[], end: number, seen?: Uint8Array): FunctionSummary => {
  const start = starts[0]!;
  const inside = (pc: number): boolean => pc >= start && pc < end;
  const first = seen === undefined ? start : image.snapshot.start;
  /** By halfword from `first`. */
  const reached = seen ?? new Uint8Array((end - start + 1) >>> 1);
  const pcs: number[] = [];
  const leaders = new Set<number>(starts);
  const transfers = new Map<number, Transfer>();
  const jumpTables = new Map<number, JumpTable>();
  const touched = { x: 0, f: 0 };
  const pending = [...starts];
  const devices = new DeviceAddresses();
  const lead = (pc: number): void => {
    if (!inside(pc)) return;
    leaders.add(pc);
    if (reached[(pc - first) >>> 1] === 0) pending.push(pc);
  };
  for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
    const before: number[] = [];
    devices.forget();
    for (let pc = from; inside(pc) && reached[(pc - first) >>> 1] === 0; ) {
      reached[(pc - first) >>> 1] = 1;
      pcs.push(pc);
      const expanded = image.at(pc);
      const transfer = transferOf(image, pc, before, devices);
      if (transfer.kind !== "next") transfers.set(pc, transfer);
      if (expanded === null) break;
      touched.x |= expanded.reads.x | expanded.writes.x;
      touched.f |= expanded.reads.f | expanded.writes.f;
      before.push(pc);
      if (transfer.kind === "call" || transfer.kind === "indirectCall") devices.called();
      else devices.note(expanded);
      const next = pc + expanded.bytes;
      if (transfer.kind === "branch") lead(transfer.target);
      else if (transfer.kind === "jump") lead(transfer.target);
      else if (transfer.kind === "indirectJump") {
        const table = findJumpTable(image, linearly(image, start, pc), inside);
        if (table !== null) {
          jumpTables.set(pc, table);
          for (const target of table.targets) lead(target);
        }
      }
      if (!goesOn(transfer)) break;
      if (transfer.kind !== "next") {
        leaders.add(next);
        before.length = 0;
      }
      pc = next;
    }
  }
  const instructions = ascending(pcs);
  const calls = Array.from(transfers.values()).some(({ kind }) => kind === "call" || kind === "indirectCall");
  return { instructions, leaders, transfers, jumpTables, touched, calls };
};

/** Numbers sort quickest in a typed array, and are quickest in an array to whoever reads them. */
const ascending = (pcs: number[]): readonly number[] => {
  const sorted = new Uint32Array(pcs).sort();
  for (let index = 0; index < pcs.length; index++) pcs[index] = sorted[index]!;
  return pcs;
};

const goesOn = (transfer: Transfer): boolean => {
  const { kind } = transfer;
  if (kind === "request") return transfer.goesOn;
  return kind === "next" || kind === "branch" || kind === "call" || kind === "indirectCall" || kind === "system";
};

/** The instructions from `start` to `pc` as they lie in memory. */
const linearly = (image: CodeImage, start: number, pc: number): number[] => {
  const pcs: number[] = [];
  for (let at = start; at <= pc; ) {
    pcs.push(at);
    at += image.at(at)?.bytes ?? 2;
  }
  return pcs;
};
