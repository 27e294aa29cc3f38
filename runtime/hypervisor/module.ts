/**
 * A module at run time: its partitions, executed exactly as the schedule says, one boundary after the other. It reads no
 * clock and waits for nothing: whoever drives it decides when the next boundary may happen, and only that (law 5).
 */
import { type GuestImage, parseImage } from "../board/index.ts";
import { type EngineFactory, interpret } from "../hart/index.ts";
import { StateReader, StateWriter } from "../state.ts";
import type { Partition, Schedule, System } from "../system.ts";
import { EventLog, type EventSink, type Hasher } from "../trace/index.ts";
import { type Cycles, cycles } from "../units.ts";
import { Channels } from "./channels.ts";
import type { Command } from "./commands.ts";
import { Control, type ModuleCommand } from "./control.ts";
import { Forces } from "./forces.ts";
import { HealthMonitor } from "./health-monitor.ts";
import type { HealthRecord } from "./health-record.ts";
import { Inputs } from "./inputs.ts";
import { Outputs } from "./outputs.ts";
import type { Outside } from "./outside.ts";
import { type PartitionParts, type PartitionState, type PartitionView, RunningPartition } from "./partition.ts";
import { Ports } from "./ports.ts";
import { type Program, programOf, retainedFor } from "./program.ts";
import { Timeline } from "./schedule.ts";
import { WallClock } from "./wall-clock.ts";

export interface ModuleOptions {
  /** Gets every event of every partition. */
  readonly events?: EventSink;
  /** How much of the remaining cycles of a slot to run at once, 1 … remaining; without it all. No guest can tell. */
  readonly slice?: (remaining: Cycles) => Cycles;
  /** What executes a partition's guest; without it the interpreter. No guest can tell. */
  readonly engineOf?: (partition: Partition) => EngineFactory;
  /** By partition, its retained data as an earlier run left them, or null; without it every partition starts cold. */
  readonly restored?: readonly (Uint8Array | null)[];
}

/** A module, or some partitions of it, between two major frames: who restores it goes on as if nothing had been in between. */
export interface ModuleState {
  readonly boardTime: Cycles;
  /** Time, channels and each partition's place in them, as the classes wrote them; null: only partitions are held. */
  readonly bytes: Uint8Array | null;
  /** By partition; null: it is not held. */
  readonly partitions: readonly (HeldPartition | null)[];
}

/** A program in a state; null: the program is that of the System. */
export interface ProgramState {
  readonly program: Program | null;
  readonly state: PartitionState;
}

export interface HeldPartition extends ProgramState {
  /** What a rollback returns to; null: nothing was replaced. */
  readonly former: ProgramState | null;
}

export class Module {
  readonly system: System;
  readonly partitions: readonly PartitionView[];
  /** What guests read of it changes between frames only. */
  readonly wallClock: WallClock;
  readonly #running: RunningPartition[];
  /** What each was made of at power-on. */
  readonly #parts: readonly PartitionParts[];
  /** By partition, what a rollback returns to. */
  readonly #former: (ProgramState | null)[];
  readonly #logs: readonly EventLog[];
  readonly #channels: Channels;
  readonly #timeline: Timeline;
  readonly #outside: Outside;
  readonly #hasher: Hasher;
  readonly #hashes: BigUint64Array;
  readonly #monitor: HealthMonitor;
  readonly #control: Control;
  #boardTime = cycles(0);
  #isShutDown = false;

