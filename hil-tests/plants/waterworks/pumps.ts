/** The pumps and their starters: contactor, motor run-up, and hydraulic curves from manufacturers' sheets of this size. */
import { fieldsOf, type Restore } from "../restore.ts";
import { lagged } from "./instruments.ts";

/** A pump on a contactor, at full speed or stopped. */
export class FixedSpeedPump {
  /** The command at the contactor. */
  command = false;
  /** Fault: the contactor does not pull in. */
  contactorOpen = false;
  /** 0 … 1 of rated speed. A direct start of a motor of some kW takes about half a second. */
  speed = 0;

  /** The contactor's auxiliary contact. */
  get running(): boolean {
    return this.command && !this.contactorOpen;
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }

  step(seconds: number): void {
    this.speed = lagged(this.speed, this.running ? 1 : 0, 0.5, seconds);
  }
}

/** A raw-water pump: from the river to the reservoir, so against a head that hardly changes. */
export class IntakePump extends FixedSpeedPump {
  /** Fault: screen blocked or river low; the pump turns and nothing moves. */
  suctionBlocked = false;
  /** l/s. */
  flow = 0;
  readonly #ratedFlow: number;

  constructor(ratedFlow: number) {
    super();
    this.#ratedFlow = ratedFlow;
  }

  /** The flow switch at the suction: closes above a fifth of the rated flow. */
  get flowing(): boolean {
    return this.flow > this.#ratedFlow / 5;
  }

  override step(seconds: number): void {
    super.step(seconds);
    // The column of water in the rising main takes about a second to get moving.
    this.flow = lagged(this.flow, this.suctionBlocked ? 0 : this.#ratedFlow * this.speed, 1, seconds);
    if (this.flow < 0.01) this.flow = 0;
  }
}

/** Head at no flow and full speed, bar. */
const SHUT_OFF_HEAD = 6.5;
/** bar per (l/s)²: 6 l/s at 4.2 bar. */
const CURVE = 0.064;

/**
 * Flow of one booster, l/s, that turns at `speed` (0 … 1) and lifts by `head` bar: H = H₀s² − aQ² (affinity laws), behind a
 * check valve.
 */
export const boosterFlow = (speed: number, head: number): number => {
  const surplus = SHUT_OFF_HEAD * speed * speed - head;
  return surplus <= 0 ? 0 : Math.sqrt(surplus / CURVE);
};

/** The frequency inverter of the lead booster, with its motor. */
export class Inverter {
  release = false;
  /** Speed reference, 0 … 1. */
  reference = 0;
  /** Fault: its own protection (overcurrent, temperature) has switched off. */
  tripped = false;
  /** Fault: does not become ready. */
  neverReady = false;
  /** Of the shaft, 0 … 1. */
  speed = 0;
  /** Electrical, kW. */
  power = 0;
  #magnetised = 0;

  /** Magnetised and following its reference: half a second after release. */
  get ready(): boolean {
    return this.release && !this.tripped && !this.neverReady && this.#magnetised >= 0.5;
  }

  checkpoint(): Restore {
    const [fields, magnetised] = [fieldsOf(this), this.#magnetised];
    return () => {
      fields();
      this.#magnetised = magnetised;
    };
  }

  /** `flow`: what the pump delivers, l/s. */
  step(seconds: number, flow: number): void {
    this.#magnetised = this.release && !this.tripped ? this.#magnetised + seconds : 0;
    // Under control the shaft follows within tenths of a second; without current the pump coasts to a stop.
    this.speed = this.ready ? lagged(this.speed, this.reference, 0.3, seconds) : lagged(this.speed, 0, 1.0, seconds);
    // 3.3 kW at full speed and 6 l/s; a third of it goes into churning without flow. Cube of the speed (affinity laws).
    this.power = this.ready ? 3.3 * this.speed ** 3 * (1 / 3 + (2 / 3) * Math.min(1.2, flow / 6)) : 0;
  }
}
