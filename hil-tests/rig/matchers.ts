/** What tests expect of the time to come, as matchers of vitest: `expect(rig).toBecome("intake.level", above(3), { within: "5 min" })`. */
import { dirname, resolve } from "node:path";
import { expect } from "vitest";
import { Capture } from "./capture.ts";
import { type Duration, formatTime, toSeconds } from "./duration.ts";
import { between, conditionOf, type Expected } from "./expected.ts";
import { differencesFrom, type TraceCloseness } from "./golden-trace.ts";
import { Rig } from "./rig.ts";
import { always, becomes, eventually, type Judge, until } from "./temporal.ts";

type Condition = () => boolean;

export interface BecomeTimes {
  /** Not looked at before; left out: at once. */
  readonly after?: Duration;
  /** Counted from now, as `after`. */
  readonly within: Duration;
  /** How long it then stays so; left out: a moment is enough. */
  readonly holdFor?: Duration;
}

interface RigMatchers<Result = unknown> {
  /**
   * `expect(capture)`: it is as in a CSV file beside the test, up to a tolerance and a latency. Where there is none it is written;
   * `PARTITA_UPDATE_TRACES=1` writes it anew.
   */
  toMatchTrace(file: string, closeness?: TraceCloseness): Result;
  /** The channel takes the value and keeps it for `holdFor`; runs until that is decided, and so do all below. */
  toBecome(channel: string, expected: Expected, times: BecomeTimes): Result;
  /** The channel is between the limits, them included, now and at every frame's end. */
  toStayWithin(
    channel: string,
    limits: readonly [least: number, greatest: number],
    times: { readonly for: Duration },
  ): Result;
  /** The condition is true now and at every frame's end. */
  toAlways(condition: Condition, times: { readonly for: Duration }): Result;
  /** The condition is true at no frame's end, nor now. */
  toNever(condition: Condition, times: { readonly for: Duration }): Result;
  /** The condition is true at some frame's end, or now. */
  toEventually(condition: Condition, times: { readonly within: Duration }): Result;
  /** The condition is true until `end` is, which comes in time. */
  toHoldUntil(condition: Condition, end: Condition, times: { readonly within: Duration }): Result;
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that this one is merged with has it
  interface Matchers<T = any> extends RigMatchers<T> {}
}

const decided = (received: unknown, words: string, judge: (rig: Rig) => Judge) => {
  if (!(received instanceof Rig)) throw new TypeError("expect(rig) is what this matcher is for");
  const start = formatTime(received.time);
  const pass = received.decide(judge(received));
  const message = () => received.failure(`${pass ? "not expected" : "expected"}, from ${start} on: ${words}`).message;
  return { pass, message };
};

expect.extend({
  toMatchTrace(received, file: string, closeness: TraceCloseness = {}) {
    if (!(received instanceof Capture)) throw new TypeError("expect(capture) is what this matcher is for");
    const path = resolve(dirname(this.testPath ?? "."), file);
    const differences = differencesFrom(path, received, closeness);
    const lines = differences.map((line) => `  ${line}`);
    const hint = "PARTITA_UPDATE_TRACES=1 keeps what is now";
    const message = () =>
      [differences.length > 0 ? `not as in ${path} (${hint}):` : `the same as in ${path}`, ...lines].join("\n");
    return { pass: differences.length === 0, message };
  },
  toBecome(received, channel: string, expected: Expected, { after = "0 s", within, holdFor = "0 s" }: BecomeTimes) {
    const { words, holds } = conditionOf(expected);
    const times = { after: toSeconds(after), within: toSeconds(within), holdFor: toSeconds(holdFor) };
    const waits = `${times.after > 0 ? `after ${after} and ` : ""}within ${within}`;
    const stays = times.holdFor > 0 ? `, for ${holdFor}` : "";
    return decided(received, `${channel} ${words} ${waits}${stays}`, (rig) =>
      becomes(() => holds(rig.get(channel)), times),
    );
  },
  toStayWithin(received, channel: string, [least, greatest]: readonly [number, number], { for: duration }) {
    const { words, holds } = between(least, greatest);
    return decided(received, `${channel} ${words} for ${duration}`, (rig) =>
      always(() => holds(rig.get(channel)), toSeconds(duration)),
    );
  },
  toAlways(received, condition: Condition, { for: duration }) {
    return decided(received, `always for ${duration}: ${condition}`, () => always(condition, toSeconds(duration)));
  },
  toNever(received, condition: Condition, { for: duration }) {
    const words = `never for ${duration}: ${condition}`;
    return decided(received, words, () => always(() => !condition(), toSeconds(duration)));
  },
  toEventually(received, condition: Condition, { within }) {
    return decided(received, `within ${within}: ${condition}`, () => eventually(condition, toSeconds(within)));
  },
  toHoldUntil(received, condition: Condition, end: Condition, { within }) {
    const words = `${condition} until ${end}, within ${within}`;
    return decided(received, words, () => until(condition, end, toSeconds(within)));
  },
});
