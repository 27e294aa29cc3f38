/** A stimulus: plays a signal on a channel, a value before each frame. */
import { fieldsOf, type Restore } from "../plants/restore.ts";
import { asNumber, asValue, type Channel } from "./channels.ts";
import type { Instrument } from "./instrument.ts";
import { type Segment, type Signal, signalOf } from "./signals/index.ts";

export class Stimulus implements Instrument {
  readonly channel: Channel;
  /** Virtual time of its beginning, s. */
  readonly start: number;
  readonly #signal: Signal;
  /** Whether its last value has been played; that one stays. */
  isOver = false;

  constructor(channel: Channel, segments: readonly Segment[], start: number) {
    this.channel = channel;
    this.start = start;
    this.#signal = signalOf(segments, asNumber(channel.read()));
  }

  beforeFrame(time: number): void {
    if (this.isOver) return;
    const elapsed = time - this.start;
    this.channel.write(asValue(this.#signal.at(elapsed), this.channel.kind));
    this.isOver = elapsed >= this.#signal.duration;
  }

  /** Ends it here; the channel keeps its value. */
  stop(): void {
    this.isOver = true;
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }
}
