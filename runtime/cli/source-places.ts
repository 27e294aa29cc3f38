/** Where in its source a guest was: by the line table of its image, or else by its symbols. */
import { type LineTable, parseImage, Symbols } from "../board/index.ts";
import type { HealthRecord } from "../hypervisor/index.ts";
import type { System } from "../system.ts";
import { lineTableOf } from "./disasm.ts";

/** Of symbols that compiled programs bring with them. */
const RUNTIME_PREFIX = "partita.";
const X_T2 = 7;

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

  /**
   * Where an error happened: `pump.st:12`, `main+0x8`, or null where nothing is known of that address. What the runtime of a program
   * raises belongs to the line that called it: its error routines return through t2.
   */
  of({ partition, pc, registers }: Pick<HealthRecord, "partition" | "pc" | "registers">): string | null {
    const places = this.#placesOf(partition);
    if (places === null) return null;
    const routine = places.symbols.covering(pc)?.name ?? "";
    const address = routine.startsWith(RUNTIME_PREFIX) ? (registers[X_T2]! >>> 0) - 1 : pc;
    const line = places.lines.at(address);
    return line === null ? places.symbols.describe(pc) : `${line.file}:${line.line}`;
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
