/** The filling and capping station: a scale with one bottle on it, a dosing valve, and a press for caps. */
import { lagged } from "../waterworks/instruments.ts";
import type { Bottle } from "./belt.ts";

const FLOW = 150; // g/s, valve open
const NOZZLE_LAG = 0.1; // s: what runs in after the valve has closed, some 15 g
const TARE = 35; // g, an empty bottle
const STROKE = 0.4; // s, of the press
const MOVE = 0.3; // s that a bottle takes in and out

export class Station {
  fillValve = false;
  press = false;
  /** Fault: the press stands still. */
  pressStuck = false;
  /** Fault: product runs only so well, 0 … 1. */
  nozzle = 1;
  /** On the scale. */
  bottle: Bottle | null = null;
  #flow = 0;
  #height = 0; // of the press, 0 up … 1 down
  #moving: { readonly bottle: Bottle; readonly way: "in" | "out"; left: number } | null = null;

  /** Nothing in it, nor on its way in or out. */
  get empty(): boolean {
    return this.bottle === null && this.#moving === null;
  }

  get pressDown(): boolean {
    return this.#height >= 1;
  }

  get pressUp(): boolean {
    return this.#height <= 0;
  }

  /** What the scale says, g. */
  get weight(): number {
    return this.bottle === null ? 0 : TARE + this.bottle.product;
  }

  enter(bottle: Bottle): void {
    this.#moving = { bottle, way: "in", left: MOVE };
  }

  leave(): void {
    if (this.bottle === null || this.#moving !== null) return;
    this.#moving = { bottle: this.bottle, way: "out", left: MOVE };
    this.bottle = null;
  }

  /** @returns a bottle that has arrived at the outfeed. */
  step(seconds: number): Bottle | null {
    this.#flow = lagged(this.#flow, this.fillValve ? FLOW * this.nozzle : 0, NOZZLE_LAG, seconds);
    if (this.bottle !== null) this.bottle.product += this.#flow * seconds;
    this.#movePress(seconds);
    const moving = this.#moving;
    if (moving === null) return null;
    moving.left -= seconds;
    if (moving.left > 0) return null;
    this.#moving = null;
    if (moving.way === "out") return moving.bottle;
    this.bottle = moving.bottle;
    return null;
  }

  #movePress(seconds: number): void {
    if (this.pressStuck) return;
    const step = (this.press ? 1 : -1) * (seconds / STROKE);
    this.#height = Math.min(1, Math.max(0, this.#height + step));
    if (this.pressDown && this.bottle !== null) this.bottle.capped = true;
  }
}
