/**
 * One partition at run time: its board, its mode, its process image and its ports, driven slot by slot. What it does within
 * a slot reaches others at the slot's end (ARINC 653 P1 §2.3.1; design.md "At a boundary").
 */
import { type BoardExit, type GuestImage, PARTITA_SUSPENDED, type RamPages, VirtualBoard } from "../board/index.ts";
import type { EngineFactory } from "../hart/index.ts";
import { StateReader, StateWriter } from "../state.ts";
import type { Partition, Schedule, Slot, Start, System } from "../system.ts";
import { EVENT_KINDS, type EventLog } from "../trace/index.ts";
import { type Cycles, cycles } from "../units.ts";
import type { ForceTarget } from "./commands.ts";
import { type Control, obeyCommand } from "./control.ts";
import { ErrorHandling } from "./error-handling.ts";
import type { Force, Forces } from "./forces.ts";
import { GuestServices } from "./guest-services.ts";
import { HartFaults } from "./hart-faults.ts";
import type { HealthMonitor } from "./health-monitor.ts";
import type { Inputs } from "./inputs.ts";
import { ObservedExecution } from "./observed-execution.ts";
import { OperatingMode, type StartCondition } from "./operating-mode.ts";
import type { Outputs } from "./outputs.ts";
import type { Outside, PartitionMode } from "./outside.ts";
import type { PartitionView, TimeUse } from "./partition-view.ts";
import { PlaceInTime } from "./place-in-time.ts";
import type { PointCells } from "./point-cells.ts";
import type { Ports } from "./ports.ts";
import { Retention } from "./retention.ts";
import { SerialInput } from "./serial-input.ts";
import type { WallClock } from "./wall-clock.ts";
import { Watchdog } from "./watchdog.ts";

/** What a partition is made of. */
export interface PartitionParts {
  readonly partition: Partition;
  readonly system: System;
  readonly image: GuestImage;
  readonly engine: EngineFactory;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly forces: Forces;
  readonly ports: Ports;
  readonly log: EventLog;
  readonly outside: Outside;
  readonly wallClock: WallClock;
  readonly monitor: HealthMonitor;
  readonly control: Control;
  /** Notes that the module goes on in another schedule, by its index, when the frame ends. */
  readonly requestSchedule: (schedule: number) => void;
  /** Its retained data as an earlier run left them, of the area's size: it starts warm; null: it starts cold. */
  readonly restored: Uint8Array | null;
  /** How much of the cycles that remain of a slot to run at once; the guest sees no difference. */
  readonly slice: (remaining: Cycles) => Cycles;
}

/** All that a partition's future depends on besides what its module brings it, between two frames. */
export interface PartitionState {
  /** Everything but the RAM, as the classes wrote it. */
  readonly bytes: Uint8Array;
  readonly ram: RamPages;
}

export class RunningPartition implements PartitionView {
  readonly partition: Partition;
  readonly points: PointCells;
  readonly observed = new ObservedExecution();
  readonly hartFaults: HartFaults;
  readonly #inputs: Inputs;
  readonly #outputs: Outputs;
  readonly #forces: Forces;
  readonly #serialInput = new SerialInput();
  readonly #ports: Ports;
  readonly #log: EventLog;
  readonly #outside: Outside;
  readonly #slice: PartitionParts["slice"];
  readonly offered: PointCells;
  /** Its points are copied at slot start and end. */
  readonly #isAuto: boolean;
  readonly #place: PlaceInTime;
  readonly #mode: OperatingMode;
  readonly #services: GuestServices;
  readonly #errors: ErrorHandling;
  readonly #watchdog: Watchdog;
  readonly #control: Control;
  readonly #board: VirtualBoard;
  readonly #retention: Retention;
  /** It has points or ports. */
  readonly #exchanges: boolean;
  readonly #isSystem: boolean;
  #forcesVariables = false;
  #given = cycles(0);
  #idle = cycles(0);

