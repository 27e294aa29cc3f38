/** Fault schedules: what befalls a module in one trial, as plain data that is drawn, listed, shrunk and saved. */
import { type Duration, toMilliseconds } from "../duration.ts";
import { type Fault, faultWords } from "../faults/index.ts";

export interface ScheduledFault {
  /** Since the trial began; it takes effect at the next frame. */
  readonly at: Duration;
  /** Left out: to the end. */
  readonly for?: Duration;
  readonly fault: Fault;
}

/** By their beginnings. */
export type Schedule = readonly ScheduledFault[];

export const inOrder = (schedule: Schedule): Schedule =>
  [...schedule].sort((a, b) => toMilliseconds(a.at) - toMilliseconds(b.at));

export const asDuration = (milliseconds: number): Duration =>
  milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;

export const scheduledWords = ({ at, for: duration, fault }: ScheduledFault): string =>
  `at ${at}${duration === undefined ? "" : ` for ${duration}`}: ${faultWords(fault)}`;
