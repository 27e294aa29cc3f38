/**
 * The test bench: a module in virtual time, in this process, with a plant model on its wires. Nothing happens between the
 * calls, and the same calls give the same run, bit for bit. The words are those of ASAM XIL and of IEC tools.
 */
import { type BoardInstant, type Incident, Module, type Outside } from "../../runtime/hypervisor/index.ts";
import { engineOf, PointCells, QUALITY, type Quality } from "../../runtime/index.ts";
import { isText, type PointType, type PointValue, type System } from "../../runtime/system.ts";
import { createHasher, formatHash, type Hasher, RunningHashes } from "../../runtime/trace/index.ts";
import type { Plant } from "../plants/plant.ts";
import { allOf, type Restore } from "../plants/restore.ts";
import { type Duration, formatTime, toMilliseconds } from "./duration.ts";
import { History } from "./history.ts";
import { loadOnce } from "./load.ts";
import { type NamedPoint, PointNames } from "./point-names.ts";
import { describeSituation } from "./situation.ts";
import { clientMappings, put, spoil, Wiring } from "./wiring.ts";

export interface RigOptions {
  /** Wired to the points that the config maps to its devices, and stepped at the end of each major frame. */
  readonly plant?: Plant;
}

/** A guest's error or change of mode, and when. */
export interface RigIncident {
  /** Virtual time, s. */
  readonly time: number;
  readonly frame: number;
  readonly partition: string;
  readonly incident: Incident;
}

/** A moment of a rig, to which `Rig.returnTo` goes back. */
export interface RigCheckpoint {
  /** Virtual time, s. */
  readonly time: number;
  readonly frame: number;
}

export class Rig {
  readonly system: System;
  /** What guests did wrong and which modes they took, in order. */
  readonly incidents: RigIncident[] = [];
  readonly #module: Module;
  readonly #plant: Plant | null;
  readonly #wiring: Wiring | null;
  readonly #names: PointNames;
  readonly #history: History;
  readonly #hashes: RunningHashes;
  /** Inputs by partition, as the outside offers them at slot starts. */
  readonly #offered: readonly PointCells[];
  readonly #published: readonly PointCells[];
  readonly #forces = new Map<NamedPoint, PointValue>();
  readonly #qualities = new Map<NamedPoint, Quality>();
  readonly #failed = new Set<NamedPoint>();
  readonly #consoles: string[];
  /** Points read lately, the latest last: what a failure is about. */
  readonly #asked = new Set<NamedPoint>();
  readonly #checkpoints = new WeakMap<RigCheckpoint, Restore>();

  private constructor(system: System, hasher: Hasher, { plant }: RigOptions) {
    this.system = system;
    this.#names = new PointNames(system);
    this.#plant = plant ?? null;
    this.#wiring = plant === undefined ? null : new Wiring(system, this.#names, plant);
    this.#history = new History(this.#names, system.partitions.length);
    this.#hashes = new RunningHashes(system.partitions.length, hasher);
    this.#offered = system.partitions.map(({ points }) => PointCells.initial(points));
    this.#consoles = system.partitions.map(() => "");
    this.#module = new Module(system, this.#outside(), hasher, { engineOf });
    this.#published = this.#module.partitions.map(({ points }) => points);
  }

