/** What the main thread and the board worker say to each other. */
import type { ModuleState, ObservedScans, Shutdown } from "../hypervisor/index.ts";
import type { BoardInstant, Incident, PartitionMode } from "../hypervisor/outside.ts";
import type { System } from "../system.ts";
import type { Cycles, Hertz } from "../units.ts";
import type { BoardAnswer } from "./board-requests.ts";
import type { HartJob } from "./hart-link.ts";

/** Given to the worker when it starts; the shared memories are those that the main thread keeps. */
export interface BoardJob {
  readonly system: System;
  /** null: this thread runs all harts. */
  readonly hart: HartJob | null;
  /** The tool's version, for the recording. */
  readonly version: string;
  /** Where it starts; null: at power-on. */
  readonly snapshot: BoardStart | null;
  /** Board time after which the run ends by itself, with the major frame then current; Infinity: only when told. */
  readonly duration: Cycles;
  readonly paced: boolean;
  /** The operating system is to run this thread before ordinary ones. */
  readonly realTime: boolean;
  readonly exchange: SharedArrayBuffer;
  /** One Int32: 0 while the run shall go on. */
  readonly control: SharedArrayBuffer;
  /** Of `BoardFigures`. */
  readonly figures: SharedArrayBuffer;
  /** To what host time board time is tied: see pacer.ts. */
  readonly anchor: SharedArrayBuffer;
  /** The ring by which requests come: see board-requests.ts. */
  readonly requests: SharedArrayBuffer;
  /** By partition, the retained data that it starts with; null: it starts cold. */
  readonly restored: readonly (Uint8Array | null)[];
  /** Where retained data are handed over; null: nobody keeps them. */
  readonly retained: SharedArrayBuffer | null;
  /** null: none is made. */
  readonly recording: RecordingJob | null;
}

export interface RecordingJob {
  /** The ring by which the file's bytes go. */
  readonly ring: SharedArrayBuffer;
  /** Of a `RecordLog`, in which the threads of all harts write. */
  readonly log: SharedArrayBuffer;
}

/** What a run goes on from. */
export interface BoardStart {
  readonly state: ModuleState;
  /** Running hashes of the partitions' traces so far. */
  readonly hashes: BigUint64Array;
  /** The snapshot's file, which a recording takes in. */
  readonly file: Uint8Array;
}

/** A place in board time that a log line can carry. */
export interface LoggedInstant {
  readonly cycle: Cycles;
  readonly frame: number;
  readonly partition: number;
}

export type BoardMessage =
  /** Before the first slot. */
  | { readonly kind: "running" }
  /** The operating system refused to run a board's thread before ordinary ones. */
  | { readonly kind: "notRealTime"; readonly reason: string }
  /** `unsaid` incidents of this partition came so fast before this one that they were only counted. */
  | { readonly kind: "incident"; readonly at: LoggedInstant; readonly incident: Incident; readonly unsaid: number }
  /** A line that the guest wrote to its UART. */
  | { readonly kind: "uart"; readonly at: LoggedInstant; readonly text: string }
  | { readonly kind: "slipped"; readonly at: LoggedInstant }
  /** After this frame the run goes on in another schedule. */
  | { readonly kind: "scheduleSwitched"; readonly at: LoggedInstant; readonly schedule: string }
  | ({ readonly kind: "answer" } & BoardAnswer)
  /** The last one. */
  | { readonly kind: "ended"; readonly summary: RunSummary };

export interface PartitionSummary {
  readonly name: string;
  /** Before the end of the run stopped it. */
  readonly mode: PartitionMode;
  /** A fault stopped it during the run. */
  readonly faulted: boolean;
  /** Running hash over all frames, and of the state after the last. */
  readonly hash: string;
  readonly stateHash: string;
  /** Cycles in which the guest executed, of those that its slots gave it. */
  readonly busyCycles: number;
  readonly slotCycles: number;
  readonly observed: ObservedScans;
  /** Slot time that a scan has. */
  readonly scanTime: Cycles;
  /** Host time that running it took. */
  readonly hostMs: number;
}

export interface RunSummary {
  /** The health monitor or a system partition ended the run; null: neither did. */
  readonly shutDown: Shutdown | null;
  readonly frames: number;
  readonly boardSeconds: number;
  /** Cycles a second. */
  readonly clock: Hertz;
  readonly hostMs: number;
  readonly partitions: readonly PartitionSummary[];
}

export const instantOf = ({ cycle, frame, partition }: BoardInstant): LoggedInstant => ({ cycle, frame, partition });
