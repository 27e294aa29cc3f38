/**
 * A module at run time: its partitions, executed exactly as the schedule says, one boundary after the other. It reads no
 * clock and waits for nothing: whoever drives it decides when the next boundary may happen, and only that (law 5).
 */
import type { GuestImage } from "../board/index.ts";
import { interpret } from "../hart/index.ts";
import { StateReader, StateWriter } from "../state.ts";
import { hartOf, type Schedule, type Slot, type System } from "../system.ts";
import { EventLog, type Hasher } from "../trace/index.ts";
import { type Cycles, cycles } from "../units.ts";
import type { Command } from "./commands.ts";
import { type ModuleCommand, SHUTDOWNS, type Shutdown } from "./control.ts";
import { Forces } from "./forces.ts";
import { freePartitions } from "./free-partitions.ts";
import { HealthMonitor } from "./health-monitor.ts";
import type { HealthRecord } from "./health-record.ts";
import { Inputs } from "./inputs.ts";
import { MODULE_WORD, ModuleMemory } from "./module-memory.ts";
import type { HartMail, ModuleOptions, ModuleState } from "./module-options.ts";
import { Outputs } from "./outputs.ts";
import type { Outside } from "./outside.ts";
import { type PartitionParts, RunningPartition } from "./partition.ts";
import { imageOf, PartitionStates } from "./partition-states.ts";
import type { PartitionView } from "./partition-view.ts";
import { Ports } from "./ports.ts";
import { Timeline } from "./schedule.ts";
import { Turns } from "./turns.ts";
import { WallClock } from "./wall-clock.ts";

/** What the outside asks for may wait so long where harts run without each other. */
const FRAMES_ALONE = 32;

export class Module {
  readonly system: System;
  /** What guests read of it changes between frames only. */
  readonly wallClock: WallClock;
  /** By partition; what belongs to other harts is left out. */
  readonly #running: RunningPartition[] = [];
  readonly #states: PartitionStates;
  /** By partition. */
  readonly #hartOf: readonly number[];
  /** Indices of its partitions, in the order of their harts. */
  readonly #own: readonly number[];
  /** null: this module has all harts. */
  readonly #mail: HartMail | null;
  readonly #timeline: Timeline;
  readonly #turns: Turns;
  readonly #outside: Outside;
  readonly #hasher: Hasher;
  readonly #monitor: HealthMonitor;
  readonly #memory: ModuleMemory;
  /** It tells the outside of what concerns the whole module. */
  readonly #leads: boolean;
  /** Every so many frames the harts wait for each other. */
  readonly #framesAlone: number;
  /** The frame behind one with commands: something of them may be left to do for all when it ends. */
  #inStepAgain = 0;
  #atFrameStart = true;
  #boardTime = cycles(0);
  #shutDown: Shutdown | null = null;

