/**
 * What the harts of a module share: by which their partitions reach each other, and agree on the schedule. It is plain memory where
 * one thread runs all harts, and shared where each has its own. Whose turn it is may write; see turns.ts.
 */
import type { System } from "../system.ts";
import { Channels } from "./channels.ts";
import { Control } from "./control.ts";
import { Memory } from "./memory.ts";
import { bytesForCells, PointCells } from "./point-cells.ts";

/** Indices of `words`. */
export const MODULE_WORD = {
  /** How many turns are over, modulo 2^32. */
  turn: 0,
  /** Threads that are ready for the first turn. */
  ready: 1,
  /** Threads whose partitions are stopped for good. */
  stopped: 2,
  /** Index of the schedule that follows when the frame ends. */
  following: 3,
  /** 1: no frame is started any more. */
  isOver: 4,
  /** How often what the outside asked for was passed on. */
  passedOn: 5,
  /** How often the run fell behind by more than it may. */
  slips: 6,
  /** Threads that sleep until their turn comes. */
  asleep: 7,
} as const;
const WORDS = Object.keys(MODULE_WORD).length;

export class ModuleMemory {
  /** See `MODULE_WORD`. */
  readonly words: Int32Array;
  /** By partition: the hash of its latest frame, and of its state at the end. */
  readonly frameHashes: BigUint64Array;
  readonly stateHashes: BigUint64Array;
  /** By partition: all its points; and 1 when more than initial values were ever seen of its outputs. */
  readonly points: readonly PointCells[];
  readonly produced: Uint8Array;
  /** Each thread has its own over the same memory. */
  readonly channels: Channels;
  readonly control: Control;
  /** By queue that takes records of the health monitor: those that found no place since the last that did. */
  readonly untold: Uint32Array;

  /** @param memory fresh, of `ModuleMemory.bytes`; without it new memory that is not shared. */
  constructor(system: System, memory = new Memory()) {
    const { partitions } = system;
    this.words = memory.i32(WORDS);
    this.frameHashes = memory.u64(partitions.length);
    this.stateHashes = memory.u64(partitions.length);
    this.produced = memory.u8(partitions.length);
    this.points = partitions.map(({ points }) => new PointCells(points, ...memory.stretch(bytesForCells(points))));
    this.channels = new Channels(system, memory);
    this.control = new Control(partitions.length, memory);
    this.untold = memory.u32(this.channels.healthSources.length);
  }

  /** Of the memory that such a module shares. */
  static bytes(system: System): number {
    const counted = new Memory();
    new ModuleMemory(system, counted);
    return counted.used;
  }
}
