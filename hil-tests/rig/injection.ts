/** A fault that a test has injected: it lasts until its time is over, its condition is true, or the test ends it. */
import { objectionToUpset, type Upset } from "../../runtime/board/index.ts";
import type { Partition } from "../../runtime/system.ts";
import { cycles, guestAddress } from "../../runtime/units.ts";
import { fieldsOf, type Restore } from "../plants/restore.ts";
import type { Bench } from "./bench.ts";
import { HAIR, toSeconds } from "./duration.ts";
import {
  type DeviceFault,
  type Fault,
  faultWords,
  type HostFault,
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

/** What a fault does while it lasts. */
export interface Effect {
  /** Before each frame; left out: what it did at its beginning was all. */
  readonly beforeFrame?: () => void;
  /** Takes it away again. */
  readonly undo: () => void;
}

export class Injection implements Instrument {
  readonly fault: Fault;
  /** Virtual time of its beginning, s. */
  readonly start: number;
  readonly #limits: InjectionLimits;
  readonly #effect: Effect;
  isOver = false;

  constructor(fault: Fault, start: number, limits: InjectionLimits, effect: Effect) {
    this.fault = fault;
    this.start = start;
    this.#limits = limits;
    this.#effect = effect;
  }

  beforeFrame(time: number): void {
    if (this.isOver) return;
    if (time - this.start >= this.#limits.duration - HAIR || this.#limits.until()) this.end();
    else this.#effect.beforeFrame?.();
  }

  /** Ends it here. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#effect.undo();
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }
}

/** Each puts a fault to work. */
export const beginSignalFault = (bench: Bench, named: NamedPoint, fault: SignalFault): Effect => {
  const mapping = clientMappings(bench.system).find(
    ({ point }) => point.partition === named.partition.index && point.point === named.point.index,
  );
  const disturbance = new SignalDisturbance(named, fault, bench.lastSeen(named), mapping);
  bench.disturbances.add(disturbance);
  return { undo: () => bench.disturbances.remove(disturbance) };
};

/** @throws when the rig has no plant, or the plant no such device. */
export const beginDeviceFault = ({ wiring }: Bench, fault: DeviceFault): Effect => {
  if (wiring === null) throw new Error("this rig has no plant whose devices could be at fault");
  const line = wiring.lineTo(fault.device);
  line.add(fault);
  return { undo: () => line.remove(fault) };
};

export const beginHostFault = ({ jitter }: Bench, fault: HostFault): Effect => {
  jitter.add(fault);
  return { undo: () => jitter.remove(fault) };
};

const NOTHING_TO_UNDO: Effect = { undo: () => undefined };

/** What comes of it is seen from the next frame on. @throws when the module has no such partition, or that no such bit. */
export const beginPartitionFault = (bench: Bench, fault: PartitionFault): Effect => {
  const found = bench.system.partitions.find(({ name }) => name === fault.partition);
  if (found === undefined) throw new Error(`the module has no partition ${fault.partition}`);
  const partition = found.index;
  const stall = (duration: number | null) =>
    bench.order({ kind: "stall", partition, duration: duration === null ? null : cycles(duration) });
  switch (fault.kind) {
    case "restart":
      bench.order({ kind: "restart", partition, start: fault.start });
      return NOTHING_TO_UNDO;
    case "suspend":
    case "stop":
      bench.order({ kind: fault.kind, partition });
      return { undo: () => bench.order({ kind: fault.kind === "suspend" ? "resume" : "start", partition }) };
    case "hang":
      stall(null);
      return { undo: () => stall(0) };
    case "overrun": {
      const by = Math.round(toSeconds(fault.by) * bench.system.clock);
      return { beforeFrame: () => stall(by), undo: () => stall(0) };
    }
    case "crash":
      bench.order({ kind: "upset", partition, after: cycles(0), upset: { kind: "jump", to: guestAddress(0) } });
      return NOTHING_TO_UNDO;
    case "bitFlip":
      bench.order({ kind: "upset", partition, after: cycles(fault.after ?? 0), upset: flipOf(fault, found) });
      return NOTHING_TO_UNDO;
  }
};

/** @throws when there is no such bit. */
const flipOf = (fault: Extract<PartitionFault, { kind: "bitFlip" }>, { memoryBytes }: Partition): Upset => {
  const { bit } = fault;
  const upset: Upset =
    "register" in fault
      ? { kind: "register", register: fault.register, bit }
      : { kind: "ram", address: guestAddress(fault.address), bit };
  const objection = objectionToUpset(upset, memoryBytes);
  if (objection !== null) throw new Error(`${faultWords(fault)}: ${objection}`);
  return upset;
};
