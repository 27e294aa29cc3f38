/**
 * The main between dosing point and reservoir: chlorine needs some time in the water before its residual means anything.
 * Plug flow, so what goes in comes out unmixed when the main's volume has passed: a dead time that depends on the flow.
 */
import type { Restore } from "../restore.ts";

const VOLUME = 300; // l: 20 s at 15 l/s
const CELL = 2; // l
/** Chlorine that raw water consumes at once (organics, iron), mg/l. The program was told 0.4 by the jar tests. */
const WATER_DEMAND = 0.45;
/** First-order decay afterwards, 1/s: half in 7 hours, as in clean mains. */
const DECAY = Math.LN2 / (7 * 3600);

export class ContactMain {
  /** Chlorine per cell, mg/l, after the immediate demand; a ring that begins at the oldest. */
  readonly #residual: Float64Array;
  readonly #enteredAt: Float64Array;
  #oldest = 0;
  #cellVolume = 0; // l in the cell that is filling
  #cellMass = 0; // mg in it
  #time = 0;

  constructor(residual: number) {
    this.#residual = new Float64Array(VOLUME / CELL).fill(residual);
    this.#enteredAt = new Float64Array(VOLUME / CELL);
  }

  /** What leaves the main, mg/l. */
  get residual(): number {
    const age = this.#time - this.#enteredAt[this.#oldest]!;
    return this.#residual[this.#oldest]! * Math.exp(-DECAY * age);
  }

  checkpoint(): Restore {
    const [residual, enteredAt] = [this.#residual.slice(), this.#enteredAt.slice()];
    const [oldest, volume, mass, time] = [this.#oldest, this.#cellVolume, this.#cellMass, this.#time];
    return () => {
      this.#residual.set(residual);
      this.#enteredAt.set(enteredAt);
      [this.#oldest, this.#cellVolume, this.#cellMass, this.#time] = [oldest, volume, mass, time];
    };
  }

  /** `flow` in l/s; `chlorine` dosed, mg/s. Dosed into standing water it waits and passes as one slug. */
  step(seconds: number, flow: number, chlorine: number): void {
    this.#time += seconds;
    this.#cellVolume += flow * seconds;
    this.#cellMass += chlorine * seconds;
    while (this.#cellVolume >= CELL) {
      const mass = (this.#cellMass * CELL) / this.#cellVolume;
      this.#residual[this.#oldest] = Math.max(0, mass / CELL - WATER_DEMAND);
      this.#enteredAt[this.#oldest] = this.#time;
      this.#oldest = (this.#oldest + 1) % this.#residual.length;
      this.#cellVolume -= CELL;
      this.#cellMass -= mass;
    }
  }
}
