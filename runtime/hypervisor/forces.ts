/**
 * The forces of a partition: values that somebody outside holds, whatever the plant and the guest say, until they are released.
 * A forced input is as a LATCH brings it, good; a forced output as a PUBLISH hands it over; a forced variable is written at each
 * start of a slot, so that the guest itself may change it for the rest of the slot. A restart releases nothing.
 */
import { RAM_BASE, type VirtualBoard } from "../board/index.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Partition } from "../system.ts";
import { type GuestAddress, guestAddress } from "../units.ts";
import type { ForceTarget } from "./commands.ts";
import { PointCells, QUALITY } from "./point-cells.ts";

/** In a state, for a variable that fills its bytes. */
const NO_BIT = 255;

/** A value that is held; `bytes` as in the command. */
export interface Force {
  readonly target: ForceTarget;
  readonly bytes: Uint8Array;
}

interface ForcedVariable {
  readonly address: GuestAddress;
  readonly bit: number | null;
  readonly bytes: Uint8Array;
}

export class Forces {
  readonly #partition: Partition;
  /** The values of the forced points. */
  readonly #values: PointCells;
  readonly #isForced: Uint8Array;
  #inputs: readonly number[] = [];
  #outputs: readonly number[] = [];
  #variables: readonly ForcedVariable[] = [];

  constructor(partition: Partition) {
    this.#partition = partition;
    this.#values = new PointCells(partition.points);
    this.#values.quality.fill(QUALITY.good);
    this.#isForced = new Uint8Array(partition.points.length);
  }

  /** From now on; of two forces on the same target the later one counts. */
  hold(target: ForceTarget, bytes: Uint8Array): void {
    if (target.kind === "point") {
      this.#values.values.set(bytes, this.#values.starts[target.point]);
      this.#isForced[target.point] = 1;
      this.#listPoints();
      return;
    }
    const { address, bit } = target;
    this.#variables = [...this.#variablesBut(address, bit), { address, bit, bytes }];
  }

  /** `null`: all. What is not forced stays as it is. */
  release(target: ForceTarget | null): void {
    if (target === null) this.#isForced.fill(0);
    else if (target.kind === "point") this.#isForced[target.point] = 0;
    this.#listPoints();
    if (target === null) this.#variables = [];
    else if (target.kind === "variable") this.#variables = this.#variablesBut(target.address, target.bit);
  }

  /** All that are held, of points first. */
  get all(): readonly Force[] {
    const points = [...this.#isForced.keys()].filter((point) => this.holds(point));
    return [
      ...points.map((point): Force => ({ target: { kind: "point", point }, bytes: this.#values.cell(point) })),
      ...this.#variables.map(
        ({ address, bit, bytes }): Force => ({ target: { kind: "variable", address, bit }, bytes }),
      ),
    ];
  }

  /** Of all variables: where they lay, something else may lie now. */
  releaseVariables(): void {
    this.#variables = [];
  }

  get holdVariables(): boolean {
    return this.#variables.length > 0;
  }

  holds(point: number): boolean {
    return this.#isForced[point] === 1;
  }

  /** Overrides the inputs among `points`. */
  overInputs(points: PointCells): void {
    for (const point of this.#inputs) this.#override(points, point);
  }

  /** The same with outputs. */
  overOutputs(points: PointCells): void {
    for (const point of this.#outputs) this.#override(points, point);
  }

  /** Writes the forced variables into the guest's RAM. */
  overVariables(board: VirtualBoard): void {
    for (const { address, bit, bytes } of this.#variables) {
      const at = address - RAM_BASE;
      if (bit === null) board.ram.set(bytes, at);
      else board.ram[at] = (board.ram[at]! & ~(1 << bit)) | (bytes[0]! << bit);
      board.ramChanged(address, bytes.length);
    }
  }

  save(writer: StateWriter): void {
    writer.section("forces", 1);
    writer.bytes(this.#isForced);
    this.#values.save(writer);
    writer.u32(this.#variables.length);
    for (const { address, bit, bytes } of this.#variables) {
      writer.u32(address);
      writer.u8(bit ?? NO_BIT);
      writer.u32(bytes.length);
      writer.bytes(bytes);
    }
  }

  restore(reader: StateReader): void {
    reader.section("forces", 1);
    reader.bytes(this.#isForced);
    this.#values.restore(reader);
    this.#listPoints();
    this.#variables = Array.from({ length: reader.u32() }, () => {
      const [address, bit, bytes] = [reader.u32(), reader.u8(), new Uint8Array(reader.u32())];
      reader.bytes(bytes);
      return { address: guestAddress(address), bit: bit === NO_BIT ? null : bit, bytes };
    });
  }

  #override(points: PointCells, point: number): void {
    points.copyValue(point, this.#values, point);
    points.quality[point] = QUALITY.good;
  }

  #listPoints(): void {
    const forced = this.#partition.points.filter(({ index }) => this.holds(index));
    const indices = (wanted: string) =>
      forced.filter(({ direction }) => direction === wanted).map(({ index }) => index);
    this.#inputs = indices("input");
    this.#outputs = indices("output");
  }

  #variablesBut(address: GuestAddress, bit: number | null): readonly ForcedVariable[] {
    return this.#variables.filter((forced) => forced.address !== address || forced.bit !== bit);
  }
}
