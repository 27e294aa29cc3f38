/** A recording played in a module, frame by frame, forwards and backwards: states kept on the way make any frame near. */
import type { System } from "../system.ts";
import { type Divergence, type Hasher, type Recording, Replayer, restoredOf } from "../trace/index.ts";
import { Module } from "./module.ts";
import type { ModuleOptions, ModuleState } from "./module-options.ts";
import type { Outside } from "./outside.ts";
import { Waypoints } from "./waypoints.ts";

export interface PlaybackOptions extends ModuleOptions {
  /** Is told what the module does, and brings nothing. */
  readonly watcher?: Outside;
  /** What the recording started from, when that was a snapshot. */
  readonly from?: ModuleState;
  /** Keeps states on the way, so that every frame already played is near; left out: only the start. */
  readonly rewindable?: boolean;
}

export class Playback {
  readonly module: Module;
  /** The first frame that can be gone to, and behind the last. */
  readonly first: number;
  readonly end: number;
  readonly #recording: Recording;
  readonly #replayer: Replayer;
  readonly #waypoints: Waypoints<ModuleState>;
  readonly #isRewindable: boolean;

  /** `system` must be the one recorded, see `differencesOf`; slices and engines may be others than in the run. */
  constructor(system: System, recording: Recording, hasher: Hasher, options: PlaybackOptions = {}) {
    const { watcher, from, rewindable = false, ...others } = options;
    this.#isRewindable = rewindable;
    this.#recording = recording;
    this.#replayer = new Replayer(recording, watcher);
    this.module = new Module(system, this.#replayer, hasher, { ...others, restored: restoredOf(recording.header) });
    if (from !== undefined) this.module.restore(from);
    this.first = this.module.frame;
    this.end = this.first + recording.frames;
    this.#waypoints = new Waypoints(this.first, this.module.save());
  }

  get frame(): number {
    return this.module.frame;
  }

  /** The first thing that was not as recorded since the playback was last taken elsewhere. */
  get divergence(): Divergence | null {
    return this.#replayer.divergence;
  }

  /** Plays a frame, or the stop that the recording has here. @returns false when it is over, or something was not as recorded. */
  step(): boolean {
    const { next, divergence } = this.#replayer;
    if (next === "end" || divergence !== null) return false;
    if (next === "stop") {
      this.module.stopAll();
      this.#replayer.stopped();
      return true;
    }
    this.module.runFrame();
    if (this.#isRewindable && this.#waypoints.wants(this.frame)) this.#waypoints.add(this.frame, this.module.save());
    return true;
  }

  /** Plays on to the end. @returns the first thing that was not as recorded, the partitions' last states included; null: all was. */
  run(): Divergence | null {
    while (this.step());
    if (this.divergence === null && this.#recording.complete) this.#replayer.end(this.module.stateHashes());
    return this.divergence;
  }

  /** Goes back, or forth, to the start of `frame`, or to the recording's nearest. */
  goTo(frame: number): void {
    const wanted = Math.min(Math.max(frame, this.first), this.end);
    const [at, state] = this.#waypoints.before(wanted);
    if (this.frame > wanted || this.frame < at) {
      this.module.restore(state);
      this.#replayer.goTo(at, this.end - at);
    }
    while (this.frame < wanted && this.step());
  }
}