  constructor(parts: PartitionParts) {
    const { partition, system, image, engine, log, outside, restored } = parts;
    this.partition = partition;
    this.points = parts.outputs.points;
    this.#inputs = parts.inputs;
    this.#outputs = parts.outputs;
    this.#forces = parts.forces;
    this.#ports = parts.ports;
    this.#log = log;
    this.#outside = outside;
    this.#slice = parts.slice;
    this.offered = parts.inputs.offered;
    this.#isAuto = partition.latch === "auto";
    this.#isSystem = partition.isSystem;
    this.#exchanges = partition.points.length + partition.ports.length > 0;
    this.#place = new PlaceInTime(partition.index, system);
    const start = restored === null ? "COLD_START" : "WARM_START";
    this.#mode = new OperatingMode(start, this.#isAuto, this.#place, log, outside);
    this.#control = parts.control;
    this.#watchdog = new Watchdog(partition.health.watchdog);
    this.#errors = new ErrorHandling(parts, this.#place, this.#mode, () => this.#board);
    this.hartFaults = new HartFaults(log, this.#place, () => this.#board);
    this.#services = new GuestServices(
      parts,
      this.#place,
      this.#mode,
      this.#errors,
      this.#watchdog,
      () => this.#board,
      this.observed,
      partition.areas.retained === null ? null : () => this.#retention.capture(),
    );
    this.#board = new VirtualBoard({
      image,
      engine,
      areas: partition.areas,
      memoryBytes: partition.memoryBytes,
      clock: system.clock,
      bootArguments: partition.bootArguments,
      partita: this.#services,
      claimedTraps: partition.health.claimedTraps,
      transmit: (byte) => this.#services.transmit(byte),
      receive: () => this.#serialInput.take(),
    });
    this.#retention = new Retention(this.#board, partition.areas.retained, restored);
    if (!this.#mode.drives && !this.#outputs.produced) this.#outputs.startFailed();
    this.#showMode();
  }

  get mode(): PartitionMode {
    return this.#mode.current;
  }

  get errors(): number {
    return this.#errors.count;
  }

  get suspended(): boolean {
    return this.#mode.suspended;
  }

  get timeUse(): TimeUse {
    return { given: this.#given, idle: this.#idle };
  }

  get forces(): readonly Force[] {
    return this.#forces.all;
  }

  get ram(): Uint8Array {
    return this.#board.ram;
  }

  get retained(): Uint8Array {
    return this.#retention.bytes;
  }

  /** Registers, CSRs, then RAM by address; the bytes are views. */
  visitState(take: (bytes: Uint8Array) => void): void {
    this.#board.visitState(take);
  }

  /** Fixes what the guest can see in this slot; `runSlot` is to follow. */
  startSlot(frame: number, slot: Slot, at: Cycles): void {
    this.#place.startSlot(frame, slot, at);
    this.obey(frame, at);
    if (this.#watchdog.expiry <= at) this.#watchdogExpired();
    if (this.#mode.restart !== null) this.#reload();
    if (this.#isSystem) this.#services.startSlot();
    this.#outside.latch(this.#place, this.offered);
    if (this.#exchanges) {
      this.#inputs.fix(at);
      this.#ports.startSlot();
    }
  }

  /** The guest's whole slot. */
  runSlot(): void {
    const { slotDuration } = this.#place;
    this.#given = cycles(this.#given + slotDuration);
    if (this.#mode.runs) {
      this.#watchdog.start(this.#place.slotStart);
      this.#run(slotDuration);
    } else this.#idle = cycles(this.#idle + slotDuration);
  }

  /** What the guest did in its slot takes effect. */
  endSlot(at: Cycles): void {
    this.#place.cycle = at;
    if (this.#exchanges) {
      this.#outputs.takeEffect(at);
      this.#ports.endSlot(at);
    }
    if (this.#place.hasEffects) this.#takeEffect();
    this.#showPoints(at);
    this.obey(this.#place.frame, at);
  }

  #takeEffect(): void {
    this.#place.hasEffects = false;
    this.#services.endSlot();
    this.#errors.endSlot();
    this.#showMode();
  }

  /** The power fails: the partition's own table says what that is to it. */
  powerFailed(frame: number, at: Cycles): void {
    this.#change(frame, at, () => {
      if (this.#mode.runs) this.#errors.report("POWER_FAIL", 0, "the power fails");
      this.#takeEffect();
    });
  }

  // ── Lifecycle: what others do to the partition, between its slots. Each says whether there was anything to do. ────

  /** Starts it when it is IDLE, with its retained data. */
  start(frame: number, at: Cycles): boolean {
    return this.#mode.current === "IDLE" && this.restart("WARM_START", "PARTITION_RESTART", frame, at);
  }

  /** Makes it IDLE until it is started or restarted. */
  stop(frame: number, at: Cycles): boolean {
    return this.#mode.current !== "IDLE" && this.#change(frame, at, () => this.#mode.stop());
  }

  /** It keeps its state, and executes nothing until it is resumed. */
  suspend(frame: number, at: Cycles): boolean {
    return this.#mode.runs && this.#change(frame, at, () => this.#mode.suspend());
  }

  resume(frame: number, at: Cycles): boolean {
    return this.#mode.suspended && this.#change(frame, at, () => this.#mode.resume());
  }

  /** Its next slot finds it loaded from its image. */
  restart(start: Start, condition: StartCondition, frame: number, at: Cycles): boolean {
    return this.#change(frame, at, () => this.#mode.startAnew(start, condition));
  }

  /** At a boundary: does what a system partition has asked for, if any has. */
  obey(frame: number, at: Cycles): void {
    const command = this.#control.take(this.#place.partition);
    if (command !== null) obeyCommand(this, command, frame, at);
  }

  #change(frame: number, at: Cycles, change: () => void): true {
    this.#place.betweenFrames(frame, at);
    change();
    if (!this.#mode.runs) this.#watchdog.stop();
    this.#showMode();
    this.#showPoints(at);
    return true;
  }

  /** Between two frames. */
  force(target: ForceTarget, bytes: Uint8Array): void {
    this.#forces.hold(target, bytes);
    this.#noteForces();
  }

  /** Between two frames; `null`: all. */
  release(target: ForceTarget | null): void {
    this.#forces.release(target);
    this.#noteForces();
  }

  #noteForces(): void {
    this.#forcesVariables = this.#forces.holdVariables;
  }

  /** Between two frames: `bytes` are on their way to its serial port. */
  type(bytes: Uint8Array): void {
    this.#serialInput.add(bytes);
  }

  /** The frame has ended. @returns the hash of its events. */
  frameHash(): bigint {
    return this.#log.endFrame();
  }

  /** The last slot of `frame` is over, and the module goes on in another schedule. */
  switchSchedule(frame: number, at: Cycles, to: Schedule): void {
    this.#place.betweenFrames(frame, at);
    this.#log.writeWords(this.#place, EVENT_KINDS.scheduleSwitch, this.#place.schedule.index, to.index);
    this.#place.schedule = to;
    const action = to.onEntry[this.partition.index] ?? null;
    if (action !== null) this.restart(action, "PARTITION_RESTART", frame, at);
  }

  /** Between two frames. The state may be restored into any partition with this image, these points and this memory. */
  save(): PartitionState {
    const writer = new StateWriter();
    writer.section("partition", 1);
    this.#mode.save(writer);
    this.#board.save(writer);
    this.#inputs.save(writer);
    this.#serialInput.save(writer);
    this.#outputs.save(writer);
    this.#retention.save(writer);
    this.#errors.save(writer);
    this.#watchdog.save(writer);
    return { bytes: writer.finish(), ram: this.#board.changedPages() };
  }

  /**
   * Between two frames.
   * @param timeJump this module's board time less that of the module that the state comes from; the guest's mtime runs on.
   */
  restore({ bytes, ram }: PartitionState, timeJump: Cycles): void {
    const reader = new StateReader(bytes);
    reader.section("partition", 1);
    this.#mode.restore(reader);
    this.#board.restore(reader, ram, timeJump);
    this.#inputs.restore(reader);
    this.#serialInput.restore(reader);
    this.#outputs.restore(reader, timeJump);
    this.#retention.restore(reader);
    this.#errors.restore(reader, timeJump);
    this.#watchdog.restore(reader, timeJump);
    reader.end();
    this.#showMode();
  }

  /** Takes its module's place and time over from `former`, whose program this one's replaces between two frames. */
  takeOver(former: RunningPartition): void {
    const writer = new StateWriter();
    former.savePlace(writer);
    this.restorePlace(new StateReader(writer.finish()));
    this.#forces.releaseVariables();
    this.#noteForces();
    this.hartFaults.stall(cycles(0));
  }

  /** Between two frames: it has become what it is by somebody's order, and not by its own past. */
  became(how: "replaced" | "cloned", what: Uint8Array, frame: number, at: Cycles): void {
    this.#change(frame, at, () => {
      this.#log.write(this.#place, EVENT_KINDS[how], what);
      this.#outside.incident(this.#place, { kind: how });
    });
  }

  /** Between two frames: messages on their way from and to its ports are gone. */
  emptyQueues(): void {
    this.#ports.empty();
  }

  /** What the partition is in its module only: where it is in time, how it used its slots, what is forced there. */
  savePlace(writer: StateWriter): void {
    this.#place.save(writer);
    this.#forces.save(writer);
    this.hartFaults.save(writer);
    writer.f64(this.#given);
    writer.f64(this.#idle);
  }

  restorePlace(reader: StateReader): void {
    this.#place.restore(reader);
    this.#forces.restore(reader);
    this.hartFaults.restore(reader);
    this.#noteForces();
    this.#given = cycles(reader.f64());
    this.#idle = cycles(reader.f64());
  }

  #showPoints(at: Cycles): void {
    if (!this.#mode.drives) this.#outputs.fail(at);
    this.#outside.published(this.#place, this.points, this.#mode.drives);
  }

  /** To system partitions. */
  #showMode(): void {
    this.#control.modes[this.partition.index] = this.#mode.code + (this.#mode.suspended ? PARTITA_SUSPENDED : 0);
  }

  #reload(): void {
    this.#board.reset(this.#mode.restart === "WARM_START");
    this.observed.begin(this.#board);
    this.#mode.restarted();
    this.#errors.forget();
    this.#watchdog.stop();
  }

  #run(duration: Cycles): void {
    const { slotStart } = this.#place;
    if (this.#isAuto) this.#services.latch();
    if (this.#forcesVariables) this.#forces.overVariables(this.#board);
    let used = 0;
    let goesOn = true;
    while (used < duration && goesOn) {
      const untilUpset = this.hartFaults.strike(cycles(this.#given - duration + used));
      const rest = Math.min(duration - used, this.#watchdog.expiry - slotStart - used, untilUpset);
      const exit = this.#board.run(cycles(slotStart + used), this.#slice(cycles(rest)));
      used += this.#board.used;
      this.#idle = cycles(this.#idle + this.#board.idle);
      this.#place.cycle = cycles(slotStart + used);
      goesOn = exit === "budget" ? this.#watch() : this.#leave(exit);
    }
    if (!goesOn) this.#watchdog.stop();
    this.#idle = cycles(this.#idle + duration - used);
    if (this.#isAuto && this.#services.publish()) this.observed.slotEnded(this.#board);
    this.#place.cycle = cycles(slotStart + duration);
    this.#log.write(this.#place, EVENT_KINDS.slotEnd, this.#board.registerBytes);
  }

  /** @returns whether the guest goes on. */
  #watch(): boolean {
    return this.#watchdog.expiry > this.#place.cycle || this.#watchdogExpired();
  }

  /** Likewise. */
  #watchdogExpired(): boolean {
    const late = this.#place.cycle - this.#watchdog.expiry;
    this.#watchdog.kick(this.#place.cycle);
    return this.#errors.report("WATCHDOG_TIMER", late, "the watchdog was not kicked in time");
  }

  /** The guest's run ended, perhaps before its slot did. @returns whether it goes on all the same. */
  #leave(exit: Exclude<BoardExit, "budget">): boolean {
    if (exit === "fault") return this.#errors.trapped(this.#board.fault!);
    if (exit === "poweredOff") this.#powerOff(this.#board.exitCode);
    else if (exit === "reset") this.#mode.startAnew("COLD_START", "PARTITION_RESTART");
    return false;
  }

  #powerOff(code: number): void {
    const before = this.#mode.current;
    this.#outside.incident(this.#place, { kind: "poweredOff", code });
    this.#mode.stop();
    if (before === "COLD_START" || before === "WARM_START") this.#errors.startFailed(before, code);
  }
}
