/**
 * What the partitions of a module become between two frames otherwise than by running: states are taken of them and given back,
 * programs are replaced and rolled back.
 */
import { type GuestImage, parseImage } from "../board/index.ts";
import { StateReader, StateWriter } from "../state.ts";
import type { Partition, System } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";
import type { HeldPartition, ModuleState, ProgramState } from "./module-options.ts";
import { type PartitionParts, type PartitionState, RunningPartition } from "./partition.ts";
import { type Program, programOf, retainedFor } from "./program.ts";

export class PartitionStates {
  readonly #system: System;
  /** By partition; whatever replaces one takes its place here. */
  readonly #running: RunningPartition[];
  /** What each was made of at power-on. */
  readonly #parts: readonly PartitionParts[];
  /** By partition, what a rollback returns to. */
  readonly #former: (ProgramState | null)[];

  /** @param running all, or those of one hart: the others' places are empty, as in `parts`. */
  constructor(system: System, running: RunningPartition[], parts: readonly PartitionParts[]) {
    this.#system = system;
    this.#running = running;
    this.#parts = parts;
    this.#former = system.partitions.map(() => null);
  }

  /** There is a former program to roll back to. */
  canRollBack(index: number): boolean {
    return this.#former[index] !== null;
  }

  hold(index: number): HeldPartition {
    const running = this.#running[index]!;
    const place = new StateWriter();
    running.savePlace(place);
    return {
      program: this.#programOf(index),
      state: running.save(),
      former: this.#former[index]!,
      place: place.finish(),
    };
  }

  /** The state into a partition that has the same program, at the board time of now. */
  clone(state: PartitionState, to: number): RunningPartition {
    const clone = this.#running[to]!;
    clone.emptyQueues();
    clone.restore(state, cycles(0));
    return clone;
  }

  replace(index: number, program: Program): RunningPartition {
    const { program: former, state } = this.hold(index);
    const { partition, retained } = this.#running[index]!;
    this.#former[index] = { program: former, state };
    return this.#load(index, program, retainedFor(program, partition, retained));
  }

  /** The inputs that were accepted meanwhile stay. @returns null when nothing was replaced. */
  rollBack(index: number): RunningPartition | null {
    const former = this.#former[index]!;
    if (former === null) return null;
    const { offered } = this.#parts[index]!.inputs;
    const accepted = offered.copy();
    const running = this.#load(index, former.program);
    running.restore(former.state, cycles(0));
    offered.copyFrom(accepted);
    this.#former[index] = null;
    return running;
  }

  /**
   * Gives those that are here what `state` holds of them.
   * @param timeJump this module's board time less that of the state.
   */
  restore({ bytes, partitions }: ModuleState, timeJump: Cycles): void {
    for (const [index, held] of partitions.entries()) {
      if (held === null || this.#running[index] === undefined) continue;
      const running = this.#load(index, held.program);
      if (bytes === null) running.emptyQueues();
      else restorePlace(running, held.place);
      running.restore(held.state, timeJump);
      this.#former[index] = held.former;
    }
  }

  /** null: that of the System. */
  #programOf(index: number): Program | null {
    const { partition } = this.#running[index]!;
    return partition.image === this.#system.partitions[index]!.image ? null : programOf(partition);
  }

  /** Has the partition run this program, from its start when it ran another one before. */
  #load(index: number, program: Program | null, restored: Uint8Array | null = null): RunningPartition {
    const before = this.#running[index]!;
    const partition = { ...this.#system.partitions[index]!, ...program };
    if (before.partition.image === partition.image) return before;
    const parts = { ...this.#parts[index]!, partition, image: imageOf(partition), restored };
    parts.inputs.relocate(partition);
    parts.outputs.relocate(partition);
    const running = new RunningPartition(parts);
    running.takeOver(before);
    this.#running[index] = running;
    return running;
  }
}

const restorePlace = (running: RunningPartition, place: Uint8Array): void => {
  const reader = new StateReader(place);
  running.restorePlace(reader);
  reader.end();
};

/** A System's images were checked when it was made. @param parsed images that are parsed already, by their bytes. */
export const imageOf = ({ name, image }: Partition, parsed = new Map<Uint8Array, GuestImage>()): GuestImage => {
  const known = parsed.get(image) ?? parseImage(image);
  if ("problem" in known) throw new Error(`the image of partition ${name} cannot be loaded: ${known.problem}`);
  parsed.set(image, known);
  return known;
};
