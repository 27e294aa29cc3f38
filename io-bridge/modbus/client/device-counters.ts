/** What became of the requests to one field device, as plain numbers for logs and metrics. */
import type { Outcome } from "./line.ts";
import type { Flaw } from "./reply-check.ts";

export interface FieldDeviceCounters {
  readonly state: "answering" | "degraded";
  /** Host milliseconds since 1970 of its last good answer; 0: never. */
  readonly lastAnswerMs: number;
  readonly requests: number;
  readonly answers: number;
  /** Requests made again because they went unanswered. */
  readonly retries: number;
  /** Requests without any answer in time. */
  readonly timeouts: number;
  /** Requests cut short by a lost connection. */
  readonly lost: number;
  /** By code. */
  readonly exceptions: Readonly<Record<number, number>>;
  /** Answers that were refused, by what was wrong with them. */
  readonly refused: Readonly<Record<Flaw, number>>;
  /** Writes that were accepted and read back as something else. */
  readonly differing: number;
  /** Values that went nowhere: the device's that the point cannot hold, and outputs that are no finite number. */
  readonly rejected: number;
  /** Polls left out because the one before took too long. */
  readonly missedPolls: number;
}

type Tally = Exclude<keyof FieldDeviceCounters, "state" | "lastAnswerMs" | "exceptions" | "refused">;

export class DeviceCounters {
  readonly #tallies: Record<Tally, number> = {
    requests: 0,
    answers: 0,
    retries: 0,
    timeouts: 0,
    lost: 0,
    differing: 0,
    rejected: 0,
    missedPolls: 0,
  };
  readonly #exceptions: Record<number, number> = {};
  readonly #refused: Record<Flaw, number> = {
    crc: 0,
    frame: 0,
    transaction: 0,
    unit: 0,
    function: 0,
    length: 0,
    echo: 0,
  };
  #lastAnswerMs = 0;

  count(tally: Tally, by = 1): void {
    this.#tallies[tally] += by;
  }

  /** One request and what came of it. @param nowMs host milliseconds since 1970. */
  outcome(outcome: Outcome, nowMs: number): void {
    this.#tallies.requests += 1;
    if (outcome.kind === "answered") {
      this.#tallies.answers += 1;
      this.#lastAnswerMs = nowMs;
    } else if (outcome.kind === "exception") {
      this.#exceptions[outcome.code] = (this.#exceptions[outcome.code] ?? 0) + 1;
    } else if (outcome.cause === "timeout") this.#tallies.timeouts += 1;
    else if (outcome.cause === "lost") this.#tallies.lost += 1;
    else this.#refused[outcome.cause] += 1;
  }

  read(state: FieldDeviceCounters["state"]): FieldDeviceCounters {
    return {
      state,
      lastAnswerMs: this.#lastAnswerMs,
      ...this.#tallies,
      exceptions: { ...this.#exceptions },
      refused: { ...this.#refused },
    };
  }
}
