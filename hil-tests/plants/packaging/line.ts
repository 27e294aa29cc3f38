/**
 * The packaging line as physics: depalletiser → infeed belt → gate → filling and capping station → outfeed belt with label
 * head, camera, reject pusher → packer. Positions in m, weights in g.
 */
import type { FieldDevice, Plant } from "../plant.ts";
import { Belt, type Bottle } from "./belt.ts";
import { fieldDevices } from "./field-map.ts";
import { Station } from "./station.ts";

const GATE = 1.5; // on the infeed belt
const SUPPLY_INTERVAL = 1; // s between two bottles of the depalletiser
const LABEL = 0.6; // on the outfeed belt, as all that follow
const CAMERA = 0.9;
const PUSHER = 1.2;
const EXIT = 1.9;
const END = 2;
const LONGEST_STEP = 0.005; // s; an eye sees a bottle for 0.3 s

export class PackagingLine implements Plant {
  time = 0;
  readonly infeed = new Belt();
  readonly outfeed = new Belt();
  readonly station = new Station();
  /** What the partitions switch, besides belts and station. */
  readonly gate = { open: false };
  readonly release = { open: false };
  readonly labelHead = { apply: false, labels: Number.POSITIVE_INFINITY };
  readonly pusher = { push: false };
  readonly stackLight = { red: false, amber: false, green: false, horn: false };
  /** What an operator or a fault does. */
  readonly emergencyStop = { pressed: false };
  readonly depalletiser = { gives: true };
  /** Fault: the packer takes nothing, bottles stand in the exit eye. */
  readonly packer = { takes: true };
  readonly delivered: Bottle[] = [];
  readonly rejected: Bottle[] = [];
  readonly devices: readonly FieldDevice[];
  #sinceSupply = SUPPLY_INTERVAL;
  #bottles = 0;

  constructor() {
    this.devices = fieldDevices(this);
  }

  get safe(): boolean {
    return !this.emergencyStop.pressed;
  }

  get gateEye(): boolean {
    return this.infeed.seenAt(GATE - 0.05) !== null;
  }

  /** What the eyes of the outfeed see. */
  get eyes(): { readonly label: boolean; readonly camera: boolean; readonly pusher: boolean; readonly exit: boolean } {
    const sees = (place: number) => this.outfeed.seenAt(place) !== null;
    return { label: sees(LABEL), camera: sees(CAMERA), pusher: sees(PUSHER), exit: sees(EXIT) };
  }

  get labelSeen(): boolean {
    return this.outfeed.seenAt(CAMERA)?.labelled ?? false;
  }

  step(seconds: number): void {
    const steps = Math.max(1, Math.ceil(seconds / LONGEST_STEP - 1e-9));
    for (let i = 0; i < steps; i++) this.#stepOnce(seconds / steps);
  }

  #stepOnce(seconds: number): void {
    this.time += seconds;
    for (const belt of [this.infeed, this.outfeed]) belt.powered = this.safe;
    this.#supply(seconds);
    this.infeed.step(seconds, [GATE]);
    if (this.gate.open && this.station.empty) {
      const bottle = this.infeed.takeBeyond(GATE - 0.001);
      if (bottle !== null) this.station.enter(bottle);
    }
    if (this.release.open && this.outfeed.hasRoom) this.station.leave();
    const filled = this.station.step(seconds);
    if (filled !== null) this.outfeed.put(filled);
    this.outfeed.step(seconds, this.packer.takes ? [] : [EXIT + 0.03]);
    this.#finish();
  }

  #supply(seconds: number): void {
    this.#sinceSupply += seconds;
    if (!this.depalletiser.gives || this.#sinceSupply < SUPPLY_INTERVAL || !this.infeed.hasRoom) return;
    this.#sinceSupply = 0;
    this.#bottles += 1;
    this.infeed.put({ number: this.#bottles, product: 0, capped: false, labelled: false });
  }

  /** Label, reject, packer. */
  #finish(): void {
    const atLabel = this.outfeed.seenAt(LABEL);
    if (this.labelHead.apply && atLabel !== null && !atLabel.labelled && this.labelHead.labels > 0) {
      atLabel.labelled = true;
      this.labelHead.labels -= 1;
    }
    const pushed = this.pusher.push ? this.outfeed.takeAt(PUSHER) : null;
    if (pushed !== null) this.rejected.push(pushed);
    const done = this.outfeed.takeBeyond(END);
    if (done !== null) this.delivered.push(done);
  }
}
