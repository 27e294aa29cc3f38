/** What the thread of a board does: the slot loop, and nothing that could make it wait but its pace. */
import {
  type Command,
  Module,
  NO_COMMANDS,
  type Outside,
  scansSoFar,
  slotTimeOfScan,
  type TimeUse,
} from "../hypervisor/index.ts";
import {
  createHasher,
  formatHash,
  type Hasher,
  LatchRecorder,
  Recorder,
  RecordLog,
  RunningHashes,
} from "../trace/index.ts";
import type { Cycles } from "../units.ts";
import { BoardFigures } from "./board-figures.ts";
import type { BoardJob, BoardMessage, BoardStart, RecordingJob, RunSummary } from "./board-job.ts";
import { lookAt } from "./board-look.ts";
import { type Request, RequestReader } from "./board-requests.ts";
import { ByteRing } from "./byte-ring.ts";
import { hostClock } from "./clock.ts";
import { engineOf } from "./engines.ts";
import { ExchangeOutside } from "./exchange-outside.ts";
import { HartLink } from "./hart-link.ts";
import { Pacer } from "./pacer.ts";
import { SharedExchange } from "./point-exchange.ts";
import { RetainedExchange } from "./retained-exchange.ts";
import { RetainedHandover } from "./retained-handover.ts";
import type { Snapshot } from "./snapshot.ts";
import { WallClockSetter } from "./wall-clock-setter.ts";

