/** One field device on a bus: its requests, and whether it answers. A silent device's inputs turn bad and it is asked less often. */
import type { ModbusDevice } from "../../../runtime/index.ts";
import type { Logger } from "../../logger.ts";
import type { ProcessImage } from "../../process-image.ts";
import { EXCEPTION } from "../protocol.ts";
import { type FieldRequest, ReadRequest, WriteRequest } from "./field-request.ts";
import type { Line, Outcome } from "./line.ts";
import { planReads } from "./read-plan.ts";

export interface FieldDeviceCounters {
  readonly state: "answering" | "degraded";
  readonly requests: number;
  /** Requests without an answer in time, or cut short by a lost connection. */
  readonly timeouts: number;
  readonly exceptions: number;
  /** Values that went nowhere: the device's that the point cannot hold, and outputs that are no finite number. */
  readonly rejected: number;
}

/** Exceptions by which a gateway or a busy device says that there is no answer this time. */
const NO_ANSWER: ReadonlySet<number> = new Set([
  EXCEPTION.acknowledge,
  EXCEPTION.serverDeviceBusy,
  EXCEPTION.gatewayPathUnavailable,
  EXCEPTION.gatewayTargetFailedToRespond,
]);

export interface FieldDeviceOptions {
  readonly config: ModbusDevice;
  readonly image: ProcessImage;
  readonly log: Logger;
  /** For the log: the bus. */
  readonly client: string;
  /** Consecutive unanswered requests that degrade the device. */
  readonly degradeAfter: number;
  /** How often a degraded device is asked. */
  readonly probeIntervalMs: number;
  readonly nowMs: number;
}

export class FieldDevice {
  readonly #options: FieldDeviceOptions;
  readonly #fields: object;
  readonly #reads: readonly ReadRequest[];
  readonly #writes: readonly WriteRequest[];
  readonly #counters = { requests: 0, timeouts: 0, exceptions: 0, rejected: 0 };
  #unanswered = 0;
  #isDegraded = false;
  #nextProbeMs = 0;

  constructor(options: FieldDeviceOptions) {
    this.#options = options;
    const { config, image, nowMs } = options;
    this.#fields = { client: options.client, device: config.name };
    const isOutput = (mapping: (typeof config.mappings)[number]) => image.point(mapping.point).direction === "output";
    this.#reads = config.pollGroups.flatMap(({ intervalMs }, group) =>
      planReads(config.mappings.filter((mapping) => mapping.pollGroup === group && !isOutput(mapping))).map(
        (block) => new ReadRequest(block, intervalMs, nowMs, image),
      ),
    );
    this.#writes = config.mappings
      .filter(isOutput)
      .map((mapping) => new WriteRequest(mapping, config.pollGroups[mapping.pollGroup]!.intervalMs, image));
  }

  get name(): string {
    return this.#options.config.name;
  }

  get counters(): FieldDeviceCounters {
    return { state: this.#isDegraded ? "degraded" : "answering", ...this.#counters };
  }

  noticeOutputs(nowMs: number): void {
    for (const write of this.#writes) write.notice(nowMs);
  }

  repeatOutputs(nowMs: number): void {
    for (const write of this.#writes) write.repeat(nowMs);
  }

  /** The request that is due first, and when. `finishing`: only writes count. */
  first(finishing: boolean): { readonly request: FieldRequest; readonly dueMs: number } | null {
    let first: FieldRequest | null = null;
    for (const write of this.#writes) if (first === null || write.dueMs < first.dueMs) first = write;
    if (!finishing) for (const read of this.#reads) if (first === null || read.dueMs < first.dueMs) first = read;
    if (first === null || first.dueMs === Number.POSITIVE_INFINITY) return null;
    return { request: first, dueMs: this.#isDegraded ? Math.max(first.dueMs, this.#nextProbeMs) : first.dueMs };
  }

  /** Sends one request and takes in what comes of it. @returns whether the device answered. */
  async perform(request: FieldRequest, line: Line, nowMs: () => number): Promise<boolean> {
    const sending = request.send(line, this.#options.config.unitId);
    if (sending === null) {
      this.#counters.rejected += 1;
      this.#say(request, "the output is no finite number and is not written");
      request.reschedule(nowMs());
      return false;
    }
    this.#counters.requests += 1;
    const outcome = await sending;
    request.reschedule(nowMs());
    if (outcome.kind === "unanswered" || (outcome.kind === "exception" && NO_ANSWER.has(outcome.code))) {
      this.noAnswer(outcome.kind === "unanswered" ? outcome.reason : `exception ${outcome.code}`, nowMs());
      return false;
    }
    this.#answered(nowMs());
    this.#say(request, this.#take(request, outcome));
    return true;
  }

  /** One more request without an answer; also when there was not even a connection to send it by. */
  noAnswer(reason: string, nowMs: number): void {
    this.#counters.timeouts += 1;
    this.#unanswered += 1;
    this.#nextProbeMs = nowMs + this.#options.probeIntervalMs;
    if (this.#isDegraded || this.#unanswered < this.#options.degradeAfter) return;
    this.#isDegraded = true;
    for (const read of this.#reads) read.markBad();
    this.#options.log.warn({ ...this.#fields, reason, unanswered: this.#unanswered }, "field device does not answer");
  }

  #answered(nowMs: number): void {
    this.#unanswered = 0;
    if (!this.#isDegraded) return;
    this.#isDegraded = false;
    for (const read of this.#reads) read.dueMs = Math.min(read.dueMs, nowMs);
    this.repeatOutputs(nowMs);
    this.#options.log.info(this.#fields, "field device answers again");
  }

  /** @returns what is wrong with the answer, or null. */
  #take(request: FieldRequest, outcome: Exclude<Outcome, { kind: "unanswered" }>): string | null {
    if (outcome.kind === "exception") {
      this.#counters.exceptions += 1;
      if (request instanceof ReadRequest) request.markBad();
      return `exception ${outcome.code}`;
    }
    if (request instanceof WriteRequest) return null;
    const meaningless = request.accept(outcome.data);
    this.#counters.rejected += meaningless.length;
    if (meaningless.length === 0) return null;
    const names = meaningless.map(({ point }) => this.#options.image.nameOf(point));
    return `no value for ${names.join(", ")}`;
  }

  /** Logs trouble with a request when it begins or changes, not while it lasts. */
  #say(request: FieldRequest, trouble: string | null): void {
    if (trouble !== null && trouble !== request.trouble) {
      this.#options.log.warn({ ...this.#fields, request: request.what, trouble }, "trouble with a field device");
    }
    request.trouble = trouble;
  }
}
