/** Where in its source a guest was: by the line table of its image, or else by its symbols. */
import { type LineTable, parseImage, Symbols } from "../board/index.ts";
import type { System } from "../system.ts";
import { lineTableOf } from "./disasm.ts";

interface Places {
  readonly lines: LineTable;
  readonly symbols: Symbols;
}

export class SourcePlaces {
  readonly #system: System;
  /** By partition, read when the first is asked for. */
  readonly #places = new Map<number, Places | null>();

  constructor(system: System) {
    this.#system = system;
  }

  /** `pump.st:12`, `main+0x8`, or null where nothing is known of that address. */
  at(partition: number, address: number): string | null {
    const places = this.#placesOf(partition);
    if (places === null) return null;
    const line = places.lines.at(address);
    return line === null ? places.symbols.describe(address) : `${line.file}:${line.line}`;
  }

  #placesOf(partition: number): Places | null {
    const known = this.#places.get(partition);
    if (known !== undefined) return known;
    const image = parseImage(this.#system.partitions[partition]?.image ?? new Uint8Array());
    const places = "problem" in image ? null : { lines: lineTableOf(image), symbols: new Symbols(image.symbols) };
    this.#places.set(partition, places);
    return places;
  }
}
