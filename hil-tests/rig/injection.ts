/** A fault that a test has injected: it lasts until its time is over, its condition is true, or the test ends it. */
import { fieldsOf, type Restore } from "../plants/restore.ts";
import type { Bench } from "./bench.ts";
import { HAIR } from "./duration.ts";
import {
  type DeviceFault,
  type Fault,
  type PartitionFault,
  SignalDisturbance,
  type SignalFault,
} from "./faults/index.ts";
import type { Instrument } from "./instrument.ts";
import type { NamedPoint } from "./point-names.ts";
import { clientMappings } from "./wiring.ts";

export interface InjectionLimits {
  /** s; Infinity: until it is ended. */
  readonly duration: number;
  readonly until: () => boolean;
}

export class Injection implements Instrument {
  readonly fault: Fault;
  /** Virtual time of its beginning, s. */
  readonly start: number;
  readonly #limits: InjectionLimits;
  readonly #undo: () => void;
  isOver = false;

  /** @param undo takes away what the fault did. */
  constructor(fault: Fault, start: number, limits: InjectionLimits, undo: () => void) {
    this.fault = fault;
    this.start = start;
    this.#limits = limits;
    this.#undo = undo;
  }

  beforeFrame(time: number): void {
    if (!this.isOver && (time - this.start >= this.#limits.duration - HAIR || this.#limits.until())) this.end();
  }

  /** Ends it here. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#undo();
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }
}

/** Each puts a fault to work; @returns what takes it away again. */
export const beginSignalFault = (bench: Bench, named: NamedPoint, fault: SignalFault): (() => void) => {
  const mapping = clientMappings(bench.system).find(
    ({ point }) => point.partition === named.partition.index && point.point === named.point.index,
  );
  const disturbance = new SignalDisturbance(named, fault, bench.lastSeen(named), mapping);
  bench.disturbances.add(disturbance);
  return () => bench.disturbances.remove(disturbance);
};

/** @throws when the rig has no plant, or the plant no such device. */
export const beginDeviceFault = ({ wiring }: Bench, fault: DeviceFault): (() => void) => {
  if (wiring === null) throw new Error("this rig has no plant whose devices could be at fault");
  const line = wiring.lineTo(fault.device);
  line.add(fault);
  return () => line.remove(fault);
};

/** What comes of it is seen from the next frame on. @throws when the module has no such partition. */
export const beginPartitionFault = (bench: Bench, fault: PartitionFault): (() => void) => {
  const partition = bench.system.partitions.find(({ name }) => name === fault.partition)?.index;
  if (partition === undefined) throw new Error(`the module has no partition ${fault.partition}`);
  if (fault.kind === "restart") {
    bench.order({ kind: "restart", partition, start: fault.start });
    return () => undefined;
  }
  bench.order({ kind: fault.kind, partition });
  return () => bench.order({ kind: fault.kind === "suspend" ? "resume" : "start", partition });
};