  /**
   * Powers a module on; nothing has run yet.
   * @throws when the config has problems, or maps points to addresses that the plant does not have.
   */
  static async boot(configPath: string, options: RigOptions = {}): Promise<Rig> {
    const [system, hasher] = await Promise.all([loadOnce(configPath), createHasher()]);
    return new Rig(system, hasher, options);
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Virtual time since power-on, s: always at the boundary of two major frames. */
  get time(): number {
    return this.#module.boardTime / this.system.clock;
  }

  /** Major frames that are over. */
  get frame(): number {
    return this.#module.frame;
  }

  runFrames(count: number): void {
    for (let i = 0; i < count; i++) this.#runFrame();
  }

  /** Runs whole frames, at least so long. */
  runFor(duration: Duration): void {
    const end = this.#after(duration);
    while (this.#module.boardTime < end) this.#runFrame();
  }

  /**
   * Runs until `condition` is true at the end of a frame, or was so at once.
   * @returns the virtual time that it took, s.
   * @throws RigFailure when it did not become true in time.
   */
  runUntil(condition: () => boolean, { within }: { readonly within: Duration }): number {
    const start = this.time;
    const end = this.#after(within);
    while (!this.#holds(condition)) {
      if (this.#module.boardTime >= end)
        throw this.failure(`not within ${within}, from ${formatTime(start)} on: ${condition}`);
      this.#runFrame();
    }
    return this.time - start;
  }

  /** Runs so long; @throws RigFailure when `condition` is not true now and at the end of each frame. */
  runWhile(condition: () => boolean, { holdsFor }: { readonly holdsFor: Duration }): void {
    const start = this.time;
    const end = this.#after(holdsFor);
    for (;;) {
      if (!this.#holds(condition)) {
        throw this.failure(`did not hold for ${holdsFor}, from ${formatTime(start)} on: ${condition}`);
      }
      if (this.#module.boardTime >= end) return;
      this.#runFrame();
    }
  }

  /** The name of the schedule that the module follows. */
  get schedule(): string {
    return this.#module.schedule.name;
  }

  /** The next frame is the last one of this schedule: after it the module goes on in the one of that name. */
  switchSchedule(name: string): void {
    const schedule = this.system.schedules.find((one) => one.name === name);
    if (schedule === undefined) throw new Error(`the module has no schedule ${name}`);
    this.#module.requestSchedule(schedule.index);
  }

  /**
   * Notes all there is of the run, the plant included, in some milliseconds: what took minutes to reach is reached once.
   * @throws when the plant has no `checkpoint`.
   */
  checkpoint(): RigCheckpoint {
    if (this.#plant !== null && this.#plant.checkpoint === undefined)
      throw new Error("this rig's plant has no checkpoint");
    const state = this.#module.save();
    const others = [this.#plant?.checkpoint?.(), this.#wiring?.checkpoint(), this.#history.checkpoint(), this.#notes()];
    const checkpoint = { time: this.time, frame: this.frame };
    const restore = allOf([() => this.#module.restore(state), ...others.filter((other) => other !== undefined)]);
    this.#checkpoints.set(checkpoint, restore);
    return checkpoint;
  }

  /** Goes back, or forth, to the moment of a checkpoint of this rig, as often as wanted. */
  returnTo(checkpoint: RigCheckpoint): void {
    const restore = this.#checkpoints.get(checkpoint);
    if (restore === undefined) throw new Error("this is another rig's checkpoint");
    restore();
  }

  // ── Points ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A point as its partition saw it (input) or published it (output), at the end of its latest slot. */
  get(name: string): PointValue {
    const named = this.#ask(name);
    return this.#published[named.partition.index]!.get(named.point.index);
  }

  /** @throws when the point is a BOOL, a text, or an integer of 64 bits. */
  number(name: string): number {
    const value = this.get(name);
    if (typeof value === "number") return value;
    if (typeof value === "boolean") throw new TypeError(`${name} is a BOOL; use rig.isOn`);
    throw new TypeError(`${name} ${typeof value === "bigint" ? "has 64 bits" : "is a text"}; use rig.get`);
  }

  /** @throws when the point is no BOOL. */
  isOn(name: string): boolean {
    const value = this.get(name);
    if (typeof value === "boolean") return value;
    throw new TypeError(`${name} is no BOOL; use rig.number`);
  }

  quality(name: string): Quality {
    const named = this.#ask(name);
    return this.#published[named.partition.index]!.qualityOf(named.point.index);
  }

  /**
   * Sets an input that the plant does not feed: a command, a setpoint; its quality becomes good. The guest sees it from its next slot on.
   * @throws for an output, and for an input that something else feeds.
   */
  set(name: string, value: PointValue): void {
    const named = this.#settable(name, value);
    if (this.#wiring?.feeds(name)) throw new Error(`${name} is fed by the plant; use rig.force, or change the plant`);
    put(this.#offered[named.partition.index]!, named, value);
  }

  /** Holds an input at `value`, whatever the plant says, until it is released. */
  force(name: string, value: PointValue): void {
    this.#forces.set(this.#settable(name, value), value);
  }

  release(name: string): void {
    this.#forces.delete(this.#names.find(name));
  }

  /** Takes the input's signal away as a silent device would: quality bad, its value held or substituted as the config says. */
  fail(name: string): void {
    this.#failed.add(this.#input(name));
  }

  /** Gives the input a quality of its own until it is restored. */
  setQuality(name: string, quality: Quality): void {
    this.#qualities.set(this.#input(name), quality);
  }

  /** Ends `fail` and `setQuality`. An input that no plant feeds is good again with its latest value. */
  restore(name: string): void {
    const named = this.#input(name);
    this.#failed.delete(named);
    this.#qualities.delete(named);
    this.#offered[named.partition.index]!.quality[named.point.index] = QUALITY.good;
  }

  /** Cuts a field device off: its inputs fail and its outputs stay as they are. */
  disconnect(device: string): void {
    this.#wires().connect(device, false);
  }

  reconnect(device: string): void {
    this.#wires().connect(device, true);
  }

  // ── What can be seen of the run ───────────────────────────────────────────────────────────────────────────────────

  /** One running hash a partition over all frames so far: two runs with equal hashes were the same run. */
  hashes(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.system.partitions.map(({ index, name }) => [name, formatHash(this.#hashes.values[index]!)]),
    );
  }

  /** What a partition wrote to its UART. */
  console(partition: string): string {
    const found = this.system.partitions.find(({ name }) => name === partition);
    if (found === undefined) throw new Error(`the module has no partition ${partition}`);
    return this.#consoles[found.index]!;
  }

  /** Virtual time, frame, the points that the test is about with what lies around them, and what changed lately. */
  situation(): string {
    return describeSituation({
      time: this.time,
      frame: this.frame,
      asked: [...this.#asked],
      names: this.#names,
      points: this.#published,
      changes: this.#history.changes,
      forces: [...this.#forces.keys()].map(({ name }) => name),
    });
  }

  /** An error that tells the situation. */
  failure(message: string): RigFailure {
    return new RigFailure(message, this.situation());
  }

  // ── Inside ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Board time when so much of it has passed from now on; rounded, or 0.1 s could be a cycle more than what it says. */
  #after(duration: Duration): number {
    return this.#module.boardTime + Math.round((toMilliseconds(duration) * this.system.clock) / 1000);
  }

  #runFrame(): void {
    const { majorFrame } = this.#module.schedule;
    this.#wiring?.sense(this.#offered);
    this.#disturb();
    this.#module.runFrame();
    this.#wiring?.actuate(this.#published);
    this.#plant?.step(majorFrame / this.system.clock);
  }

  /** Forces and failures, on top of what the wires brought. */
  #disturb(): void {
    for (const [named, value] of this.#forces) put(this.#offered[named.partition.index]!, named, value);
    for (const named of this.#failed) {
      const mapping = clientMappings(this.system).find(
        ({ point }) => point.partition === named.partition.index && point.point === named.point.index,
      );
      spoil(this.#offered[named.partition.index]!, named, mapping);
    }
    for (const [{ partition, point }, quality] of this.#qualities) {
      this.#offered[partition.index]!.quality[point.index] = QUALITY[quality];
    }
  }

  /** What the rig itself knows of the run. */
  #notes(): Restore {
    const [incidents, consoles, hashes] = [[...this.incidents], [...this.#consoles], this.#hashes.values.slice()];
    const [forces, qualities, failed] = [[...this.#forces], [...this.#qualities], [...this.#failed]];
    const offered = this.#offered.map((cells) => cells.copy());
    return () => {
      this.incidents.splice(0, this.incidents.length, ...incidents);
      this.#consoles.splice(0, this.#consoles.length, ...consoles);
      this.#hashes.values.set(hashes);
      for (const kept of [this.#forces, this.#qualities, this.#failed]) kept.clear();
      for (const [named, value] of forces) this.#forces.set(named, value);
      for (const [named, quality] of qualities) this.#qualities.set(named, quality);
      for (const named of failed) this.#failed.add(named);
      for (const [partition, cells] of offered.entries()) this.#offered[partition]!.copyFrom(cells);
    };
  }

  #holds(condition: () => boolean): boolean {
    this.#asked.clear();
    return condition();
  }

  #ask(name: string): NamedPoint {
    const named = this.#names.find(name);
    this.#asked.delete(named);
    this.#asked.add(named);
    return named;
  }

  #wires(): Wiring {
    if (this.#wiring === null) throw new Error("this rig has no plant whose devices could be cut off");
    return this.#wiring;
  }

  /** An input that the outside feeds. */
  #input(name: string): NamedPoint {
    const named = this.#names.find(name);
    const { partition, point } = named;
    if (point.direction === "output")
      throw new Error(`${name} is an output of ${partition.name}: only it can set that`);
    if (point.validityOf !== null) {
      throw new Error(`${name} follows the quality of ${partition.points[point.validityOf]!.name}; set that`);
    }
    const fed = this.system.samplingChannels.find(({ to }) =>
      to.some((end) => end.partition === partition.index && end.point === point.index),
    );
    if (fed === undefined) return named;
    throw new Error(`${name} is fed by a channel from ${this.#names.at(fed.from.partition, fed.from.point).name}`);
  }

  #settable(name: string, value: PointValue): NamedPoint {
    const named = this.#input(name);
    const { type } = named.point;
    if (!takes(type, value)) throw new TypeError(`${name} is ${type} and cannot be ${value}`);
    return named;
  }

  #outside(): Outside {
    const seconds = ({ cycle }: BoardInstant) => cycle / this.system.clock;
    return {
      commands: () => [],
      latch: ({ partition }, inputs) => inputs.copyFrom(this.#offered[partition]!),
      published: (at, points) => this.#history.observe(at.partition, points, seconds(at)),
      uart: ({ partition }, byte) => {
        this.#consoles[partition] += String.fromCharCode(byte);
      },
      incident: (at, incident) => {
        const partition = this.system.partitions[at.partition]!.name;
        this.incidents.push({ time: seconds(at), frame: at.frame, partition, incident });
      },
      scheduleSwitched: () => {},
      frameEnded: (_, hashes) => this.#hashes.frameEnded(hashes),
    };
  }
}

const takes = (type: PointType, value: PointValue): boolean => {
  if (typeof value === "string") return isText(type);
  return typeof value === "boolean" ? type === "BOOL" : type !== "BOOL" && !isText(type);
};

/** A test's expectation that the module did not meet. */
export class RigFailure extends Error {
  constructor(message: string, situation: string) {
    super(`${message}\n${situation}`);
    this.name = "RigFailure";
  }
}