class BoardRun {
  readonly #job: BoardJob;
  readonly #post: (message: BoardMessage) => void;
  readonly #control: Int32Array;
  readonly #requests: RequestReader;
  readonly #link: HartLink;
  readonly #outside: ExchangeOutside;
  /** null: nothing is recorded, or another hart writes the recording. */
  readonly #recorder: Recorder | null;
  readonly #module: Module;
  readonly #pacer: Pacer;
  readonly #wallClock: WallClockSetter;
  readonly #running: RunningHashes;
  readonly #figures: BoardFigures;
  readonly #hostMs: Float64Array;
  readonly #retained: RetainedHandover | null;
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
    this.#link = new HartLink(job.hart, system, job.paced || job.recording !== null);
    this.#figures = new BoardFigures(system, job.figures);
    this.#outside = new ExchangeOutside(system, exchange, this.#figures, post, {
      commands: (frame) => this.#takeCommands(frame),
      frameEnded: (frame, hashes) => this.#frameEnded(frame, hashes),
    });
    this.#hostMs = new Float64Array(system.partitions.length);
    this.#retained =
      job.retained === null ? null : new RetainedHandover(system, new RetainedExchange(system, job.retained));
    this.#retainPeriod = system.retain === null ? Infinity : (system.retain.periodMs * system.clock) / 1000;
    const { restored, snapshot } = job;
    const record = job.recording === null ? null : recorderFor(job, job.recording, this.#outside, hasher);
    this.#recorder = record instanceof Recorder ? record : null;
    this.#module = new Module(system, record ?? this.#outside, hasher, {
      ...{ engineOf, restored },
      ...(this.#link.hart === null ? {} : { hart: this.#link.hart }),
    });
    if (snapshot !== null) this.#goOnFrom(snapshot);
    const { frame: frames, boardTime, partitions } = this.#module;
    this.#before = { frames, boardTime, timeUse: partitions.map(({ timeUse }) => timeUse) };
    this.#retainAt = boardTime + this.#retainPeriod;
    this.#pacer = new Pacer({
      clock: hostClock,
      boardClock: system.clock,
      maxLateness: system.maxLateness,
      lateness: this.#figures.lateness[job.hart?.index ?? 0]!,
      control: this.#control,
      anchor: new Float64Array(job.anchor),
      onAnchor: (cycle, timeMs) => exchange.anchor(cycle, timeMs),
    });
    this.#wallClock = new WallClockSetter(hostClock, this.#pacer, system.clock, (cycle, timeMs) =>
      exchange.anchor(cycle, timeMs),
    );
  }

  #goOnFrom({ state, hashes }: BoardStart): void {
    this.#module.restore(state);
    this.#running.values.set(hashes);
  }

  run(): void {
    const startedMs = hostClock.monotonicMs();
    this.#link.begin(() => {
      this.#pacer.anchor(this.#module.boardTime);
      this.#endWhenAsked();
      this.#post({ kind: "running" });
    });
    const { partitions } = this.#module;
    this.#tellFigures(partitions);
    while (this.#mayStartFrame()) {
      this.#module.beginFrame();
      do this.#step();
      while (!this.#module.atFrameStart);
      this.#tellFigures(partitions);
      if (this.#module.boardTime >= this.#retainAt) this.#handRetainedOver();
    }
    const summary = this.#summary(hostClock.monotonicMs() - startedMs);
    this.#module.stopAll();
    this.#handRetainedOver();
    const stateHashes = this.#module.stateHashes();
    this.#link.finish();
    this.#recorder?.stopped(this.#module.frame);
    this.#recorder?.end(this.#module.frame, stateHashes);
    this.#post({ kind: "ended", summary });
  }

  #tellFigures(partitions: Module["partitions"]): void {
    this.#figures.tellOf(partitions);
    if (this.#link.leads) this.#figures.tellTime(this.#module.frame, this.#module.boardTime);
  }

  /** What cannot be foreseen hart 0 decides for all, while it ends a frame behind which they are in step. */
  #mayStartFrame(): boolean {
    this.#module.awaitTurn();
    if (this.#module.boardTime - this.#before.boardTime >= this.#job.duration) return false;
    return !(this.#module.inStep && this.#link.isOver);
  }

  #frameEnded(frame: number, hashes: BigUint64Array): void {
    this.#running.frameEnded(hashes);
    if (this.#link.leads && this.#module.areInStep(frame + 1)) this.#endWhenAsked();
  }

  #endWhenAsked(): void {
    if (this.#module.shutDown !== null || Atomics.load(this.#control, 0) !== 0) this.#link.end();
  }

  /** Answers all requests that were made until now. @returns the commands among them. */
  #takeCommands(frame: number): readonly Command[] {
    if (this.#link.leads) return this.#takeRequests(frame);
    const { commands, requests } = this.#link.takePassedOn();
    for (const request of requests) this.#answer(request, frame);
    return commands;
  }

  /** Sets the wall clock, too, when it is wrong; and has the threads of other harts know. */
  #takeRequests(frame: number): readonly Command[] {
    const correction = this.#job.paced ? this.#correctClock() : null;
    const requests = this.#requests.take();
    if (requests.length === 0 && correction === null) return NO_COMMANDS;
    const ordered = requests.flatMap((request) => (request.kind === "command" ? [request.command] : []));
    const commands = correction === null ? ordered : [correction, ...ordered];
    this.#link.passOn({ commands, requests: requests.filter(({ kind }) => kind !== "command") });
    for (const request of requests) this.#answer(request, frame);
    return commands;
  }

  #answer(request: Request, frame: number): void {
    const look = request.kind === "look" ? lookAt(this.#module, request.wish) : null;
    const snapshot = request.kind === "snapshot" ? this.#snapshot(frame, request.partitions) : null;
    // A recording can be cut where a snapshot was taken.
    if (snapshot !== null) this.#recorder?.flush();
    this.#post({ kind: "answer", id: request.id, frame, look, snapshot });
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

  #handRetainedOver(): void {
    this.#retained?.handOver(this.#module.partitions);
    this.#retainAt = this.#module.boardTime + this.#retainPeriod;
  }

  #step(): void {
    const module = this.#module;
    module.awaitTurn();
    if (this.#job.paced && !this.#pacer.waitFor(module.nextBoundary)) this.#slipped(module.nextBoundary);
    if (this.#link.takeSlips()) this.#fellBehind();
    const slot = module.startingSlot;
    if (slot === null) {
      module.step();
      return;
    }
    const before = hostClock.monotonicMs();
    module.step();
    this.#hostMs[slot.partition]! += hostClock.monotonicMs() - before;
  }

  /** Whichever hart it was. */
  #fellBehind(): void {
    this.#wallClock.lookAgain();
    this.#outside.inputsAreOutdated();
  }

  #slipped(cycle: Cycles): void {
    this.#link.slipped();
    this.#post({ kind: "slipped", at: { cycle, frame: this.#module.frame, partition: -1 } });
  }

  #summary(hostMs: number): RunSummary {
    const module = this.#module;
    const { frames, boardTime, timeUse: used } = this.#before;
    return {
      shutDown: module.shutDown,
      frames: module.frame - frames,
      clock: module.system.clock,
      boardSeconds: (module.boardTime - boardTime) / module.system.clock,
      hostMs,
      partitions: module.partitions.map(({ partition, partition: { name, index }, mode, timeUse, observed }, own) => ({
        name,
        observed: scansSoFar(observed),
        scanTime: slotTimeOfScan(partition, module.schedule),
        mode,
        faulted: this.#outside.faulted.has(index),
        hash: formatHash(this.#running.values[index]!),
        stateHash: formatHash(module.stateHash(index)),
        busyCycles: timeUse.given - timeUse.idle - (used[own]!.given - used[own]!.idle),
        slotCycles: timeUse.given - used[own]!.given,
        hostMs: this.#hostMs[index]!,
      })),
    };
  }
}

/** Hart 0 writes the file. */
const recorderFor = (
  { system, version, restored, snapshot, hart }: BoardJob,
  { ring, log: shared }: RecordingJob,
  inner: Outside,
  hasher: Hasher,
): LatchRecorder => {
  const log = new RecordLog(system, shared);
  if (hart !== null && hart.index !== 0) return new LatchRecorder(system, inner, log);
  const file = new ByteRing(ring);
  return new Recorder({
    ...{ system, inner, version, hasher, restored, log, snapshot: snapshot?.file ?? null },
    sink: (bytes) => file.write(bytes),
  });
};

/** Powers the module on and returns when it has ended. */
export const runBoard = async (job: BoardJob, post: (message: BoardMessage) => void): Promise<void> =>
  new BoardRun(job, await createHasher(), post).run();
