/** A capture: what channels were, frame after frame (ASAM XIL's capture). */
import { writeFileSync } from "node:fs";
import type { PointValue } from "../../runtime/system.ts";
import type { Restore } from "../plants/restore.ts";
import { asNumber, type Channel } from "./channels.ts";
import { HAIR } from "./duration.ts";
import type { Instrument } from "./instrument.ts";
import { chartOf, type Trace } from "./plot/index.ts";
import type { Sample } from "./signals/index.ts";

/** One look at all channels. */
interface Look {
  /** Virtual, s: the end of a frame. */
  readonly time: number;
  /** In the order of the channels. */
  readonly values: readonly PointValue[];
}

/** RFC 4180 §2. */
const inCsv = (value: PointValue): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export class Capture implements Instrument {
  readonly channels: readonly Channel[];
  readonly #interval: number;
  #looks: Look[] = [];
  #isRunning = true;

  /** @param interval s between two looks at least; 0: every frame. */
  constructor(channels: readonly Channel[], interval: number) {
    this.channels = channels;
    this.#interval = interval;
  }

  afterFrame(time: number): void {
    const last = this.#looks.at(-1);
    if (!this.#isRunning || (last !== undefined && time - last.time < this.#interval - HAIR)) return;
    this.#looks.push({ time, values: this.channels.map((channel) => channel.read()) });
  }

  /** Virtual times at which it looked, s. */
  get times(): readonly number[] {
    return this.#looks.map(({ time }) => time);
  }

  stop(): void {
    this.#isRunning = false;
  }

  /** The values of one of its channels, one for each of `times`. */
  values(name: string): readonly PointValue[] {
    const index = this.channels.findIndex((channel) => channel.name === name);
    if (index >= 0) return this.#looks.map(({ values }) => values[index]!);
    throw new Error(`${name} was not captured; ${this.channels.map((channel) => channel.name).join(", ")} were`);
  }

  /** The same to play them again: `rig.stimulus("intake.level", [samples(capture.samples("intake.level"))])`. */
  samples(name: string): readonly Sample[] {
    const values = this.values(name);
    return this.#looks.map(({ time }, i) => [time, asNumber(values[i]!)]);
  }

  /** A column of times in s and one for each channel. */
  toCsv(): string {
    const headers = ["time", ...this.channels.map(({ name }) => name)];
    const lines = this.#looks.map(({ time, values }) => [time, ...values.map(inCsv)].join(","));
    return `${[headers.join(","), ...lines].join("\n")}\n`;
  }

  /** A lane for each channel, time to the right. */
  toSvg(title = ""): string {
    return chartOf({ title, times: this.times, traces: this.#traces() });
  }

  /** Writes it as the name's ending says: `.csv`, `.svg` or `.png`. */
  async save(path: string, title = ""): Promise<void> {
    if (path.endsWith(".csv")) writeFileSync(path, this.toCsv());
    else if (path.endsWith(".svg")) writeFileSync(path, this.toSvg(title));
    else if (path.endsWith(".png")) writeFileSync(path, (await import("./plot/png.ts")).asPng(this.toSvg(title)));
    else throw new Error(`${path}: a capture is saved as .csv, .svg or .png`);
  }

  checkpoint(): Restore {
    // Looks are only ever added, so that those of now stay the first of the array that holds them.
    const [looks, count, isRunning] = [this.#looks, this.#looks.length, this.#isRunning];
    return () => {
      this.#looks = looks.slice(0, count);
      this.#isRunning = isRunning;
    };
  }

  #traces(): readonly Trace[] {
    return this.channels.map(({ name, unit, kind }, index) => ({
      name,
      unit,
      isSwitching: kind === "bool",
      values: this.#looks.map(({ values }) => asNumber(values[index]!)),
    }));
  }
}
