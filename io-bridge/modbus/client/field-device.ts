/** One field device on a bus: its polls and outputs, and whether it answers. A silent device's inputs turn bad and it is asked less often. */
import type { Clock, ModbusClient, ModbusDevice } from "../../../runtime/index.ts";
import type { Logger } from "../../logger.ts";
import type { ProcessImage } from "../../process-image.ts";
import { EXCEPTION } from "../protocol.ts";
import { DeviceCounters, type FieldDeviceCounters } from "./device-counters.ts";
import type { Line, Outcome } from "./line.ts";
import { Output } from "./output.ts";
import { Poll } from "./poll.ts";
import { planReads } from "./read-plan.ts";
import type { Recurrence } from "./recurrence.ts";
import type { Request } from "./request.ts";
import { inOrder, planWriting } from "./write-plan.ts";
import { type WriteOutcome, write } from "./write-turn.ts";

/** Exceptions by which a gateway or a busy device says that there is no answer this time. */
const NO_ANSWER: ReadonlySet<number> = new Set([
  EXCEPTION.acknowledge,
  EXCEPTION.serverDeviceBusy,
  EXCEPTION.gatewayPathUnavailable,
  EXCEPTION.gatewayTargetFailedToRespond,
]);

/** Exceptions by which a device says that it has no such addresses, or not so many at a time. */
const NOT_THERE: ReadonlySet<number> = new Set([EXCEPTION.illegalDataAddress, EXCEPTION.illegalDataValue]);

export interface FieldDeviceOptions {
  readonly config: ModbusDevice;
  readonly bus: Pick<ModbusClient, "name" | "maxRetries" | "retryIntervalMs" | "degradeAfter" | "degradeTimeMs">;
  readonly image: ProcessImage;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is due first, and when (monotonic milliseconds). */
export interface Due {
  readonly what: Poll | Output;
  readonly dueMs: number;
}

/** What a turn on the bus came to: an answer, also an exception; none; or no connection any more. */
export type TurnEnd = "answered" | "unanswered" | "lost";

export class FieldDevice {
  readonly #options: FieldDeviceOptions;
  readonly #fields: object;
  #polls: readonly Poll[];
  readonly #outputs: readonly Output[];
  readonly #counters = new DeviceCounters();
  /** Polls that the device refuses though they cannot be less. */
  readonly #refused = new Set<Poll>();
  /** What was wrong last time with a poll or output, as the log says it. */
  readonly #troubles = new Map<Poll | Output, string>();
  #unanswered = 0;
  #isDegraded = false;
  #nextProbeMs = 0;

  constructor(options: FieldDeviceOptions) {
    this.#options = options;
    const { config, image, bus } = options;
    this.#fields = { client: bus.name, device: config.name };
    this.#polls = this.#planPolls();
    this.#outputs = inOrder(
      config.mappings
        .filter((mapping) => this.#isOutput(mapping))
        .map((mapping) => {
          const { intervalMs } = config.pollGroups[mapping.pollGroup]!;
          return new Output(mapping, intervalMs, image, config.writeSingle === "always");
        }),
    );
  }

  #isOutput({ point }: ModbusDevice["mappings"][number]): boolean {
    return this.#options.image.point(point).direction === "output";
  }

