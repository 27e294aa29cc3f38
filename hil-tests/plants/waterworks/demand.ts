/** What the town draws: a day's curve and the noise of taps, pressure-driven. */
import { normal, type RandomNumbers, uniform } from "../random.ts";
import { fieldsOf, type Restore } from "../restore.ts";

/** Hour factors of a small town's working day around a mean of 1: night minimum near 3 h, peaks at 7 h and 19 h. */
const HOURS = [
  0.45, 0.38, 0.35, 0.35, 0.45, 0.8, 1.4, 1.65, 1.45, 1.25, 1.15, 1.15, 1.25, 1.15, 1.0, 0.95, 1.0, 1.2, 1.45, 1.5,
  1.25, 1.0, 0.8, 0.6,
] as const;
/** l/s at nominal pressure, mean of the day. */
const MEAN = 7;
/** Pressure at which a tap gives its nominal flow, bar. */
const NOMINAL_PRESSURE = 4;
const NOISE = { deviation: 0.05, correlation: 30 } as const; // of the demand; s

export class Demand {
  /** l/s at nominal pressure instead of the day's curve; null: the curve and its noise. */
  fixed: number | null = null;
  /** Hours since midnight. */
  timeOfDay: number;
  readonly #random: RandomNumbers;
  #noise = 0;

  constructor(seed: number, timeOfDay: number) {
    this.timeOfDay = timeOfDay;
    this.#random = normal(uniform(seed));
  }

  checkpoint(): Restore {
    const [fields, numbers, noise] = [fieldsOf(this), this.#random.checkpoint(), this.#noise];
    return () => {
      fields();
      numbers();
      this.#noise = noise;
    };
  }

  step(seconds: number): void {
    this.timeOfDay = (this.timeOfDay + seconds / 3600) % 24;
    // Ornstein–Uhlenbeck: many taps that open and close.
    const pull = seconds / NOISE.correlation;
    this.#noise += -this.#noise * pull + NOISE.deviation * Math.sqrt(2 * pull) * this.#random();
  }

  /** l/s that the town takes at `pressure` bar: outflow goes with the root of the pressure. */
  flow(pressure: number): number {
    return pressure <= 0 ? 0 : this.#nominal() * Math.sqrt(pressure / NOMINAL_PRESSURE);
  }

  #nominal(): number {
    if (this.fixed !== null) return this.fixed;
    const hour = Math.floor(this.timeOfDay);
    const from = HOURS[hour % 24]!;
    const to = HOURS[(hour + 1) % 24]!;
    return MEAN * (from + (to - from) * (this.timeOfDay - hour)) * Math.max(0.2, 1 + this.#noise);
  }
}
