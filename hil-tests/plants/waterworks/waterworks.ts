/**
 * The waterworks as physics: river → intake pumps → contact main (chlorine) → reservoir → boosters → town. Sizes are those of
 * a package plant for some two thousand people, chosen so that things happen within minutes. Flows in l/s, pressures in bar,
 * levels in m.
 */
import type { FieldDevice, Plant, Quantity } from "../plant.ts";
import { allOf, fieldsOf, type Restore } from "../restore.ts";
import { ContactMain } from "./contact-main.ts";
import { Demand } from "./demand.ts";
import { fieldDevices } from "./field-map.ts";
import { lagged, Switch, Transmitter } from "./instruments.ts";
import { boosterFlow, FixedSpeedPump, IntakePump, Inverter } from "./pumps.ts";

const RESERVOIR_AREA = 4; // m²
const OVERFLOW_LEVEL = 5; // m
const LEAST_DRAWABLE = 0.15; // m, below it the boosters take in air
const FLOAT_LEVEL = 0.4; // m
/** 10 m of water are nearly 1 bar. */
const BAR_PER_METRE = 0.0981;
/** Membrane vessel and pipes: l that they take up per bar. */
const NETWORK_CAPACITY = 20;
const DOSING_PUMP_CAPACITY = 10; // l/h at 100 %
const ANALYSER_LAG = 5; // s, sample line and cell
const LONGEST_STEP = 0.02; // s, keeps the network's explicit Euler stable

export interface WaterworksOptions {
  /** Of the demand's noise. */
  readonly seed?: number;
  /** Reservoir at the beginning, m. */
  readonly level?: number;
  /** Network pressure at the beginning, bar. */
  readonly pressure?: number;
  /** Residual in the contact main at the beginning, mg/l. */
  readonly residual?: number;
  /** Hours since midnight at the beginning. */
  readonly timeOfDay?: number;
  /** A constant demand at nominal pressure instead of the day's curve, l/s. */
  readonly demand?: number;
}

export class Waterworks implements Plant {
  /** m; set it to move the plant to another state. */
  level: number;
  /** bar, likewise. */
  pressure: number;
  time = 0;

  // What an engineer would walk up to, open and spoil. Rated flow a little below the name plate's 15 l/s: they are worn.
  readonly p101 = new IntakePump(14.6);
  readonly p102 = new IntakePump(14.4);
  /** Hypochlorite pump: contactor, stroke frequency 0 … 1, and active chlorine in its day tank, g/l (it ages). */
  readonly p201 = Object.assign(new FixedSpeedPump(), { stroke: 0, solution: 12.5 });
  readonly inverter = new Inverter(); // of P-301
  readonly p302 = new FixedSpeedPump();
  readonly p303 = new FixedSpeedPump();
  readonly demand: Demand;

  readonly lt101 = new Transmitter(() => this.level);
  readonly lsll102 = new Switch(() => this.level > FLOAT_LEVEL);
  readonly fsl101 = new Switch(() => this.p101.flowing);
  readonly fsl102 = new Switch(() => this.p102.flowing);
  readonly at201 = new Transmitter(() => this.#analysed);
  readonly pt301 = new Transmitter(() => this.pressure);
  readonly devices: readonly FieldDevice[];
  readonly quantities: Readonly<Record<string, Quantity>>;

  /** Flows of the last step, l/s. */
  readonly flows = { intake: 0, lead: 0, p302: 0, p303: 0, town: 0 };

  readonly #contactMain: ContactMain;
  #analysed: number;

  constructor(options: WaterworksOptions = {}) {
    const { seed = 1, level = 3, pressure = 3.8, residual = 0.5, timeOfDay = 6.5, demand } = options;
    this.level = level;
    this.pressure = pressure;
    this.#analysed = residual;
    this.#contactMain = new ContactMain(residual);
    this.demand = new Demand(seed, timeOfDay);
    if (demand !== undefined) this.demand.fixed = demand;
    this.devices = fieldDevices(this);
    this.quantities = quantitiesOf(this);
  }

  /** Free chlorine at the analyser's tap, mg/l. */
  get residual(): number {
    return this.#contactMain.residual;
  }

  step(seconds: number): void {
    const steps = Math.max(1, Math.ceil(seconds / LONGEST_STEP - 1e-9));
    for (let i = 0; i < steps; i++) this.#stepOnce(seconds / steps);
  }

  checkpoint(): Restore {
    const { p101, p102, p201, inverter, p302, p303, demand, lt101, lsll102, fsl101, fsl102, at201, pt301 } = this;
    const parts = [p101, p102, p201, inverter, p302, p303, demand, lt101, lsll102, fsl101, fsl102, at201, pt301];
    const noted = [...parts, this.#contactMain].map((part) => part.checkpoint());
    const restore = allOf([fieldsOf(this), fieldsOf(this.flows), ...noted]);
    const analysed = this.#analysed;
    return () => {
      restore();
      this.#analysed = analysed;
    };
  }

  #stepOnce(seconds: number): void {
    this.time += seconds;
    for (const pump of [this.p101, this.p102, this.p201, this.p302, this.p303]) pump.step(seconds);
    this.demand.step(seconds);
    this.#raw(seconds);
    this.#network(seconds);
  }

  #raw(seconds: number): void {
    const { flows, p201 } = this;
    flows.intake = this.p101.flow + this.p102.flow;
    const litresPerSecond = (p201.speed * p201.stroke * DOSING_PUMP_CAPACITY) / 3600;
    this.#contactMain.step(seconds, flows.intake, litresPerSecond * p201.solution * 1000);
    this.#analysed = lagged(this.#analysed, this.#contactMain.residual, ANALYSER_LAG, seconds);
  }

  #network(seconds: number): void {
    const { flows } = this;
    const lift = this.pressure - this.level * BAR_PER_METRE;
    const flow = (speed: number) => (this.level > LEAST_DRAWABLE ? boosterFlow(speed, lift) : 0);
    this.inverter.step(seconds, flows.lead);
    flows.lead = flow(this.inverter.speed);
    flows.p302 = flow(this.p302.speed);
    flows.p303 = flow(this.p303.speed);
    flows.town = this.demand.flow(this.pressure);
    const drawn = flows.lead + flows.p302 + flows.p303;
    this.pressure = Math.max(0, this.pressure + ((drawn - flows.town) * seconds) / NETWORK_CAPACITY);
    const filled = this.level + ((flows.intake - drawn) * seconds) / 1000 / RESERVOIR_AREA;
    this.level = Math.min(OVERFLOW_LEVEL, Math.max(0, filled));
  }
}

/** What tests watch and move by name. */
const quantitiesOf = (plant: Waterworks): Readonly<Record<string, Quantity>> => {
  const free = (unit: string, key: "level" | "pressure"): Quantity => ({
    unit,
    read: () => plant[key],
    write: (value) => {
      plant[key] = Number(value);
    },
  });
  return {
    level: free("m", "level"),
    pressure: free("bar", "pressure"),
    residual: { unit: "mg/l", read: () => plant.residual },
    demand: {
      unit: "l/s",
      read: () => plant.flows.town,
      write: (value) => {
        plant.demand.fixed = Number(value);
      },
    },
    inflow: { unit: "l/s", read: () => plant.flows.intake },
  };
};
