/** Whether a controller's outputs are the same on the consolidated module as alone, slot by slot, up to a latency. */
import type { PointValue } from "../../../runtime/system.ts";
import type { Cycles } from "../../../runtime/units.ts";
import type { NamedPoint } from "../point-names.ts";
import type { SlotEnd } from "./slot-trace.ts";

export interface Difference {
  /** Virtual time, s. */
  readonly time: number;
  readonly consolidated: PointValue;
  readonly alone: PointValue;
}

/** What came of one output. */
export interface OutputAgreement {
  readonly name: string;
  /** Slots at whose ends it was compared. */
  readonly compared: number;
  /** In them its value was another one than in the slot before. */
  readonly changes: number;
  /** What it came later by than alone, at most, s. */
  readonly lag: number;
  /** The first; null: there is none. */
  readonly difference: Difference | null;
}

interface Limits {
  /** Slots that end earlier are not compared. */
  readonly from: Cycles;
  readonly latency: Cycles;
  /** Hz. */
  readonly clock: number;
}

/** Each value of the consolidated run must be one that the lone run had then or shortly before, in the same order. */
export const agreementOf = (
  { name, point }: NamedPoint,
  consolidated: readonly SlotEnd[],
  alone: readonly SlotEnd[],
  { from, latency, clock }: Limits,
): OutputAgreement => {
  const valueAt = ({ points }: SlotEnd): PointValue => points.get(point.index);
  let [compared, changes, lag, reached] = [0, 0, 0, 0];
  for (const [at, end] of consolidated.entries()) {
    if (end.cycle < from) continue;
    const value = valueAt(end);
    compared += 1;
    if (at > 0 && !Object.is(value, valueAt(consolidated[at - 1]!))) changes += 1;
    const isSame = (index: number): boolean => Object.is(valueAt(alone[index]!), value);
    let earlier = at;
    while (earlier > reached && !isSame(earlier) && end.cycle - consolidated[earlier - 1]!.cycle <= latency) earlier--;
    if (!isSame(earlier)) {
      const difference = { time: end.cycle / clock, consolidated: value, alone: valueAt(alone[at]!) };
      return { name, compared, changes, lag, difference };
    }
    reached = Math.max(reached, earlier);
    lag = Math.max(lag, (end.cycle - consolidated[earlier]!.cycle) / clock);
  }
  return { name, compared, changes, lag, difference: null };
};
