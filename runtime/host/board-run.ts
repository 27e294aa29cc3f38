/** What the thread of a board does: the slot loop, and nothing that could make it wait but its pace. */
import { type Command, Module, NO_COMMANDS, scansSoFar, slotTimeOfScan, type TimeUse } from "../hypervisor/index.ts";
import { createHasher, formatHash, type Hasher, Recorder, RunningHashes } from "../trace/index.ts";
import type { Cycles } from "../units.ts";
import type { BoardJob, BoardMessage, BoardStart, RunSummary } from "./board-job.ts";
import { lookAt } from "./board-look.ts";
import { RequestReader } from "./board-requests.ts";
import { ByteRing } from "./byte-ring.ts";
import { hostClock } from "./clock.ts";
import { engineOf } from "./engines.ts";
import { ExchangeOutside } from "./exchange-outside.ts";
import { LatenessHistogram } from "./lateness.ts";
import { Pacer } from "./pacer.ts";
import { SharedExchange } from "./point-exchange.ts";
import { RetainedExchange } from "./retained-exchange.ts";
import type { Snapshot } from "./snapshot-file.ts";
import { WallClockSetter } from "./wall-clock-setter.ts";

class BoardRun {
  readonly #job: BoardJob;
  readonly #post: (message: BoardMessage) => void;
  readonly #control: Int32Array;
  readonly #requests: RequestReader;
  readonly #outside: ExchangeOutside;
  readonly #recorder: Recorder | null;
  readonly #module: Module;
  readonly #pacer: Pacer;
  readonly #wallClock: WallClockSetter;
  readonly #running: RunningHashes;
  readonly #hostMs: Float64Array;
  readonly #retained: RetainedExchange | null;
  /** Board cycles between two hand-overs of retained data, and when the next one is due. */
  readonly #retainPeriod: number;
  #retainAt: number;
  /** Frames and board time before this run, and how each partition had used its slots. */
  readonly #before: { readonly frames: number; readonly boardTime: Cycles; readonly timeUse: readonly TimeUse[] };

