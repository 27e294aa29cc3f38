/** The frames just past, all channels of them: what a failure draws. */
import type { PointCells } from "../../runtime/index.ts";
import type { Plant, Quantity } from "../plants/plant.ts";
import type { Restore } from "../plants/restore.ts";
import { asNumber, type Channel } from "./channels.ts";
import type { Instrument } from "./instrument.ts";
import type { Trace } from "./plot/index.ts";

/** At 20 ms a frame, half a minute. */
const FRAMES = 1500;

interface Frame {
  /** Virtual, s: its end. */
  time: number;
  /** By partition. */
  readonly points: readonly PointCells[];
  /** In the order of the plant's quantities. */
  readonly quantities: Float64Array;
}

export class RecentFrames implements Instrument {
  readonly #points: readonly PointCells[];
  readonly #names: readonly string[];
  readonly #quantities: readonly Quantity[];
  /** A ring, once it is full; those from `#count` on wait to be used again. */
  readonly #frames: Frame[] = [];
  #count = 0;
  /** Of the oldest frame in the ring. */
  #first = 0;

  /** @param points by partition, as they are now at any time. */
  constructor(points: readonly PointCells[], plant: Plant | null) {
    this.#points = points;
    this.#names = Object.keys(plant?.quantities ?? {}).map((name) => `plant.${name}`);
    this.#quantities = Object.values(plant?.quantities ?? {});
  }

  afterFrame(time: number): void {
    const frame = this.#next();
    frame.time = time;
    for (const [index, cells] of this.#points.entries()) frame.points[index]!.copyFrom(cells);
    for (const [index, { read }] of this.#quantities.entries()) frame.quantities[index] = asNumber(read());
  }

  /** What these channels were; times in s, oldest first. */
  of(channels: readonly Channel[]): { readonly times: readonly number[]; readonly traces: readonly Trace[] } {
    const kept = this.#frames.slice(0, this.#count);
    const frames = [...kept.slice(this.#first), ...kept.slice(0, this.#first)];
    const traces = channels.map((channel) => {
      const valueIn = this.#reader(channel);
      return { ...channel, isSwitching: channel.kind === "bool", values: frames.map(valueIn) };
    });
    return { times: frames.map(({ time }) => time), traces };
  }

  #reader({ name, point }: Channel): (frame: Frame) => number {
    if (point === null) {
      const index = this.#names.indexOf(name);
      return ({ quantities }) => quantities[index]!;
    }
    const { partition, point: of } = point;
    return ({ points }) => asNumber(points[partition.index]!.get(of.index));
  }

  /** Elsewhere in time there is no past that belongs to it. */
  checkpoint(): Restore {
    return () => {
      this.#count = 0;
      this.#first = 0;
    };
  }

  #next(): Frame {
    if (this.#count === FRAMES) {
      const oldest = this.#frames[this.#first]!;
      this.#first = (this.#first + 1) % FRAMES;
      return oldest;
    }
    const used = this.#frames[this.#count];
    const frame = used ?? {
      ...{ time: 0, points: this.#points.map((cells) => cells.copy()) },
      quantities: new Float64Array(this.#quantities.length),
    };
    this.#frames[this.#count] = frame;
    this.#count += 1;
    return frame;
  }
}