  /** Powers every board on; nothing runs before the first `step`. Calls `outside` from within `step` and `stopAll` only. */
  constructor(system: System, outside: Outside, hasher: Hasher, options: ModuleOptions = {}) {
    const { partitions, schedules, harts } = system;
    const {
      events = null,
      slice = (remaining: Cycles) => remaining,
      engineOf = () => interpret,
      restored = [],
      hart = null,
    } = options;
    this.system = system;
    this.#outside = outside;
    this.#hasher = hasher;
    this.#memory = hart?.memory ?? new ModuleMemory(system);
    this.#timeline = new Timeline(
      schedules,
      this.#memory.words.subarray(MODULE_WORD.following, MODULE_WORD.following + 1),
    );
    const free = hart === null || hart.inOrder ? [] : freePartitions(system);
    this.#turns =
      hart === null ? new Turns(0, 1, null) : new Turns(hart.index, harts, this.#memory.words, free, hart.looks);
    this.#framesAlone = free.length > 0 && !free.includes(false) ? FRAMES_ALONE : 1;
    this.#leads = hart === null || hart.index === 0;
    const forces = partitions.map((partition) => new Forces(partition));
    this.wallClock = new WallClock(system.clock);
    this.#monitor = new HealthMonitor(system, this.#memory.channels.healthSources, this.#memory.untold);
    const outputs = partitions.map((partition, index) => new Outputs(partition, this.#memory, forces[index]!));
    this.#hartOf = partitions.map(({ index }) => hartOf(system, index));
    this.#own = partitions
      .map(({ index }) => index)
      .filter((index) => hart === null || this.#hartOf[index] === hart.index)
      .sort((a, b) => this.#hartOf[a]! - this.#hartOf[b]! || a - b);
    this.#mail = hart?.mail ?? null;
    const parts: PartitionParts[] = [];
    const images = new Map<Uint8Array, GuestImage>();
    for (const index of this.#own) {
      const partition = partitions[index]!;
      parts[index] = {
        partition,
        system,
        image: imageOf(partition, images),
        engine: engineOf(partition),
        inputs: new Inputs(partition, system, outputs, forces[index]!),
        outputs: outputs[index]!,
        forces: forces[index]!,
        ports: new Ports(index, partition.ports, this.#memory.channels),
        log: new EventLog(index, hasher, events),
        outside,
        wallClock: this.wallClock,
        monitor: this.#monitor,
        control: this.#memory.control,
        requestSchedule: (schedule: number) => this.requestSchedule(schedule),
        restored: restored[index] ?? null,
        slice,
      };
      outputs[index]!.powerOn();
      this.#running[index] = new RunningPartition(parts[index]);
    }
    this.#states = new PartitionStates(system, this.#running, parts);
  }

  /** All, in the order of the System; of one hart of several its own. */
  get partitions(): readonly PartitionView[] {
    return this.#own.length === this.system.partitions.length
      ? this.#running
      : this.#own.map((at) => this.#running[at]!);
  }

  /** The number of the current major frame, from 0: also the number of frames that are over. */
  get frame(): number {
    return this.#timeline.frame;
  }

  /** The current frame's. */
  get schedule(): Schedule {
    return this.#timeline.schedule;
  }

  /** The health monitor or a system partition has ended the run: every partition is IDLE; null: it goes on. */
  get shutDown(): Shutdown | null {
    return this.#shutDown;
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

  /** The slot that starts there: all of it is run then. null: something else happens there. The frame has begun. */
  get startingSlot(): Slot | null {
    const { next } = this.#timeline;
    return next.kind === "slotStart" ? next.slot : null;
  }

  /** The current frame has not begun. */
  get atFrameStart(): boolean {
    return this.#atFrameStart;
  }

  /** All harts come to the start of the current frame together: where they share nothing, they need not do so each time. */
  get inStep(): boolean {
    return this.areInStep(this.frame);
  }

  /** The same of this frame or the next. */
  areInStep(frame: number): boolean {
    return frame % this.#framesAlone === 0 || frame === this.#inStepAgain;
  }

  /** Takes the commands for the frame, when it has not begun. */
  beginFrame(): void {
    if (!this.#atFrameStart) return;
    if (this.inStep) {
      this.#turns.awaitFrameStart();
      const commands = this.#outside.commands(this.frame);
      for (const command of commands) this.#obey(command);
      if (commands.length > 0) this.#inStepAgain = this.frame + 1;
      this.#turns.frameStarted();
    }
    this.#atFrameStart = false;
    this.#passOthersBy();
  }

  /** Waits until all boundaries before the next one are done, by whichever hart; where no frame has begun, those of the last. */
  awaitTurn(): void {
    const { next, frame } = this.#timeline;
    if (this.#atFrameStart && this.inStep) this.#turns.awaitFrame();
    else if (this.#atFrameStart) return;
    else if (next.kind === "frameEnd" && this.areInStep(frame + 1)) this.#turns.awaitFrameEnd();
    else if (next.kind !== "frameEnd") this.#turns.awaitSlotBoundary(next.slot.partition);
  }

  /** Processes the next boundary; at the start of a slot that is the slot's whole run. A frame that has not begun begins before. */
  step(): void {
    this.beginFrame();
    this.awaitTurn();
    const { next, nextAt, frame } = this.#timeline;
    this.#boardTime = nextAt;
    if (next.kind === "frameEnd") {
      this.#endFrame(frame);
      return;
    }
    const partition = this.#running[next.slot.partition]!;
    if (next.kind === "slotStart") {
      partition.startSlot(frame, next.slot, nextAt);
      this.#turns.slotBoundaryDone(next.slot.partition);
      partition.runSlot();
    } else {
      partition.endSlot(nextAt);
      this.#turns.slotBoundaryDone(next.slot.partition);
    }
    this.#timeline.advance();
    this.#passOthersBy();
  }

  /** Up to the next boundary that is this module's to process. */
  #passOthersBy(): void {
    for (;;) {
      const { next } = this.#timeline;
      if (next.kind === "frameEnd" || this.#turns.has(next.slot.hart)) return;
      this.#turns.passBy(next.slot.partition);
      this.#timeline.advance();
    }
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
    for (const partition of this.#own) this.#running[partition]!.stop(this.frame, this.#boardTime);
  }

  /** XXH64 over registers, CSRs, then RAM in address order. */
  stateHash(partition: number): bigint {
    const stream = this.#hasher.stream();
    this.#running[partition]!.visitState((bytes) => stream.add(bytes));
    return stream.digest();
  }

  /** `stateHash` of each of its partitions; those of others are as their harts left them. */
  stateHashes(): BigUint64Array {
    const { stateHashes } = this.#memory;
    for (const partition of this.#own) stateHashes[partition] = this.stateHash(partition);
    return stateHashes;
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
    if (command.kind === "clone") {
      this.#clone(command.partition, command.to);
      return;
    }
    const partition = this.#running[command.partition];
    if (partition === undefined) return;
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
      case "replaceImage":
        this.#becameReplaced(this.#states.replace(command.partition, { ...command.program, image: command.bytes }));
        break;
      case "rollback":
        this.#becameReplaced(this.#states.rollBack(command.partition));
        break;
      case "stall":
        partition.hartFaults.stall(command.duration);
        break;
      case "upset":
        partition.hartFaults.expect(cycles(partition.timeUse.given + command.after), command.upset);
        break;
      case "uart":
        partition.type(command.bytes);
        break;
      default:
        partition[command.kind](frame, boardTime);
    }
  }

  /** Where the harts have threads of their own, all take part: the others go on when the original's has sent its state. */
  #clone(from: number, to: readonly number[]): void {
    const original = this.#running[from] === undefined ? null : this.#states.hold(from).state;
    const hart = this.#hartOf[from]!;
    const others = new Set(to.map((index) => this.#hartOf[index]!).filter((other) => other !== hart));
    if (original !== null) for (const other of others) this.#mail?.send(other, original);
    if (others.size > 0) this.#turns.anotherRound();
    const clones = to.filter((index) => this.#running[index] !== undefined);
    if (clones.length === 0) return;
    const state = original ?? this.#mail!.receive(hart);
    const source = new Uint8Array(Uint32Array.of(from).buffer);
    for (const index of clones) {
      this.#states.clone(state, index).became("cloned", source, this.frame, this.#boardTime);
    }
  }

  #becameReplaced(running: RunningPartition | null): void {
    if (running === null) return;
    const hash = this.#hasher.hash(running.partition.image);
    running.became("replaced", new Uint8Array(BigUint64Array.of(hash).buffer), this.frame, this.#boardTime);
  }

  /**
   * Of one hart of several its partitions only, and of the module itself what the hart that leads has: `wholeState` joins them.
   * @param chosen indices of partitions; left out: the whole module.
   * @throws in the midst of a frame: there is no state that could be restored then.
   */
  save(chosen?: readonly number[]): ModuleState {
    if (!this.atFrameStart) throw new Error("a module is saved between two major frames");
    return {
      boardTime: this.#boardTime,
      bytes: chosen === undefined && this.#leads ? this.#saveModule() : null,
      partitions: this.system.partitions.map(({ index }) =>
        this.#running[index] === undefined || chosen?.includes(index) === false ? null : this.#states.hold(index),
      ),
    };
  }

  /**
   * Goes on from `state`. A whole module must be of the same System; partitions alone, of a System that has them as they were: the
   * others stay as they are, theirs see their time run on from where it was, and empty queues. Slices and engines may be others.
   * @throws StateMismatch when the state has another layout; in the midst of a frame.
   */
  restore(state: ModuleState): void {
    if (!this.atFrameStart) throw new Error("a module is restored between two major frames");
    if (state.bytes !== null) this.#restoreModule(state.bytes, state.boardTime);
    this.#states.restore(state, cycles(this.#boardTime - state.boardTime));
  }

  /** There is a former program to roll back to. */
  canRollBack(partition: number): boolean {
    return this.#states.canRollBack(partition);
  }

  #saveModule(): Uint8Array {
    const writer = new StateWriter();
    writer.section("module", 3);
    this.#timeline.save(writer);
    this.wallClock.save(writer);
    this.#memory.channels.save(writer);
    this.#monitor.save(writer);
    writer.u8(SHUTDOWNS.indexOf(this.#shutDown));
    return writer.finish();
  }

  #restoreModule(bytes: Uint8Array, boardTime: Cycles): void {
    const reader = new StateReader(bytes);
    reader.section("module", 3);
    this.#boardTime = boardTime;
    this.#timeline.restore(reader);
    this.wallClock.restore(reader);
    this.#memory.channels.restore(reader);
    this.#monitor.restore(reader);
    this.#shutDown = SHUTDOWNS[reader.u8()] ?? null;
    reader.end();
  }

  #endFrame(frame: number): void {
    const { control } = this.#memory;
    for (const index of this.#own) if (control.isAsked(index)) this.#running[index]!.obey(frame, this.#boardTime);
    const command = control.moduleCommand;
    if (this.#leads) control.moduleObeys();
    if (command !== null) this.#obeyAsWhole(command, frame);
    const { schedule, following } = this.#timeline;
    const { frameHashes } = this.#memory;
    if (following !== schedule) this.#switchSchedule(frame, following);
    for (const partition of this.#own) frameHashes[partition] = this.#running[partition]!.frameHash();
    this.#outside.frameEnded(frame, frameHashes);
    // Before hart 0 can ask for another schedule, at the start of the next frame.
    this.#timeline.advance();
    this.#atFrameStart = true;
    if (this.inStep) this.#turns.frameEnded();
  }

  #powerFails(): void {
    const { action, schedule } = this.#monitor.moduleReaction("POWER_FAIL", this.frame);
    if (action === "IGNORE") return;
    for (const index of this.#own) this.#running[index]!.powerFailed(this.frame, this.#boardTime);
    if (schedule !== null && action === "SWITCH_SCHEDULE") this.requestSchedule(schedule);
    else if (action === "SHUTDOWN") this.#memory.control.requestModule("SHUTDOWN_ON_ERROR");
  }

  #obeyAsWhole(command: ModuleCommand, frame: number): void {
    if (command !== "MODULE_RESET") {
      this.#shutDown = command;
      for (const index of this.#own) this.#running[index]!.stop(frame, this.#boardTime);
      return;
    }
    // What a power cycle keeps: retained data, where the module has a place for them.
    const start = this.system.retain === null ? "COLD_START" : "WARM_START";
    for (const index of this.#own) this.#running[index]!.restart(start, "POWER_ON", frame, this.#boardTime);
    for (const index of this.#own) this.#running[index]!.emptyQueues();
    this.requestSchedule(0);
    this.#monitor.moduleReset(frame + 1);
  }

  #switchSchedule(frame: number, to: Schedule): void {
    for (const partition of this.#own) this.#running[partition]!.switchSchedule(frame, this.#boardTime, to);
    if (this.#leads) this.#outside.scheduleSwitched(frame, this.#boardTime, to);
  }
}
