/**
 * The test bench: a module in virtual time, in this process, with a plant model on its wires. Nothing happens between the
 * calls, and the same calls give the same run, bit for bit. The words are those of ASAM XIL and of IEC tools.
 */
import type { TimeUse } from "../../runtime/hypervisor/index.ts";
import type { Quality } from "../../runtime/index.ts";
import { isText, type PointType, type PointValue, type System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { allOf, type Restore } from "../plants/restore.ts";
import { Bench, type RigIncident } from "./bench.ts";
import { Capture } from "./capture.ts";
import { type Aliases, type Channel, Channels } from "./channels.ts";
import { countsByDefault, loadCounted, RunCounts } from "./counted-module.ts";
import { type Duration, formatTime, toMilliseconds, toSeconds } from "./duration.ts";
import type { Fault } from "./faults/index.ts";
import {
  beginDeviceFault,
  beginHostFault,
  beginPartitionFault,
  beginSignalFault,
  type Effect,
  Injection,
} from "./injection.ts";
import { loadOnce } from "./load.ts";
import { type Moment, Past, type Traveller } from "./past.ts";
import { type NamedPoint, PointNames } from "./point-names.ts";
import { RigFailure } from "./rig-failure.ts";
import type { InjectionOptions, RigCheckpoint, RigOptions } from "./rig-options.ts";
import { evidenceOf, pictureOf, type RunEvidence } from "./run-evidence.ts";
import type { Segment } from "./signals/index.ts";
import { describeSituation } from "./situation.ts";
import { Stimulus } from "./stimulus.ts";
import { always, eventually, type Judge } from "./temporal.ts";

export class Rig {
  readonly #bench: Bench;
  readonly #channels: Channels;
  /** Channels read lately, the latest last: what a failure is about. */
  readonly #asked = new Set<Channel>();
  readonly #stimuli = new Map<Channel, Stimulus>();
  /** null: it is not kept. */
  readonly #past: Past | null;
  readonly #checkpoints = new WeakMap<RigCheckpoint, Restore>();

  private constructor(bench: Bench, aliases: Aliases, rewinds: boolean) {
    this.#bench = bench;
    this.#past = rewinds ? new Past(this.#traveller()) : null;
    this.#channels = new Channels(bench.names, bench.plant, aliases, {
      read: ({ partition, point }) => bench.published[partition.index]!.get(point.index),
      write: (named, value) => this.#offer(named, value),
    });
  }

  /**
   * Powers a module on; nothing has run yet.
   * @param module its config file, or what that was loaded to.
   * @throws when the config has problems or maps points to addresses that the plant does not have, or an alias names nothing.
   */
  static async boot(module: string | System, options: RigOptions = {}): Promise<Rig> {
    const { plant = null, alias = {}, covers = countsByDefault(), rewinds = false } = options;
    const hasher = await createHasher();
    const counted = covers && typeof module === "string" ? await loadCounted(module) : null;
    const system = counted?.system ?? (typeof module === "string" ? await loadOnce(module) : module);
    const counts = counted === null ? null : new RunCounts(counted);
    return new Rig(new Bench(system, new PointNames(system), plant, hasher, { ...options, counts }), alias, rewinds);
  }

  get system(): System {
    return this.#bench.system;
  }

  /** What guests did wrong and which modes they took, in order. */
  get incidents(): readonly RigIncident[] {
    return this.#bench.incidents;
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Virtual time since power-on, s: always at the boundary of two major frames. */
  get time(): number {
    return this.#bench.time;
  }

  /** Major frames that are over. */
  get frame(): number {
    return this.#bench.module.frame;
  }

  runFrames(count: number): void {
    this.#past?.begin();
    for (let i = 0; i < count; i++) this.#runFrame();
  }

  /** Runs whole frames, at least so long. */
  runFor(duration: Duration): void {
    const end = this.#after(duration);
    this.#past?.begin();
    while (this.#bench.module.boardTime < end) this.#runFrame();
  }

  /**
   * Runs until `condition` is true at the end of a frame, or was so at once.
   * @returns the virtual time that it took, s.
   * @throws RigFailure when it did not become true in time.
   */
  runUntil(condition: () => boolean, { within }: { readonly within: Duration }): number {
    const start = this.time;
    if (this.decide(eventually(condition, toSeconds(within)))) return this.time - start;
    throw this.failure(`not within ${within}, from ${formatTime(start)} on: ${condition}`);
  }

  /** Runs so long; @throws RigFailure when `condition` is not true now and at the end of each frame. */
  runWhile(condition: () => boolean, { holdsFor }: { readonly holdsFor: Duration }): void {
    const start = this.time;
    if (this.decide(always(condition, toSeconds(holdsFor)))) return;
    throw this.failure(`did not hold for ${holdsFor}, from ${formatTime(start)} on: ${condition}`);
  }

  /** Runs until the judge, asked now and at the end of each frame, knows whether its statement is true. */
  decide(judge: Judge): boolean {
    const start = this.time;
    this.#past?.begin();
    for (;;) {
      this.#asked.clear();
      const verdict = judge(this.time - start);
      if (verdict !== "open") return verdict === "true";
      this.#runFrame();
    }
  }

  /** The name of the schedule that the module follows. */
  get schedule(): string {
    return this.#bench.module.schedule.name;
  }

  /** The next frame is the last one of this schedule: after it the module goes on in the one of that name. */
  switchSchedule(name: string): void {
    const schedule = this.system.schedules.find((one) => one.name === name);
    if (schedule === undefined) throw new Error(`the module has no schedule ${name}`);
    this.#bench.order({ kind: "switchSchedule", schedule: schedule.index });
  }

  /**
   * Notes all there is of the run, the plant included, in some milliseconds: what took minutes to reach is reached once.
   * @throws when the plant has no `checkpoint`.
   */
  checkpoint(): RigCheckpoint {
    const [moment, past] = [this.#moment(), this.#past?.checkpoint()];
    const checkpoint = { time: this.time, frame: this.frame };
    this.#checkpoints.set(checkpoint, allOf([moment, past ?? (() => {})]));
    return checkpoint;
  }

  /** Goes back, or forth, to the moment of a checkpoint of this rig, as often as wanted. */
  restore(checkpoint: RigCheckpoint): void {
    const restore = this.#checkpoints.get(checkpoint);
    if (restore === undefined) throw new Error("this is another rig's checkpoint");
    restore();
    this.#asked.clear();
  }

  /**
   * Goes back, or forth again, to the first frame that begins at a moment or behind it: "90 s" of virtual time, or a frame. What the
   * test does from there on is another future.
   * @throws when the rig was made without `rewinds`, was not there yet, or has forgotten it.
   */
  rewindTo(moment: Moment): void {
    if (this.#past === null) throw new Error("this rig keeps no past; boot it with rewinds: true");
    this.#past.goTo(moment);
    this.#asked.clear();
  }

  /** So many frames back, or with `stepForward` forth again where it was before. */
  stepBack(frames = 1): void {
    this.rewindTo({ frame: this.frame - frames });
  }

  stepForward(frames = 1): void {
    this.rewindTo({ frame: this.frame + frames });
  }

  /**
   * Tries several ways from here: each branch begins at this very moment, and so does what comes behind the last.
   * @returns what the branches return.
   */
  fork<Result>(branches: readonly ((rig: Rig) => Result)[]): readonly Result[] {
    const here = this.checkpoint();
    return branches.map((branch) => {
      const result = branch(this);
      this.restore(here);
      return result;
    });
  }

  // ── Channels ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A channel's value: a point as its partition saw it (input) or published it (output) at the end of its latest slot. */
  get(name: string): PointValue {
    return this.#ask(name).read();
  }

  /** @throws when the channel is a BOOL, an integer of 64 bits or a text. */
  number(name: string): number {
    const value = this.get(name);
    if (typeof value === "number") return value;
    if (typeof value === "boolean") throw new TypeError(`${name} is a BOOL; use rig.isOn`);
    throw new TypeError(`${name} ${typeof value === "bigint" ? "has 64 bits" : "is a text"}; use rig.get`);
  }

  /** @throws when the channel is no BOOL. */
  isOn(name: string): boolean {
    const value = this.get(name);
    if (typeof value === "boolean") return value;
    throw new TypeError(`${name} is no BOOL; use rig.number`);
  }

  quality(name: string): Quality {
    this.#ask(name);
    const { partition, point } = this.#point(name);
    return this.#bench.published[partition.index]!.qualityOf(point.index);
  }

  /**
   * Sets an input that the plant does not feed (a command, a setpoint; its quality becomes good, and the guest sees it from its
   * next slot on), or a quantity of the plant. A stimulus on the channel ends.
   * @throws for an output, and for an input that something else feeds.
   */
  set(name: string, value: PointValue): void {
    const channel = this.#channels.find(name);
    this.#endStimulus(channel);
    channel.write(value);
  }

  /**
   * Plays segments on a channel that can be set, from now on, instead of what was played there before; without `segments` that
   * last for ever it keeps the last value.
   * @throws as `set` does.
   */
  stimulus(name: string, segments: readonly Segment[]): Stimulus {
    const channel = this.#channels.find(name);
    const stimulus = new Stimulus(channel, segments, this.time);
    stimulus.beforeFrame(this.time);
    this.#endStimulus(channel);
    this.#stimuli.set(channel, stimulus);
    return this.#bench.instruments.add(stimulus);
  }

  /** Notes what channels are, at the end of every frame, or `every` so often. */
  capture(names: readonly string[], { every = "0 s" }: { readonly every?: Duration } = {}): Capture {
    const channels = names.map((name) => this.#channels.find(name));
    return this.#bench.notes.capture(this.#bench.instruments.add(new Capture(channels, toSeconds(every))));
  }

  /**
   * Looks at the end of every frame from now on whether `invariant` is true; the run ends with a failure when it is not.
   * @returns a function that takes the monitor away.
   */
  monitor(name: string, invariant: () => boolean): () => void {
    const monitor = this.#bench.instruments.add({
      afterFrame: () => {
        if (!invariant()) throw this.failure(`${name} is broken: ${invariant}`);
      },
    });
    return () => this.#bench.instruments.remove(monitor);
  }

  /** Holds an input at `value`, whatever the plant says, until it is released. */
  force(name: string, value: PointValue): void {
    this.#bench.disturbances.force(this.#settable(name, value), value);
    this.#bench.notes.force(name, value, this.time);
  }

  release(name: string): void {
    this.#bench.disturbances.release(this.#point(name));
  }

  /**
   * Injects a fault from now on: `for` so long, `until` something is so at the beginning of a frame, or until it is ended.
   * @throws when there is no such channel, device or partition, or the channel is no input that the outside feeds.
   */
  inject(fault: Fault, { for: duration, until: ends = () => false }: InjectionOptions = {}): Injection {
    const limits = { duration: duration === undefined ? Infinity : toSeconds(duration), until: ends };
    const effect = this.#begin(fault);
    this.#bench.notes.fault(fault, this.time);
    return this.#bench.instruments.add(new Injection(fault, this.time, limits, effect));
  }

  // ── What can be seen of the run ───────────────────────────────────────────────────────────────────────────────────

  /** One running hash a partition over all frames so far: two runs with equal hashes were the same run. */
  hashes(): Readonly<Record<string, string>> {
    return this.#bench.hashes();
  }

  /** By partition, the cycles of its slots so far, and those in which it did not execute. */
  timeUse(): Readonly<Record<string, TimeUse>> {
    return Object.fromEntries(this.#bench.module.partitions.map(({ partition, timeUse }) => [partition.name, timeUse]));
  }

  /** What a partition wrote to its UART. */
  console(partition: string): string {
    const found = this.system.partitions.find(({ name }) => name === partition);
    if (found === undefined) throw new Error(`the module has no partition ${partition}`);
    return this.#bench.consoles[found.index]!;
  }

  /** Virtual time, frame, the points that the test is about with what lies around them, and what changed lately. */
  situation(): string {
    return describeSituation({
      time: this.time,
      frame: this.frame,
      asked: [...this.#asked],
      names: this.#bench.names,
      points: this.#bench.published,
      changes: this.#bench.history.changes,
      forces: this.#bench.disturbances.forced.map(({ name }) => name),
    });
  }

  /** The channels that the test asked about, captures, and forces, over the last half minute, as SVG. */
  picture(title: string): string {
    const forced = this.#bench.disturbances.forced.map(({ name }) => this.#channels.find(name));
    return pictureOf(this.#bench, [...this.#asked, ...forced], title);
  }

  /**
   * Writes what entered and happened since power-on, or since the rig was last taken elsewhere in time, as the name's ending says:
   * `.recording` for `partita replay`, `.json` for Perfetto, `.vcd`, `.mcap`, or `.csv` of all points or those named.
   * @throws when the rig was made without `records`.
   */
  async saveTrace(path: string, points?: readonly string[]): Promise<void> {
    const { names } = this.#bench;
    await this.#bench
      .recordedRun()
      .save(path, points === undefined ? names.all() : points.map((name) => this.#point(name)));
  }

  /** The same as a recording's file. */
  recording(): Promise<Uint8Array> {
    return this.#bench.recordedRun().file();
  }

  /** What a report says of the run. */
  evidence(): RunEvidence {
    return evidenceOf(this.#bench, this.#asked.size === 0 ? null : this.picture("what the test looked at last"));
  }

  /** An error that tells the situation. */
  failure(message: string): RigFailure {
    return new RigFailure(message, this.situation());
  }

  // ── Inside ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #runFrame(): void {
    this.#bench.runFrame();
    this.#past?.frameEnded();
  }

  /** All there is of this moment, the past apart. */
  #moment(): Restore {
    const [bench, stimuli] = [this.#bench.checkpoint(), [...this.#stimuli]];
    return () => {
      bench();
      this.#stimuli.clear();
      for (const [channel, stimulus] of stimuli) this.#stimuli.set(channel, stimulus);
    };
  }

  #traveller(): Traveller {
    return {
      now: () => ({ time: this.time, frame: this.frame }),
      checkpoint: () => this.#moment(),
      runFrame: () => this.#bench.runFrame(),
    };
  }

  /** Board time when so much of it has passed from now on; rounded, or 0.1 s could be a cycle more than what it says. */
  #after(duration: Duration): number {
    return this.#bench.module.boardTime + Math.round((toMilliseconds(duration) * this.system.clock) / 1000);
  }

  #ask(name: string): Channel {
    const channel = this.#channels.find(name);
    this.#asked.delete(channel);
    this.#asked.add(channel);
    return channel;
  }

  /** @throws when the channel is a quantity of the plant. */
  #point(name: string): NamedPoint {
    const { point } = this.#channels.find(name);
    if (point === null) throw new Error(`${name} is a quantity of the plant; only points of the module can do that`);
    return point;
  }

  #begin(fault: Fault): Effect {
    if ("device" in fault) return beginDeviceFault(this.#bench, fault);
    if ("partition" in fault) return beginPartitionFault(this.#bench, fault);
    if ("channel" in fault) return beginSignalFault(this.#bench, this.#input(fault.channel), fault);
    return beginHostFault(this.#bench, fault);
  }

  #endStimulus(channel: Channel): void {
    const stimulus = this.#stimuli.get(channel);
    if (stimulus === undefined) return;
    this.#stimuli.delete(channel);
    this.#bench.instruments.remove(stimulus);
  }

  #offer(named: NamedPoint, value: PointValue): void {
    this.#settable(named.name, value);
    if (this.#bench.wiring?.feeds(named.name)) {
      throw new Error(`${named.name} is fed by the plant; use rig.force, or change the plant`);
    }
    this.#bench.offer(named, value);
  }

  /** An input that the outside feeds. */
  #input(name: string): NamedPoint {
    const named = this.#point(name);
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
    throw new Error(
      `${name} is fed by a channel from ${this.#bench.names.at(fed.from.partition, fed.from.point).name}`,
    );
  }

  #settable(name: string, value: PointValue): NamedPoint {
    const named = this.#input(name);
    const { type } = named.point;
    if (!takes(type, value)) throw new TypeError(`${name} is ${type} and cannot be ${value}`);
    return named;
  }
}

const takes = (type: PointType, value: PointValue): boolean => {
  if (typeof value === "string") return isText(type);
  return typeof value === "boolean" ? type === "BOOL" : type !== "BOOL" && !isText(type);
};
