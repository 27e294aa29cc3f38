/**
 * What a rig stands on: a module in virtual time, in this process, with a plant model on its wires, stepped frame by frame.
 * Nothing happens between the frames, and the same calls give the same run, bit for bit.
 */
import {
  type BoardInstant,
  type Command,
  type Incident,
  Module,
  type Outside,
} from "../../runtime/hypervisor/index.ts";
import { engineOf, PointCells } from "../../runtime/index.ts";
import type { PointValue, System } from "../../runtime/system.ts";
import { formatHash, type Hasher, RunningHashes } from "../../runtime/trace/index.ts";
import type { Plant } from "../plants/plant.ts";
import { allOf, type Restore } from "../plants/restore.ts";
import type { RunCounts } from "./counted-module.ts";
import { Disturbances } from "./disturbances.ts";
import { HostJitter } from "./faults/index.ts";
import { History } from "./history.ts";
import { Instruments } from "./instrument.ts";
import type { NamedPoint, PointNames } from "./point-names.ts";
import { RecentFrames } from "./recent.ts";
import { RecordedRun } from "./recorded-run.ts";
import type { SlotListener } from "./rig-options.ts";
import { RunNotes } from "./run-evidence.ts";
import { SlotUses } from "./slot-use.ts";
import { put, Wiring } from "./wiring.ts";

/** A guest's error or change of mode, and when. */
export interface RigIncident {
  /** Virtual time, s. */
  readonly time: number;
  readonly frame: number;
  readonly partition: string;
  readonly incident: Incident;
}

export interface BenchOptions {
  readonly counts?: RunCounts | null;
  readonly records?: boolean;
  readonly slotEnded?: SlotListener;
}

export class Bench {
  readonly system: System;
  readonly names: PointNames;
  readonly plant: Plant | null;
  /** What guests did wrong and which modes they took, in order. */
  readonly incidents: RigIncident[] = [];
  /** By partition: what each wrote to its UART. */
  readonly consoles: string[];
  /** By partition: its points as it saw them (inputs) or published them (outputs) at the end of its latest slot. */
  readonly published: readonly PointCells[];
  readonly history: History;
  readonly disturbances: Disturbances;
  readonly jitter = new HostJitter();
  readonly instruments = new Instruments();
  readonly wiring: Wiring | null;
  readonly module: Module;
  readonly recent: RecentFrames;
  readonly notes = new RunNotes();
  /** null: nobody counts. */
  readonly counts: RunCounts | null;
  readonly slotUses: SlotUses;
  /** null: nothing is recorded. */
  readonly #recorded: RecordedRun | null;
  readonly hasher: Hasher;
  readonly #hashes: RunningHashes;
  /** Inputs by partition, as plant and test offer them. */
  readonly #offered: readonly PointCells[];
  /** The same as the partitions get to see them: disturbed. */
  readonly #seen: readonly PointCells[];
  /** For the start of the next frame. */
  #orders: readonly Command[] = [];

