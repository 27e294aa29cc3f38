/** Where each point of a process image lies in a guest's RAM, and how its value moves between there and a cell. */
import { RAM_BASE } from "../board/index.ts";
import { type Area, POINT_TYPES, type Point } from "../system.ts";
import { guestAddress } from "../units.ts";
import type { PointCells } from "./point-cells.ts";

interface Place {
  readonly point: number;
  /** In RAM, from its start. */
  readonly offset: number;
  readonly bytes: number;
  /** Of a BOOL: the bits of its byte that it occupies; 0 for all other types. */
  readonly mask: number;
}

const CLOSE_BYTES = 64;

const placeOf = ({ index, type, address, bit }: Point): Place => ({
  point: index,
  offset: address - RAM_BASE,
  bytes: POINT_TYPES[type].bytes,
  mask: type !== "BOOL" ? 0 : bit === null ? 0xff : 1 << bit,
});

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

export class PointPlaces {
  /** Where in the guest's memory the points lie. */
  readonly areas: readonly Area[];
  readonly #places: readonly Place[];

  constructor(points: readonly Point[]) {
    this.#places = points.map(placeOf);
    this.areas = areasOf(this.#places);
  }

  /** Sets each point in RAM to the value of its cell; the other bits of a BOOL's byte stay when it is one of several. */
  copyToRam(cells: PointCells, ram: Uint8Array): void {
    for (const { point, offset, bytes, mask } of this.#places) {
      const at = point * 8;
      if (mask === 0) for (let i = 0; i < bytes; i++) ram[offset + i] = cells.values[at + i]!;
      else if (mask === 0xff) ram[offset] = cells.values[at]!;
      else ram[offset] = (ram[offset]! & ~mask) | (cells.values[at] === 0 ? 0 : mask);
    }
  }

  /** Sets each cell to the value in RAM; whatever bits make up a TRUE there, its cell holds 1. */
  copyFromRam(ram: Uint8Array, cells: PointCells): void {
    for (const { point, offset, bytes, mask } of this.#places) {
      const at = point * 8;
      if (mask === 0) for (let i = 0; i < bytes; i++) cells.values[at + i] = ram[offset + i]!;
      else cells.values[at] = (ram[offset]! & mask) === 0 ? 0 : 1;
    }
  }

  /** Writes the cells' values, 8 bytes a point, into `payload` from `at` on. @returns where they end. */
  appendValues(cells: PointCells, payload: Uint8Array, at: number): number {
    let to = at;
    for (const { point } of this.#places) {
      for (let i = 0; i < 8; i++) payload[to + i] = cells.values[point * 8 + i]!;
      to += 8;
    }
    return to;
  }

  /** The same for qualities, a byte a point. */
  appendQualities(cells: PointCells, payload: Uint8Array, at: number): number {
    let to = at;
    for (const { point } of this.#places) payload[to++] = cells.quality[point]!;
    return to;
  }
}
