/** What a module is made with, and as what it is held between two frames. */
import type { EngineFactory } from "../hart/index.ts";
import type { Partition } from "../system.ts";
import type { EventSink } from "../trace/index.ts";
import type { Cycles } from "../units.ts";
import type { ModuleMemory } from "./module-memory.ts";
import type { PartitionState } from "./partition.ts";
import type { Program } from "./program.ts";

export interface ModuleOptions {
  /** Gets every event of every partition. */
  readonly events?: EventSink;
  /** How much of the remaining cycles of a slot to run at once, 1 … remaining; without it all. No guest can tell. */
  readonly slice?: (remaining: Cycles) => Cycles;
  /** What executes a partition's guest; without it the interpreter. No guest can tell. */
  readonly engineOf?: (partition: Partition) => EngineFactory;
  /** By partition, its retained data as an earlier run left them, or null; without it every partition starts cold. */
  readonly restored?: readonly (Uint8Array | null)[];
  /** Without it this module has all harts. */
  readonly hart?: HartOfSeveral;
}

/** One hart of a module whose harts run in threads of their own: its partitions, and the memory that it shares with the others. */
export interface HartOfSeveral {
  readonly index: number;
  readonly memory: ModuleMemory;
  readonly mail: HartMail;
  /** Slots of partitions that share nothing with other harts have their turns, too: who paces or records the run needs it. */
  readonly inOrder: boolean;
  /** So often its thread looks whether its turn has come before it sleeps. */
  readonly looks: number;
}

/** How harts in threads of their own send each other what is too large to share. */
export interface HartMail {
  send(hart: number, state: PartitionState): void;
  /** The one that this hart has sent, and nobody has received. */
  receive(hart: number): PartitionState;
}

/** A module, or some partitions of it, between two major frames: who restores it goes on as if nothing had been in between. */
export interface ModuleState {
  readonly boardTime: Cycles;
  /** Time, channels and health, as the classes wrote them; null: only partitions are held. */
  readonly bytes: Uint8Array | null;
  /** By partition; null: it is not held. */
  readonly partitions: readonly (HeldPartition | null)[];
}

/** A program in a state; null: the program is that of the System. */
export interface ProgramState {
  readonly program: Program | null;
  readonly state: PartitionState;
}

export interface HeldPartition extends ProgramState {
  /** What a rollback returns to; null: nothing was replaced. */
  readonly former: ProgramState | null;
  /** What it is in its module only: nothing of it comes back with a partition alone. */
  readonly place: Uint8Array;
}

/** @param parts of the same moment, of all harts. */
export const wholeState = (parts: readonly ModuleState[]): ModuleState => ({
  boardTime: parts[0]!.boardTime,
  bytes: parts.find(({ bytes }) => bytes !== null)?.bytes ?? null,
  partitions: parts[0]!.partitions.map(
    (_, index) => parts.flatMap(({ partitions }) => partitions[index] ?? [])[0] ?? null,
  ),
});
