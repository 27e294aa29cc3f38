/**
 * One connection or serial line to field devices, used one request at a time, each with an end: a reply, an exception, or
 * nothing that serves as one. A late reply is never taken for the next: what goes unanswered ends a TCP connection, and is
 * followed by silence on a serial line (Modbus over Serial Line V1.02 §2.4.1).
 */
import modbusSerial from "modbus-serial";
import type { Clock, ModbusTransport, SerialLine } from "../../../runtime/index.ts";
import { durationMs } from "../serial-port.ts";
import { GuardedPort } from "./guarded-port.ts";
import type { Flaw } from "./reply-check.ts";
import { MbapReplies, type ReplyFraming, RtuReplies } from "./reply-framing.ts";
import { charactersOf, type Request, send } from "./request.ts";
import { openWire, type Wire } from "./wire.ts";

export type Outcome =
  /** For a read its bits (0 or 1) or registers, exactly as many as were asked for; for a write none. */
  | { readonly kind: "answered"; readonly data: readonly number[] }
  /** The device answered that it will not (MODBUS Application Protocol V1.1b3 §7). */
  | { readonly kind: "exception"; readonly code: number }
  /** No reply in time, a reply that was refused, or the connection lost. */
  | { readonly kind: "unanswered"; readonly cause: "timeout" | "lost" | Flaw; readonly reason: string };

export interface LineOptions {
  readonly transport: ModbusTransport;
  readonly responseTimeoutMs: number;
  /** Between a reply and the next request, at least. */
  readonly interRequestDelayMs: number;
  readonly clock: Clock;
  /** Called when the connection is lost while nothing is under way. */
  readonly lost: (reason: string) => void;
}

type Settle = (outcome: Outcome) => void;

/** A broadcast is not answered; devices need time to act on it (Modbus over Serial Line V1.02 §2.4.1: 100 to 200 ms). */
const TURNAROUND_MS = 100;
/** Above 19200 baud the silence between frames does not get shorter (Modbus over Serial Line V1.02 §2.5.1.1). */
const SHORTEST_FRAME_GAP_MS = 1.75;

const exceptionCodeOf = (error: unknown): number | null =>
  error instanceof Error && "modbusCode" in error && typeof error.modbusCode === "number" ? error.modbusCode : null;

export class Line {
  readonly #options: LineOptions;
  readonly #serial: SerialLine | null;
  readonly #gapMs: number;
  #wire: Wire | null = null;
  #framing: ReplyFraming = new MbapReplies();
  #port = new GuardedPort(this.#framing, () => undefined);
  #modbus = new modbusSerial.default();
  #readyAtMs = 0;
  /** Ends the request, or the attempt to open, that is under way. */
  #settle: Settle | null = null;

  constructor(options: LineOptions) {
    this.#options = options;
    const { transport, interRequestDelayMs } = options;
    this.#serial = transport.kind === "rtu" ? transport.line : null;
    const frameGapMs = this.#serial === null ? 0 : Math.max(durationMs(this.#serial, 3.5), SHORTEST_FRAME_GAP_MS);
    this.#gapMs = Math.max(interRequestDelayMs, frameGapMs);
  }

  get isOpen(): boolean {
    return this.#wire !== null;
  }

  /** Monotonic milliseconds; a request that comes sooner waits. */
  get readyAtMs(): number {
    return this.#readyAtMs;
  }

  open(): Promise<Outcome> {
    const { responseTimeoutMs } = this.#options;
    const tooLate = () => this.#drop("timeout", `no connection within ${responseTimeoutMs} ms`);
    return this.#within(responseTimeoutMs, tooLate, (settle) => {
      const wire = openWire(this.#options.transport, {
        opened: () => settle({ kind: "answered", data: [] }),
        received: (chunk) => this.#received(chunk),
        lost: (reason) => this.#drop("lost", reason),
      });
      this.#wire = wire;
      this.#framing = this.#serial === null ? new MbapReplies() : new RtuReplies();
      this.#port = new GuardedPort(this.#framing, (frame) => wire.send(frame));
      this.#modbus = new modbusSerial.default(this.#port);
      this.#modbus.open();
    });
  }

  close(reason: string): void {
    if (this.#wire !== null) this.#drop("lost", reason);
  }

  /** @param isEchoChecked false: what a write is answered with need not be its echo. */
  async ask(unit: number, request: Request, isEchoChecked = true): Promise<Outcome> {
    await this.#silence();
    if (this.#wire === null) return { kind: "unanswered", cause: "lost", reason: "no connection" };
    this.#port.isEchoChecked = isEchoChecked;
    const isBroadcast = this.#serial !== null && unit === 0;
    const framesMs = this.#serial === null ? 0 : durationMs(this.#serial, charactersOf(request));
    const timeoutMs = this.#options.responseTimeoutMs + framesMs;
    const outcome = await this.#within(
      timeoutMs,
      () => this.#timedOut(timeoutMs),
      (settle) => {
        send(this.#modbus, unit, request).then(
          (data) => settle({ kind: "answered", data }),
          (error: unknown) => this.#refused(error, settle),
        );
        if (isBroadcast) settle({ kind: "answered", data: [] });
      },
    );
    const restMs = isBroadcast ? TURNAROUND_MS : this.#gapMs;
    this.#readyAtMs = Math.max(this.#readyAtMs, this.#options.clock.monotonicMs() + restMs);
    return outcome;
  }

  async #silence(): Promise<void> {
    const waitMs = this.#readyAtMs - this.#options.clock.monotonicMs();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  #within(timeoutMs: number, tooLate: () => void, begin: (settle: Settle) => void): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(tooLate, timeoutMs);
      const settle: Settle = (outcome) => {
        if (this.#settle !== settle) return;
        this.#settle = null;
        clearTimeout(timer);
        resolve(outcome);
      };
      this.#settle = settle;
      begin(settle);
    });
  }

  #received(chunk: Buffer): void {
    const verdict = this.#framing.push(chunk);
    if (verdict.kind === "reply") this.#port.deliver(verdict.pdu);
    else if (verdict.kind === "refused") this.#failed(verdict.flaw, verdict.reason, this.#options.responseTimeoutMs);
  }

  #refused(error: unknown, settle: Settle): void {
    const code = exceptionCodeOf(error);
    if (code !== null) settle({ kind: "exception", code });
    else settle({ kind: "unanswered", cause: "frame", reason: error instanceof Error ? error.message : String(error) });
  }

  #timedOut(timeoutMs: number): void {
    const flaw = this.#framing.giveUp();
    const reason = `no answer within ${this.#options.responseTimeoutMs} ms`;
    this.#failed(flaw ?? "timeout", flaw === null ? reason : `${reason}, but bytes with another ${flaw}`, timeoutMs);
  }

  /** There is no reply, or none that may be trusted: whatever comes within `lateMs` must not meet the next request. */
  #failed(cause: "timeout" | Flaw, reason: string, lateMs: number): void {
    if (this.#serial === null || this.#settle === null) {
      this.#drop(cause, reason);
      return;
    }
    this.#readyAtMs = this.#options.clock.monotonicMs() + lateMs;
    this.#settle({ kind: "unanswered", cause, reason });
  }

  #drop(cause: "timeout" | "lost" | Flaw, reason: string): void {
    this.#wire?.close();
    this.#wire = null;
    if (this.#settle === null) this.#options.lost(reason);
    else this.#settle({ kind: "unanswered", cause, reason });
  }
}
