/** The main thread's end of a running board: starts its worker, passes its messages on, keeps its recording. */
import { Worker } from "node:worker_threads";
import type { System } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { BoardJob, BoardMessage, BoardStart, RunSummary } from "./board-job.ts";
import { BoardRequests } from "./board-requests.ts";
import { ByteRing } from "./byte-ring.ts";
import { LatenessHistogram, type LatenessReport } from "./lateness.ts";
import type { SharedExchange } from "./point-exchange.ts";
import type { RetainedExchange } from "./retained-exchange.ts";

const RECORDING_RING_BYTES = 1 << 22;
const DRAIN_INTERVAL_MS = 20;

export interface RunOptions {
  readonly paced: boolean;
  /** Board time to run, to the end of a major frame; Infinity: until `stop`. */
  readonly duration: Cycles;
  readonly version: string;
  /** Where it starts; null, or left out: at power-on. */
  readonly snapshot?: BoardStart | null;
  /** By partition, the retained data that it starts with; null, or left out: it starts cold. */
  readonly restored?: readonly (Uint8Array | null)[];
  /** Where its retained data go while it runs and when it ends; null, or left out: nobody keeps them. */
  readonly retained?: RetainedExchange | null;
  /** Gets the recording's bytes in order; null: no recording. Must not throw. */
  readonly record: ((bytes: Uint8Array) => void) | null;
  /** Every message but answers to requests, and the last. */
  readonly onMessage: (message: Exclude<BoardMessage, { kind: "ended" | "answer" }>) => void;
}

export interface BoardThread {
  readonly ended: Promise<RunSummary>;
  readonly requests: BoardRequests;
  /** Lets the current major frame end, sets all outputs to their fail-safe values, and ends the run. */
  stop(): void;
  lateness(): LatenessReport;
}

/** Powers the module on in a thread of its own, and runs it; `exchange` is what the bridge, started before, holds the other end of. */
export const startBoard = (system: System, exchange: SharedExchange, options: RunOptions): BoardThread => {
  const lateness = new LatenessHistogram();
  const control = new Int32Array(new SharedArrayBuffer(4));
  const requests = new BoardRequests();
  const ring = options.record === null ? null : new ByteRing(RECORDING_RING_BYTES);
  const stop = (): void => {
    Atomics.store(control, 0, 1);
    Atomics.notify(control, 0);
  };
  const job: BoardJob = {
    system,
    version: options.version,
    duration: options.duration,
    paced: options.paced,
    exchange: exchange.shared,
    control: control.buffer as SharedArrayBuffer,
    lateness: lateness.shared,
    requests: requests.shared,
    restored: options.restored ?? [],
    snapshot: options.snapshot ?? null,
    retained: options.retained?.shared ?? null,
    recording: ring?.shared ?? null,
  };
  const ended = new Promise<RunSummary>((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.resolve("#board-worker")), { workerData: job });
    const drain = (): void => {
      if (ring === null) return;
      const bytes = ring.read();
      if (bytes.length > 0) options.record?.(bytes);
    };
    const timer = ring === null ? undefined : setInterval(drain, DRAIN_INTERVAL_MS);
    let summary: RunSummary | undefined;
    worker.on("message", (message: BoardMessage) => {
      if (message.kind === "ended") summary = message.summary;
      else if (message.kind === "answer") requests.answered(message);
      else options.onMessage(message);
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      clearInterval(timer);
      drain();
      requests.ended();
      if (summary === undefined) reject(new Error("the board's thread ended without a summary"));
      else resolve(summary);
    });
  });
  return { ended, requests, stop, lateness: () => lateness.report() };
};
