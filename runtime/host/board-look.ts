/** A look at a running module between two frames: what its user wants to see of it, all of the same moment. */
import { RAM_BASE } from "../board/index.ts";
import {
  type Force,
  type HealthRecord,
  type Module,
  type ObservedScans,
  scansSoFar,
  slotTimeOfScan,
} from "../hypervisor/index.ts";
import type { PartitionMode } from "../hypervisor/outside.ts";
import type { Cycles, GuestAddress } from "../units.ts";

/** Something to look at: a point, or some of a guest's RAM. */
export type LookPlace =
  | { readonly kind: "point"; readonly partition: number; readonly point: number }
  /** All of it lies in RAM. */
  | { readonly kind: "memory"; readonly partition: number; readonly address: GuestAddress; readonly bytes: number };

/** What was there: of a point its cell. */
export interface Looked {
  readonly bytes: Uint8Array;
  /** Of a point one of `QUALITY`; null for memory. */
  readonly quality: number | null;
}

export interface PartitionLook {
  readonly mode: PartitionMode;
  readonly suspended: boolean;
  /** So far, over restarts too. */
  readonly errors: number;
  /** Another program has taken the former one's place, and can be rolled back. */
  readonly replaced: boolean;
  /** Cycles in which the guest executed, of those that its slots gave it. */
  readonly busyCycles: number;
  readonly slotCycles: number;
  readonly observed: ObservedScans;
  /** Slot time that a scan has. */
  readonly scanTime: Cycles;
}

export interface HeldForce extends Force {
  readonly partition: number;
}

interface Moment {
  /** The frame that is about to start. */
  readonly frame: number;
  readonly boardTime: Cycles;
  /** Index of the schedule that the next frame follows. */
  readonly schedule: number;
  readonly forces: readonly HeldForce[];
  /** The latest records of the health monitor, oldest first; null: nobody wanted them. */
  readonly health: readonly HealthRecord[] | null;
}

/** What someone wants to look at. */
export interface LookWish {
  readonly places: readonly LookPlace[];
  readonly health: boolean;
}

export interface BoardLook extends Moment {
  readonly partitions: readonly PartitionLook[];
  /** In the order of the places asked for. */
  readonly places: readonly Looked[];
}

/** What one thread sees: of the partitions that are another's nothing. */
export interface LookPart extends Moment {
  /** By partition. */
  readonly partitions: ReadonlyMap<number, PartitionLook>;
  readonly places: readonly (Looked | null)[];
}

/** @param parts of all threads, of the same moment. */
export const wholeLook = (parts: readonly LookPart[]): BoardLook => ({
  ...parts[0]!,
  partitions: parts
    .flatMap(({ partitions }) => [...partitions])
    .sort(([a], [b]) => a - b)
    .map(([, look]) => look),
  places: parts[0]!.places.map((_, at) => parts.flatMap(({ places }) => places[at] ?? [])[0]!),
  forces: parts.flatMap(({ forces }) => forces).sort((a, b) => a.partition - b.partition),
  health: parts[0]!.health && parts.flatMap(({ health }) => health ?? []).sort((a, b) => a.cycle - b.cycle),
});

export const lookAt = (module: Module, { places, health }: LookWish): LookPart => ({
  frame: module.frame,
  boardTime: module.boardTime,
  schedule: module.schedule.index,
  partitions: new Map(
    module.partitions.map(({ partition, mode, suspended, errors, timeUse, observed }) => [
      partition.index,
      {
        ...{ mode, suspended, errors, replaced: module.canRollBack(partition.index) },
        busyCycles: timeUse.given - timeUse.idle,
        slotCycles: timeUse.given,
        observed: scansSoFar(observed),
        scanTime: slotTimeOfScan(partition, module.schedule),
      },
    ]),
  ),
  places: places.map((place) => lookedAt(module, place)),
  health: health ? module.healthRecords : null,
  forces: module.partitions.flatMap(({ partition: { index }, forces }) =>
    forces.map((force) => ({ partition: index, ...force })),
  ),
});

const lookedAt = (module: Module, place: LookPlace): Looked | null => {
  const view = module.partitions.find(({ partition }) => partition.index === place.partition);
  if (view === undefined) return null;
  const { points, ram } = view;
  if (place.kind === "point") return { bytes: points.cell(place.point), quality: points.quality[place.point]! };
  const at = place.address - RAM_BASE;
  return { bytes: ram.slice(at, at + place.bytes), quality: null };
};
