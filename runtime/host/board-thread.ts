/** The main thread's end of a running board: starts its workers, passes their messages on, keeps its recording. */
import { MessageChannel, type MessagePort, type TransferListItem, Worker } from "node:worker_threads";
import { ModuleMemory } from "../hypervisor/index.ts";
import type { System } from "../system.ts";
import { RecordLog } from "../trace/index.ts";
import type { Cycles } from "../units.ts";
import { BoardFigures } from "./board-figures.ts";
import type { BoardJob, BoardMessage, BoardStart, PartitionSummary, RunSummary } from "./board-job.ts";
import { BoardRequests } from "./board-requests.ts";
import { ByteRing } from "./byte-ring.ts";
import type { HartJob } from "./hart-link.ts";
import type { LatenessReport } from "./lateness.ts";
import type { SharedExchange } from "./point-exchange.ts";
import type { RetainedExchange } from "./retained-exchange.ts";

const RECORDING_RING_BYTES = 1 << 22;
const DRAIN_INTERVAL_MS = 20;

export interface RunOptions {
  readonly paced: boolean;
  /** The operating system runs the board's threads before all ordinary ones, where it may; left out: it does not. */
  readonly realTime?: boolean;
  /** All harts in one thread; left out: each has its own. */
  readonly oneThread?: boolean;
  /** Board time to run, to the end of a major frame; Infinity: until `stop`. */
  readonly duration: Cycles;
  readonly version: string;
  /** Where it starts; null, or left out: at power-on. */
  readonly snapshot?: BoardStart | null;
  /** By partition, the retained data that it starts with; null, or left out: it starts cold. */
  readonly restored?: readonly (Uint8Array | null)[];
  /** Where its retained data go while it runs and when it ends; null, or left out: nobody keeps them. */
  readonly retained?: RetainedExchange | null;
  /** Where the board tells of itself; left out: nobody looks there. */
  readonly figures?: BoardFigures;
  /** Gets the recording's bytes in order; null: no recording. Must not throw. */
  readonly record: ((bytes: Uint8Array) => void) | null;
  /** Every message but answers to requests, and the last. */
  readonly onMessage: (message: Exclude<BoardMessage, { kind: "ended" | "answer" }>) => void;
}

export interface BoardThread {
  readonly ended: Promise<RunSummary>;
  /** More than one: each hart has its own. */
  readonly threads: number;
  readonly requests: BoardRequests;
  /** Lets the current major frame end, sets all outputs to their fail-safe values, and ends the run. */
  stop(): void;
  lateness(): LatenessReport;
}

/** Powers the module on in threads of its own, and runs it; `exchange` is what the bridge, started before, holds the other end of. */
export const startBoard = (system: System, exchange: SharedExchange, options: RunOptions): BoardThread => {
  const threads = options.oneThread === true ? 1 : system.harts;
  const figures = options.figures ?? new BoardFigures(system);
  const control = new Int32Array(new SharedArrayBuffer(4));
  const requests = new BoardRequests(threads);
  const ring = options.record === null ? null : new ByteRing(RECORDING_RING_BYTES);
  const stop = (): void => {
    Atomics.store(control, 0, 1);
    Atomics.notify(control, 0);
  };
  const job: Omit<BoardJob, "hart"> = {
    system,
    version: options.version,
    duration: options.duration,
    paced: options.paced,
    realTime: options.realTime === true,
    exchange: exchange.shared,
    control: control.buffer as SharedArrayBuffer,
    figures: figures.shared,
    anchor: new SharedArrayBuffer(16),
    requests: requests.shared,
    restored: options.restored ?? [],
    snapshot: options.snapshot ?? null,
    retained: options.retained?.shared ?? null,
    recording: ring === null ? null : { ring: ring.shared, log: new SharedArrayBuffer(RecordLog.bytes(system)) },
  };
  const drain = (): void => {
    if (ring === null) return;
    const bytes = ring.read();
    if (bytes.length > 0) options.record?.(bytes);
  };
  const timer = ring === null ? undefined : setInterval(drain, DRAIN_INTERVAL_MS);
  const workers: Worker[] = [];
  const runs = hartJobs(system, threads).map((hart) =>
    runThread({ ...job, hart }, workers, (message) => {
      if (message.kind === "answer") requests.answered(message);
      else options.onMessage(message);
    }),
  );
  const ended = Promise.all(runs)
    .then((summaries) => wholeSummary(system, summaries))
    .finally(async () => {
      // Where one thread has failed, the others wait for it.
      await Promise.all(workers.map((worker) => worker.terminate()));
      clearInterval(timer);
      drain();
      requests.ended();
    });
  return { ended, threads, requests, stop, lateness: () => figures.latenessReport() };
};

/** @returns what the thread had to say at its end. */
const runThread = (
  job: BoardJob,
  workers: Worker[],
  hear: (message: Exclude<BoardMessage, { kind: "ended" }>) => void,
): Promise<RunSummary> =>
  new Promise((resolve, reject) => {
    const transferList: TransferListItem[] = job.hart?.ports.filter((port) => port !== null) ?? [];
    const worker = new Worker(new URL(import.meta.resolve("#board-worker")), { workerData: job, transferList });
    workers.push(worker);
    let summary: RunSummary | undefined;
    worker.on("message", (message: BoardMessage) => {
      if (message.kind === "ended") summary = message.summary;
      else hear(message);
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      if (summary === undefined) reject(new Error("the board's thread ended without a summary"));
      else resolve(summary);
    });
  });

/** One a thread; null: it runs all harts. */
const hartJobs = (system: System, threads: number): readonly (HartJob | null)[] => {
  if (threads === 1) return [null];
  const memory = new SharedArrayBuffer(ModuleMemory.bytes(system));
  const ports = Array.from({ length: threads }, () => new Array<MessagePort | null>(threads).fill(null));
  for (const [one, its] of ports.entries()) {
    for (let other = one + 1; other < threads; other++) {
      const { port1, port2 } = new MessageChannel();
      its[other] = port1;
      ports[other]![one] = port2;
    }
  }
  return ports.map((its, index) => ({ index, memory, ports: its }));
};

/** @param summaries of hart 0, and of the others about their own partitions. */
const wholeSummary = ({ partitions }: System, summaries: readonly RunSummary[]): RunSummary => {
  const byName = new Map(summaries.flatMap((summary) => summary.partitions).map((one) => [one.name, one]));
  return {
    ...summaries[0]!,
    partitions: partitions
      .map(({ name }) => byName.get(name))
      .filter((one): one is PartitionSummary => one !== undefined),
  };
};