  /** @throws when the config maps points to addresses that the plant does not have. */
  constructor(
    system: System,
    names: PointNames,
    plant: Plant | null,
    hasher: Hasher,
    { counts = null, records = false, slotEnded }: BenchOptions = {},
  ) {
    this.system = system;
    this.names = names;
    this.plant = plant;
    this.wiring = plant === null ? null : new Wiring(system, names, plant);
    this.history = new History(names, system.partitions.length);
    this.disturbances = new Disturbances();
    this.consoles = system.partitions.map(() => "");
    this.#hashes = new RunningHashes(system.partitions.length, hasher);
    this.#offered = system.partitions.map(({ points }) => PointCells.initial(points));
    this.#seen = this.#offered.map((cells) => cells.copy());
    this.counts = counts;
    this.hasher = hasher;
    this.slotUses = new SlotUses(system);
    const outside = this.#outside(slotEnded);
    this.#recorded = records ? new RecordedRun(system, hasher, outside) : null;
    this.module = new Module(system, this.#recorded?.outside ?? outside, hasher, {
      engineOf: counts?.engineOf ?? engineOf,
    });
    this.published = this.module.partitions.map(({ points }) => points);
    this.recent = this.instruments.add(new RecentFrames(this.published, plant));
  }

  /** Virtual time since power-on, s: always at the boundary of two major frames. */
  get time(): number {
    return this.module.boardTime / this.system.clock;
  }

  runFrame(): void {
    const { majorFrame } = this.module.schedule;
    const moment = { time: this.time, frame: this.module.frame };
    this.instruments.beforeFrame(this.time);
    this.wiring?.sense(this.#offered, moment);
    for (const [partition, cells] of this.#seen.entries()) cells.copyFrom(this.#offered[partition]!);
    this.disturbances.apply(this.#seen, moment);
    this.module.runFrame();
    this.wiring?.actuate(this.published, moment);
    this.plant?.step(majorFrame / this.system.clock);
    this.instruments.afterFrame(this.time);
  }

  /** What the outside offers to an input: its partition sees it from its next slot on. */
  offer(named: NamedPoint, value: PointValue): void {
    put(this.#offered[named.partition.index]!, named, value);
  }

  /** @throws when the rig was made without `records`. */
  recordedRun(): RecordedRun {
    if (this.#recorded === null) throw new Error("this rig records nothing; boot it with records: true");
    return this.#recorded;
  }

  /** What an input's partition was shown in the frame that is over. */
  lastSeen({ partition, point }: NamedPoint): PointValue {
    return this.#seen[partition.index]!.get(point.index);
  }

  /** Has the module obey a command at the start of the next frame. */
  order(command: Command): void {
    this.#orders = [...this.#orders, command];
  }

  /** One running hash a partition over all frames so far. */
  hashes(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.system.partitions.map(({ index, name }) => [name, formatHash(this.#hashes.values[index]!)]),
    );
  }

  /** Notes all there is of the run, the plant included. @throws when the plant has no `checkpoint`. */
  checkpoint(): Restore {
    const { plant } = this;
    if (plant !== null && plant.checkpoint === undefined) throw new Error("this rig's plant has no checkpoint");
    const state = this.module.save();
    const others = [
      plant?.checkpoint?.(),
      this.wiring?.checkpoint(),
      this.disturbances.checkpoint(),
      this.jitter.checkpoint(),
      this.instruments.checkpoint(),
      this.history.checkpoint(),
      this.#notes(),
    ];
    return allOf([() => this.module.restore(state), ...others.filter((other) => other !== undefined)]);
  }

  #notes(): Restore {
    const [incidents, consoles, hashes] = [[...this.incidents], [...this.consoles], this.#hashes.values.slice()];
    const copies = (all: readonly PointCells[]) => all.map((cells) => cells.copy());
    const [offered, seen, orders] = [copies(this.#offered), copies(this.#seen), this.#orders];
    return () => {
      this.incidents.splice(0, this.incidents.length, ...incidents);
      this.consoles.splice(0, this.consoles.length, ...consoles);
      this.#hashes.values.set(hashes);
      this.#orders = orders;
      this.slotUses.goOnFrom(this.module.partitions);
      this.#recorded?.startAnew(this.module);
      for (const [partition, cells] of offered.entries()) this.#offered[partition]!.copyFrom(cells);
      for (const [partition, cells] of seen.entries()) this.#seen[partition]!.copyFrom(cells);
    };
  }

  #outside(slotEnded?: SlotListener): Outside {
    const seconds = ({ cycle }: BoardInstant) => cycle / this.system.clock;
    return {
      commands: () => {
        const orders = this.#orders;
        this.#orders = [];
        return orders;
      },
      latch: (at, inputs) => {
        this.jitter.dawdle(at);
        inputs.copyFrom(this.#seen[at.partition]!);
      },
      published: (at, points) => {
        slotEnded?.(at, points);
        this.history.observe(at.partition, points, seconds(at));
        this.slotUses.ended(at.partition, this.module.partitions[at.partition]!);
      },
      uart: ({ partition }, byte) => {
        this.consoles[partition] += String.fromCharCode(byte);
      },
      incident: (at, incident) => {
        const partition = this.system.partitions[at.partition]!.name;
        this.incidents.push({ time: seconds(at), frame: at.frame, partition, incident });
      },
      scheduleSwitched: () => {},
      frameEnded: (_, hashes) => this.#hashes.frameEnded(hashes),
    };
  }
}
