/** What a rig is made with, and what it hands out. */
import type { BoardInstant, PointCells } from "../../runtime/index.ts";
import type { Plant } from "../plants/plant.ts";
import type { Aliases } from "./channels.ts";
import type { Duration } from "./duration.ts";

export interface RigOptions {
  /** Wired to the points that the config maps to its devices, and stepped at the end of each major frame. */
  readonly plant?: Plant;
  /** The test's own names of channels. */
  readonly alias?: Aliases;
  /** Count what runs of the Structured Text: slower, and with programs that are not optimised. Left out: when `PARTITA_COVERAGE` is 1. */
  readonly covers?: boolean;
  /** Record what enters the module, for `saveTrace`. */
  readonly records?: boolean;
  /** Keep moments on the way, for `rewindTo`. @throws when the plant has no `checkpoint`. */
  readonly rewinds?: boolean;
  /** Hears of each slot that is over, and of a partition's points as it saw and published them; it copies what it wants to keep. */
  readonly slotEnded?: SlotListener;
}

export type SlotListener = (at: BoardInstant, points: PointCells) => void;

export interface InjectionOptions {
  readonly for?: Duration;
  readonly until?: () => boolean;
}

/** A moment of a rig, to which `Rig.restore` goes back. */
export interface RigCheckpoint {
  /** Virtual time, s. */
  readonly time: number;
  readonly frame: number;
}
