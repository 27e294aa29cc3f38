/** Which code of a function is that of other functions, put in place of calls (DWARF 4 §3.3.8.2). */
import type { Position } from "../../ir/ir.ts";

/** Code from `offset` up to `end` that belongs to one statement. */
export interface Run {
  readonly offset: number;
  readonly end: number;
  readonly at: Position;
}

/** The code of one call. */
export interface InlinedCall {
  readonly call: Position;
  /** The symbol of the function that was called. */
  readonly unit: string;
  /** Offsets, ascending. */
  readonly ranges: { start: number; end: number }[];
  readonly inner: InlinedCall[];
}

/** The outermost calls, with what was inlined into them. */
export const inlinedCalls = (runs: readonly Run[]): readonly InlinedCall[] => {
  const calls: InlinedCall[] = [];
  for (const { at, offset, end } of runs) {
    let level = calls;
    for (const { call, unit } of chainOf(at)) {
      let found = level.find((each) => each.call === call && each.unit === unit);
      if (found === undefined) {
        found = { call, unit, ranges: [], inner: [] };
        level.push(found);
      }
      const last = found.ranges.at(-1);
      if (last?.end === offset) last.end = end;
      else found.ranges.push({ start: offset, end });
      level = found.inner;
    }
  }
  return calls;
};

/** The calls through which a statement was reached, outermost first. */
const chainOf = (at: Position): readonly Pick<InlinedCall, "call" | "unit">[] => {
  const chain: Pick<InlinedCall, "call" | "unit">[] = [];
  for (let inner = at; inner.call !== null; inner = inner.call) chain.unshift({ call: inner.call, unit: inner.unit });
  return chain;
};