  constructor(job: BoardJob, hasher: Hasher, post: (message: BoardMessage) => void) {
    const { system } = job;
    const exchange = new SharedExchange(system, job.exchange);
    this.#job = job;
    this.#post = post;
    this.#control = new Int32Array(job.control);
    this.#running = new RunningHashes(system.partitions.length, hasher);
    this.#requests = new RequestReader(job.requests);
    this.#outside = new ExchangeOutside(system, exchange, this.#running, post, (frame) => this.#takeCommands(frame));
    this.#hostMs = new Float64Array(system.partitions.length);
    this.#retained = job.retained === null ? null : new RetainedExchange(system, job.retained);
    this.#retainPeriod = system.retain === null ? Infinity : (system.retain.periodMs * system.clock) / 1000;
    const { version, restored, snapshot } = job;
    const ring = job.recording === null ? null : new ByteRing(job.recording);
    this.#recorder =
      ring === null
        ? null
        : new Recorder({
            ...{ system, inner: this.#outside, version, hasher, restored, snapshot: snapshot?.file ?? null },
            sink: (bytes) => ring.write(bytes),
          });
    this.#module = new Module(system, this.#recorder ?? this.#outside, hasher, { engineOf, restored });
    if (snapshot !== null) this.#goOnFrom(snapshot);
    const { frame: frames, boardTime, partitions } = this.#module;
    this.#before = { frames, boardTime, timeUse: partitions.map(({ timeUse }) => timeUse) };
    this.#retainAt = boardTime + this.#retainPeriod;
    this.#pacer = new Pacer({
      clock: hostClock,
      boardClock: system.clock,
      maxLateness: system.maxLateness,
      lateness: new LatenessHistogram(job.lateness),
      control: this.#control,
      onAnchor: (cycle, timeMs) => exchange.anchor(cycle, timeMs),
    });
    this.#wallClock = new WallClockSetter(hostClock, this.#pacer, system.clock);
  }

  #goOnFrom({ state, hashes }: BoardStart): void {
    this.#module.restore(state);
    this.#running.values.set(hashes);
  }

  run(): void {
    const startedMs = hostClock.monotonicMs();
    this.#pacer.anchor(this.#module.boardTime);
    this.#post({ kind: "running" });
    while (this.#mayStartFrame()) {
      do this.#step();
      while (!this.#module.atFrameStart);
      if (this.#module.boardTime >= this.#retainAt) this.#handRetainedOver();
    }
    const summary = this.#summary(hostClock.monotonicMs() - startedMs);
    this.#module.stopAll();
    this.#handRetainedOver();
    this.#recorder?.stopped(this.#module.frame);
    this.#recorder?.end(this.#module.frame, this.#module.stateHashes());
    this.#post({ kind: "ended", summary });
  }

  /** Sets the wall clock when it is wrong, and answers all requests that were made until now. @returns the commands among them. */
  #takeCommands(frame: number): readonly Command[] {
    const correction = this.#job.paced ? this.#correctClock() : null;
    const requests = this.#requests.take();
    if (requests.length === 0) return correction === null ? NO_COMMANDS : [correction];
    for (const request of requests) {
      const look = request.kind === "look" ? lookAt(this.#module, request.wish) : null;
      const snapshot = request.kind === "snapshot" ? this.#snapshot(frame, request.partitions) : null;
      this.#post({ kind: "answer", id: request.id, frame, look, snapshot });
    }
    const commands = requests.flatMap((request) => (request.kind === "command" ? [request.command] : []));
    return correction === null ? commands : [correction, ...commands];
  }

  #correctClock(): Command | null {
    const { boardTime, wallClock } = this.#module;
    return this.#wallClock.correction(boardTime, () => wallClock.at(boardTime));
  }

  /** What was accepted from outside and not latched yet is in it. */
  #snapshot(frame: number, chosen: readonly number[] | null): Snapshot {
    for (const { partition, offered } of this.#module.partitions) this.#outside.takeInputs(partition.index, offered);
    return { frame, state: this.#module.save(chosen ?? undefined), hashes: this.#running.values.slice() };
  }

  /** Of the programs that a power cycle brings back: what has replaced one keeps its data in snapshots only. */
  #handRetainedOver(): void {
    for (const { partition, retained } of this.#module.partitions) {
      const { index, image } = partition;
      if (image === this.#job.system.partitions[index]!.image) this.#retained?.write(index, retained);
    }
    this.#retainAt = this.#module.boardTime + this.#retainPeriod;
  }

  #mayStartFrame(): boolean {
    const { boardTime, isShutDown } = this.#module;
    return (
      !isShutDown && boardTime - this.#before.boardTime < this.#job.duration && Atomics.load(this.#control, 0) === 0
    );
  }

  #step(): void {
    const module = this.#module;
    if (this.#job.paced && !this.#pacer.waitFor(module.nextBoundary)) this.#slipped(module.nextBoundary);
    this.#outside.started = -1;
    const before = hostClock.monotonicMs();
    module.step();
    const { started } = this.#outside;
    if (started >= 0) this.#hostMs[started] = this.#hostMs[started]! + hostClock.monotonicMs() - before;
  }

  #slipped(cycle: Cycles): void {
    this.#wallClock.lookAgain();
    this.#outside.inputsAreOutdated();
    this.#post({ kind: "slipped", at: { cycle, frame: this.#module.frame, partition: -1 } });
  }

  #summary(hostMs: number): RunSummary {
    const module = this.#module;
    const { frames, boardTime, timeUse: used } = this.#before;
    return {
      shutDown: module.isShutDown,
      frames: module.frame - frames,
      clock: module.system.clock,
      boardSeconds: (module.boardTime - boardTime) / module.system.clock,
      hostMs,
      partitions: module.partitions.map(({ partition, partition: { name, index }, mode, timeUse, observed }) => ({
        name,
        observed: scansSoFar(observed),
        scanTime: slotTimeOfScan(partition, module.schedule),
        mode,
        faulted: this.#outside.faulted.has(index),
        hash: formatHash(this.#running.values[index]!),
        stateHash: formatHash(module.stateHash(index)),
        busyCycles: timeUse.given - timeUse.idle - (used[index]!.given - used[index]!.idle),
        slotCycles: timeUse.given - used[index]!.given,
        hostMs: this.#hostMs[index]!,
      })),
    };
  }
}

/** Powers the module on and returns when it has ended. */
export const runBoard = async (job: BoardJob, post: (message: BoardMessage) => void): Promise<void> =>
  new BoardRun(job, await createHasher(), post).run();