  /** Powers every board on; nothing runs before the first `step`. Calls `outside` from within `step` and `stopAll` only. */
  constructor(system: System, outside: Outside, hasher: Hasher, options: ModuleOptions = {}) {
    const {
      events = null,
      slice = (remaining: Cycles) => remaining,
      engineOf = () => interpret,
      restored = [],
    } = options;
    const { partitions } = system;
    this.system = system;
    this.#outside = outside;
    this.#hasher = hasher;
    this.#timeline = new Timeline(system.schedules);
    this.#hashes = new BigUint64Array(partitions.length);
    this.#logs = partitions.map(({ index }) => new EventLog(index, hasher, events));
    const forces = partitions.map((partition) => new Forces(partition));
    const outputs = partitions.map((partition, index) => new Outputs(partition, forces[index]!));
    this.#channels = new Channels(system);
    this.wallClock = new WallClock(system.clock);
    this.#monitor = new HealthMonitor(system, this.#channels.healthSources);
    this.#control = new Control(partitions.length);
    const images = new Map<Uint8Array, GuestImage>();
    this.#parts = partitions.map((partition, index) => ({
      partition,
      system,
      image: imageOf(partition, images),
      engine: engineOf(partition),
      inputs: new Inputs(partition, system, outputs, forces[index]!),
      outputs: outputs[index]!,
      forces: forces[index]!,
      ports: new Ports(index, partition.ports, this.#channels),
      log: this.#logs[index]!,
      outside,
      wallClock: this.wallClock,
      monitor: this.#monitor,
      control: this.#control,
      requestSchedule: (schedule: number) => this.requestSchedule(schedule),
      restored: restored[index] ?? null,
      slice,
    }));
    this.#running = this.#parts.map((parts) => new RunningPartition(parts));
    this.#former = partitions.map(() => null);
    this.partitions = this.#running;
  }

  /** The number of the current major frame, from 0: also the number of frames that are over. */
  get frame(): number {
    return this.#timeline.frame;
  }

  /** The current frame's. */
  get schedule(): Schedule {
    return this.#timeline.schedule;
  }

  /** The health monitor or a system partition has ended the run: every partition is IDLE. */
  get isShutDown(): boolean {
    return this.#isShutDown;
  }

  /** The latest records of the health monitor, oldest first. */
  get healthRecords(): readonly HealthRecord[] {
    return this.#monitor.records;
  }

  /** Board time of the latest boundary. */
  get boardTime(): Cycles {
    return this.#boardTime;
  }

  /** Board time of the boundary that the next `step` processes; never less than `boardTime`. */
  get nextBoundary(): Cycles {
    return this.#timeline.nextAt;
  }

  /** No boundary of the current frame has been processed. */
  get atFrameStart(): boolean {
    return this.#timeline.atFrameStart;
  }

  /** Processes the next boundary; at the start of a slot that is the slot's whole run. A frame's first takes the commands before. */
  step(): void {
    if (this.atFrameStart) this.#takeCommands();
    const { next, nextAt, frame } = this.#timeline;
    this.#boardTime = nextAt;
    if (next.kind === "slotStart") this.#running[next.slot.partition]!.startSlot(frame, next.slot, nextAt);
    else if (next.kind === "slotEnd") this.#running[next.slot.partition]!.endSlot(nextAt);
    else this.#endFrame(frame);
    this.#timeline.advance();
  }

  /** Runs to the end of the current major frame. */
  runFrame(): void {
    const { frame } = this.#timeline;
    while (this.#timeline.frame === frame) this.step();
  }

  /**
   * When the current major frame ends, the module goes on in the schedule of that index; of several requests in a frame the last
   * one counts.
   */
  requestSchedule(schedule: number): void {
    const following = this.system.schedules[schedule];
    if (following === undefined) throw new RangeError(`the module has no schedule ${schedule}`);
    this.#timeline.following = following;
  }

  /**
   * Stops every guest for good: modes IDLE, outputs at their fail-safe values, and published.
   * @throws in the midst of a frame: recordings know only stops between two frames.
   */
  stopAll(): void {
    if (!this.atFrameStart) throw new Error("a module is stopped between two major frames");
    for (const partition of this.#running) partition.stop(this.frame, this.#boardTime);
  }

  /** XXH64 over registers, CSRs, then RAM in address order. */
  stateHash(partition: number): bigint {
    const stream = this.#hasher.stream();
    this.#running[partition]!.visitState((bytes) => stream.add(bytes));
    return stream.digest();
  }

  /** `stateHash` of every partition. */
  stateHashes(): BigUint64Array {
    return BigUint64Array.from(this.#running, (_, partition) => this.stateHash(partition));
  }

  #takeCommands(): void {
    for (const command of this.#outside.commands(this.frame)) this.#obey(command);
  }

  #obey(command: Command): void {
    if (command.kind === "switchSchedule") {
      this.requestSchedule(command.schedule);
      return;
    }
    if (command.kind === "setClock") {
      this.wallClock.set(command.time, this.#boardTime);
      return;
    }
    if (command.kind === "powerFail") {
      this.#powerFails();
      return;
    }
    const partition = this.#running[command.partition]!;
    const { frame, boardTime } = this;
    switch (command.kind) {
      case "restart":
        partition.restart(command.start, "PARTITION_RESTART", frame, boardTime);
        break;
      case "force":
        partition.force(command.target, command.bytes);
        break;
      case "release":
        partition.release(command.target);
        break;
      case "clone":
        this.#clone(command.partition, command.to);
        break;
      case "replaceImage":
        this.#replace(command.partition, { ...command.program, image: command.bytes });
        break;
      case "rollback":
        this.#rollBack(command.partition);
        break;
      case "uart":
        partition.type(command.bytes);
        break;
      default:
        partition[command.kind](frame, boardTime);
    }
  }

  #clone(from: number, to: readonly number[]): void {
    const { state } = this.#hold(from);
    const source = new Uint8Array(Uint32Array.of(from).buffer);
    for (const index of to) {
      const clone = this.#running[index]!;
      clone.emptyQueues();
      clone.restore(state, cycles(0));
      clone.became("cloned", source, this.frame, this.#boardTime);
    }
  }

  #replace(index: number, program: Program): void {
    const { program: former, state } = this.#hold(index);
    const { partition, retained } = this.#running[index]!;
    this.#former[index] = { program: former, state };
    this.#load(index, program, retainedFor(program, partition, retained));
    this.#becameReplaced(index);
  }

  /** The inputs that were accepted meanwhile stay. */
  #rollBack(index: number): void {
    const former = this.#former[index]!;
    if (former === null) return;
    const { offered } = this.#parts[index]!.inputs;
    const accepted = offered.copy();
    this.#load(index, former.program).restore(former.state, cycles(0));
    offered.copyFrom(accepted);
    this.#former[index] = null;
    this.#becameReplaced(index);
  }

  #becameReplaced(index: number): void {
    const running = this.#running[index]!;
    const hash = this.#hasher.hash(running.partition.image);
    running.became("replaced", new Uint8Array(BigUint64Array.of(hash).buffer), this.frame, this.#boardTime);
  }

  /**
   * @param chosen indices of partitions; left out: the whole module.
   * @throws in the midst of a frame: there is no state that could be restored then.
   */
  save(chosen?: readonly number[]): ModuleState {
    if (!this.atFrameStart) throw new Error("a module is saved between two major frames");
    return {
      boardTime: this.#boardTime,
      bytes: chosen === undefined ? this.#saveModule() : null,
      partitions: this.#running.map((_, index) => (chosen?.includes(index) === false ? null : this.#hold(index))),
    };
  }

  /**
   * Goes on from `state`. A whole module must be of the same System; partitions alone, of a System that has them as they were: the
   * others stay as they are, theirs see their time run on from where it was, and empty queues. Slices and engines may be others.
   * @throws StateMismatch when the state has another layout; in the midst of a frame.
   */
  restore(state: ModuleState): void {
    if (!this.atFrameStart) throw new Error("a module is restored between two major frames");
    for (const [index, held] of state.partitions.entries()) if (held !== null) this.#load(index, held.program);
    if (state.bytes !== null) this.#restoreModule(state.bytes, state.boardTime);
    const timeJump = cycles(this.#boardTime - state.boardTime);
    for (const [index, held] of state.partitions.entries()) {
      if (held === null) continue;
      if (state.bytes === null) this.#running[index]!.emptyQueues();
      this.#running[index]!.restore(held.state, timeJump);
      this.#former[index] = held.former;
    }
  }

  /** There is a former program to roll back to. */
  canRollBack(partition: number): boolean {
    return this.#former[partition] !== null;
  }

  #hold(index: number): HeldPartition {
    return { program: this.#programOf(index), state: this.#running[index]!.save(), former: this.#former[index]! };
  }

  /** null: that of the System. */
  #programOf(index: number): Program | null {
    const { partition } = this.#running[index]!;
    return partition.image === this.system.partitions[index]!.image ? null : programOf(partition);
  }

  /** Has the partition run this program, from its start when it ran another one before. */
  #load(index: number, program: Program | null, restored: Uint8Array | null = null): RunningPartition {
    const before = this.#running[index]!;
    const partition = { ...this.system.partitions[index]!, ...program };
    if (before.partition.image === partition.image) return before;
    const parts = { ...this.#parts[index]!, partition, image: imageOf(partition), restored };
    parts.inputs.relocate(partition);
    parts.outputs.relocate(partition);
    const running = new RunningPartition(parts);
    running.takeOver(before);
    this.#running[index] = running;
    return running;
  }

  #saveModule(): Uint8Array {
    const writer = new StateWriter();
    writer.section("module", 2);
    this.#timeline.save(writer);
    this.wallClock.save(writer);
    this.#channels.save(writer);
    this.#monitor.save(writer);
    writer.flag(this.#isShutDown);
    for (const partition of this.#running) partition.savePlace(writer);
    return writer.finish();
  }

  #restoreModule(bytes: Uint8Array, boardTime: Cycles): void {
    const reader = new StateReader(bytes);
    reader.section("module", 2);
    this.#boardTime = boardTime;
    this.#timeline.restore(reader);
    this.wallClock.restore(reader);
    this.#channels.restore(reader);
    this.#monitor.restore(reader);
    this.#isShutDown = reader.flag();
    for (const partition of this.#running) partition.restorePlace(reader);
    reader.end();
  }

  #endFrame(frame: number): void {
    for (const partition of this.#running) partition.endFrame(frame, this.#boardTime);
    const command = this.#control.takeModule();
    if (command !== null) this.#obeyAsWhole(command, frame);
    const { schedule, following } = this.#timeline;
    if (following !== schedule) this.#switchSchedule(frame, following);
    for (let partition = 0; partition < this.#logs.length; partition++) {
      this.#hashes[partition] = this.#logs[partition]!.endFrame();
    }
    this.#outside.frameEnded(frame, this.#hashes);
  }

  #powerFails(): void {
    const { action, schedule } = this.#monitor.moduleReaction("POWER_FAIL", this.frame);
    if (action === "IGNORE") return;
    for (const partition of this.#running) partition.powerFailed(this.frame, this.#boardTime);
    if (schedule !== null && action === "SWITCH_SCHEDULE") this.requestSchedule(schedule);
    else if (action === "SHUTDOWN") this.#control.requestModule(action);
  }

  #obeyAsWhole(command: ModuleCommand, frame: number): void {
    if (command === "SHUTDOWN") {
      this.#isShutDown = true;
      for (const partition of this.#running) partition.stop(frame, this.#boardTime);
      return;
    }
    // What a power cycle keeps: retained data, where the module has a place for them.
    const start = this.system.retain === null ? "COLD_START" : "WARM_START";
    for (const partition of this.#running) partition.restart(start, "POWER_ON", frame, this.#boardTime);
    for (const partition of this.#running) partition.emptyQueues();
    this.requestSchedule(0);
    this.#monitor.moduleReset(frame + 1);
  }

  #switchSchedule(frame: number, to: Schedule): void {
    for (const partition of this.#running) partition.switchSchedule(frame, this.#boardTime, to);
    this.#outside.scheduleSwitched(frame, this.#boardTime, to);
  }
}

/** A System's images were checked when it was made. @param parsed images that are parsed already, by their bytes. */
const imageOf = ({ name, image }: Partition, parsed = new Map<Uint8Array, GuestImage>()): GuestImage => {
  const known = parsed.get(image) ?? parseImage(image);
  if ("problem" in known) throw new Error(`the image of partition ${name} cannot be loaded: ${known.problem}`);
  parsed.set(image, known);
  return known;
};
