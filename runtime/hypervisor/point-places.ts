/** Where each point of a process image lies in a guest's RAM, and how its value moves between there and a cell. */
import { RAM_BASE } from "../board/index.ts";
import { type Area, isText, POINT_TYPES, type Point } from "../system.ts";
import { guestAddress } from "../units.ts";
import { type PointCells, runsOf } from "./point-cells.ts";

interface Place {
  readonly point: number;
  /** In RAM, from its start. */
  readonly offset: number;
  readonly bytes: number;
  /** Of a BOOL: the bits of its byte that it occupies; 0 for all other types. */
  readonly mask: number;
  /** Where its cell starts, in `PointCells.values`. */
  readonly cell: number;
}

/** The cell of a STRING or WSTRING. */
interface Text {
  readonly cell: number;
  readonly bytes: number;
  readonly characterBytes: number;
}

const CLOSE_BYTES = 64;

const placeOf = (point: Point, cell: number): Place => {
  const { index, type, address, bytes, bit } = point;
  const mask = type !== "BOOL" ? 0 : bit === null ? 0xff : 1 << bit;
  return { point: index, offset: address - RAM_BASE, bytes, mask, cell };
};

/** Stretches of RAM that cover all places; gaps too short to be worth a stretch of their own are covered too. */
const areasOf = (places: readonly Place[]): readonly Area[] => {
  const areas: { base: number; bytes: number }[] = [];
  for (const { offset, bytes } of [...places].sort((a, b) => a.offset - b.offset)) {
    const last = areas.at(-1);
    if (last !== undefined && offset < last.base + last.bytes + CLOSE_BYTES)
      last.bytes = Math.max(last.bytes, offset + bytes - last.base);
    else areas.push({ base: offset, bytes });
  }
  return areas.map(({ base, bytes }) => ({ base: guestAddress(RAM_BASE + base), bytes }));
};

/** A guest may leave anything behind the NUL of a text, or forget it: what it means is the same, and so is the cell. */
const clearBehind = (values: Uint8Array, { cell, bytes, characterBytes }: Text): void => {
  const last = cell + bytes - characterBytes;
  let end = cell;
  while (end < last && (values[end] !== 0 || (characterBytes === 2 && values[end + 1] !== 0))) end += characterBytes;
  values.fill(0, end, cell + bytes);
};

export class PointPlaces {
  /** Where in the guest's memory the points lie. */
  readonly areas: readonly Area[];
  readonly #places: readonly Place[];
  readonly #texts: readonly Text[];
  /** Stretches of cells that lie one behind the other: from where, and to where. */
  readonly #stretches: readonly (readonly [from: number, to: number])[];

  /** @param starts `PointCells.starts` of the partition that has, among others, these points. */
  constructor(points: readonly Point[], starts: Uint32Array) {
    this.#places = points.map((point) => placeOf(point, starts[point.index]!));
    this.#texts = points
      .filter(({ type }) => isText(type))
      .map(({ index, type, bytes }) => ({ cell: starts[index]!, bytes, characterBytes: POINT_TYPES[type].bytes }));
    const runs = runsOf(points.map(({ index }) => index));
    this.#stretches = runs.map(({ first, end }) => [starts[first]!, starts[end]!]);
    this.areas = areasOf(this.#places);
  }

  /** Sets each point in RAM to the value of its cell; the other bits of a BOOL's byte stay when it is one of several. */
  copyToRam(cells: PointCells, ram: Uint8Array): void {
    const { values } = cells;
    for (const { offset, bytes, mask, cell } of this.#places) {
      if (mask === 0) for (let i = 0; i < bytes; i++) ram[offset + i] = values[cell + i]!;
      else if (mask === 0xff) ram[offset] = values[cell]!;
      else ram[offset] = (ram[offset]! & ~mask) | (values[cell] === 0 ? 0 : mask);
    }
  }

  /** Sets each cell to the value in RAM; whatever bits make up a TRUE there, its cell holds 1. */
  copyFromRam(ram: Uint8Array, cells: PointCells): void {
    const { values } = cells;
    for (const { offset, bytes, mask, cell } of this.#places) {
      if (mask === 0) for (let i = 0; i < bytes; i++) values[cell + i] = ram[offset + i]!;
      else values[cell] = (ram[offset]! & mask) === 0 ? 0 : 1;
    }
    for (const text of this.#texts) clearBehind(values, text);
  }

  /** Writes the cells into `payload` from `at` on. @returns where they end. */
  appendValues({ values }: PointCells, payload: Uint8Array, at: number): number {
    let to = at;
    for (const [from, end] of this.#stretches) for (let i = from; i < end; i++) payload[to++] = values[i]!;
    return to;
  }

  /** The same for qualities, a byte a point. */
  appendQualities(cells: PointCells, payload: Uint8Array, at: number): number {
    let to = at;
    for (const { point } of this.#places) payload[to++] = cells.quality[point]!;
    return to;
  }
}