  /** All due at once. */
  #planPolls(): readonly Poll[] {
    const { config, image } = this.#options;
    const inputs = config.mappings.filter((mapping) => !this.#isOutput(mapping));
    return config.pollGroups.flatMap(({ intervalMs }, group) =>
      planReads(
        inputs.filter(({ pollGroup }) => pollGroup === group),
        config,
      ).map((block) => new Poll(block, intervalMs, this.#nowMs(), image)),
    );
  }

  get name(): string {
    return this.#options.config.name;
  }

  get counters(): FieldDeviceCounters {
    return this.#counters.read(this.#isDegraded ? "degraded" : "answering");
  }

  /** @returns whether an output became due. */
  noticeOutputs(): boolean {
    const nowMs = this.#nowMs();
    return this.#outputs.filter((output) => output.notice(nowMs)).length > 0;
  }

  repeatOutputs(): void {
    for (const output of this.#outputs) output.repeat(this.#nowMs());
  }

  /** `finishing`: only outputs count. */
  first(finishing: boolean): Due | null {
    let first: Poll | Output | null = null;
    for (const candidates of finishing ? [this.#outputs] : [this.#outputs, this.#polls]) {
      for (const each of candidates) {
        if (first === null || each.recurrence.dueMs < first.recurrence.dueMs) first = each;
      }
    }
    if (first === null) return null;
    const { dueMs } = first.recurrence;
    return { what: first, dueMs: this.#isDegraded ? Math.max(dueMs, this.#nextProbeMs) : dueMs };
  }

  perform(what: Poll | Output, line: Line): Promise<TurnEnd> {
    return what instanceof Poll ? this.#poll(what, line) : this.#write(what, line);
  }

  /** There is no connection to send a request by. */
  noConnection(reason: string): void {
    this.#nextProbeMs = 0; // its silence is not its own: it is asked as soon as there is a connection
    this.#missAnswer(reason);
  }

  async #poll(poll: Poll, line: Line): Promise<TurnEnd> {
    const outcome = await this.#ask(line, poll.request);
    const reason = noAnswerOf(outcome);
    if (reason !== null) return this.#noAnswer([poll], outcome, reason);
    this.#counters.count("missedPolls", poll.recurrence.done(this.#nowMs()));
    this.#answered();
    if (outcome.kind !== "answered") {
      if (outcome.kind === "exception" && NOT_THERE.has(outcome.code) && this.#halve(poll)) return "answered";
      poll.markBad();
      this.#say(poll, troubleOf(outcome));
      return "answered";
    }
    if (this.#refused.has(poll)) this.#planAnew();
    const meaningless = poll.accept(outcome.data);
    this.#counters.count("rejected", meaningless.length);
    const names = meaningless.map(({ point }) => this.#options.image.nameOf(point));
    this.#say(poll, names.length === 0 ? null : `no value for ${names.join(", ")}`);
    return "answered";
  }

  /** So that what the device has not got costs nothing but itself. @returns false when the poll alone is refused: it is asked seldom. */
  #halve(poll: Poll): boolean {
    const nowMs = this.#nowMs();
    const halves = poll.halves(nowMs);
    if (halves.length === 0) {
      poll.recurrence.holdBack(nowMs + this.#options.bus.degradeTimeMs);
      this.#refused.add(poll);
      return false;
    }
    this.#say(poll, null);
    this.#polls = this.#polls.flatMap((each) => (each === poll ? halves : [each]));
    return true;
  }

  /** The device has what it had not before. */
  #planAnew(): void {
    for (const poll of this.#polls) this.#say(poll, null);
    this.#refused.clear();
    this.#polls = this.#planPolls();
  }

  async #write(due: Output, line: Line): Promise<TurnEnd> {
    const writing = planWriting(this.#outputs, due, this.#nowMs());
    if (writing === null) {
      this.#counters.count("rejected");
      this.#say(due, "the output is no finite number and is not written");
      due.done(this.#nowMs());
      return "unanswered";
    }
    const { outputs } = writing;
    const outcome = await write(writing, this.#options.config, (request, isEchoChecked) =>
      this.#ask(line, request, isEchoChecked),
    );
    const reason = noAnswerOf(outcome);
    if (reason !== null) return this.#noAnswer(outputs, outcome, reason);
    this.#answered();
    if (outcome.kind === "differs") this.#counters.count("differing");
    const nowMs = this.#nowMs();
    for (const output of outputs) {
      this.#say(output, troubleOf(outcome));
      if (outcome.kind !== "differs" || !this.#retry(output.recurrence)) output.done(nowMs);
      // One of them may be what the device refuses: each goes its own way now.
      if (outcome.kind === "exception" && outputs.length > 1) output.setApart(nowMs);
    }
    return "answered";
  }

  async #ask(line: Line, request: Request, isEchoChecked = true): Promise<Outcome> {
    const outcome = await line.ask(this.#options.config.unitId, request, isEchoChecked);
    this.#counters.outcome(outcome, this.#options.clock.nowMs());
    return outcome;
  }

  #noAnswer(subjects: readonly (Poll | Output)[], outcome: WriteOutcome, reason: string): TurnEnd {
    const { degradeTimeMs } = this.#options.bus;
    const nowMs = this.#nowMs();
    this.#nextProbeMs = nowMs + degradeTimeMs;
    this.#missAnswer(reason);
    for (const subject of subjects) {
      if (!this.#isDegraded && this.#retry(subject.recurrence)) continue;
      const missed = subject.recurrence.done(nowMs);
      if (subject instanceof Poll) this.#counters.count("missedPolls", missed);
      // What was not written is still to be written, however seldom it is repeated.
      else subject.recurrence.bringForward(nowMs + degradeTimeMs);
    }
    return outcome.kind === "unanswered" && outcome.cause === "lost" ? "lost" : "unanswered";
  }

  #retry(recurrence: Recurrence): boolean {
    const { maxRetries, retryIntervalMs } = this.#options.bus;
    const isRetried = recurrence.retry(this.#nowMs() + retryIntervalMs, maxRetries);
    if (isRetried) this.#counters.count("retries");
    return isRetried;
  }

  #missAnswer(reason: string): void {
    this.#unanswered += 1;
    if (this.#isDegraded || this.#unanswered < this.#options.bus.degradeAfter) return;
    this.#isDegraded = true;
    for (const poll of this.#polls) poll.markBad();
    this.#options.log.warn({ ...this.#fields, reason, unanswered: this.#unanswered }, "field device does not answer");
  }

  #answered(): void {
    this.#unanswered = 0;
    if (!this.#isDegraded) return;
    this.#isDegraded = false;
    for (const { recurrence } of this.#polls) recurrence.bringForward(this.#nowMs());
    this.repeatOutputs();
    this.#options.log.info(this.#fields, "field device answers again");
  }

  /** Logs trouble with a poll or an output when it begins or changes, not while it lasts. */
  #say(subject: Poll | Output, trouble: string | null): void {
    if (trouble === null) {
      this.#troubles.delete(subject);
      return;
    }
    if (this.#troubles.get(subject) === trouble) return;
    this.#troubles.set(subject, trouble);
    this.#options.log.warn({ ...this.#fields, request: subject.what, trouble }, "trouble with a field device");
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

/** Why there was no answer; null: there was one, perhaps an exception. */
const noAnswerOf = (outcome: WriteOutcome): string | null => {
  if (outcome.kind === "unanswered") return outcome.reason;
  return outcome.kind === "exception" && NO_ANSWER.has(outcome.code) ? `exception ${outcome.code}` : null;
};

/** What is wrong with an answer, or null. */
const troubleOf = (outcome: WriteOutcome): string | null => {
  if (outcome.kind === "exception") return `exception ${outcome.code}`;
  return outcome.kind === "differs" ? "something else is read back" : null;
};
