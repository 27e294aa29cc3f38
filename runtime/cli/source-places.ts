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

/** What a partition runs from a frame on. */
interface Running {
  readonly frame: number;
  readonly image: Uint8Array;
}

export class SourcePlaces {
  /** By partition, the earliest first. */
  readonly #running: readonly Running[][];
  /** By image, read when one of its places is asked for. */
  readonly #places = new Map<Uint8Array, Places | null>();

  constructor({ partitions }: Pick<System, "partitions">) {
    this.#running = partitions.map(({ image }) => [{ frame: 0, image }]);
  }

  /** The partition has another image from `frame` on; records of frames before are of the former one. */
  replaced(partition: number, image: Uint8Array, frame: number): void {
    this.#running[partition]?.push({ frame, image });
  }

  /**
   * Where an error happened: `pump.st:12`, `main+0x8`, or null where nothing is known of that address. What the runtime of a program
   * raises belongs to the line that called it: its error routines return through t2.
   */
  of({
    partition,
    frame,
    pc,
    registers,
  }: Pick<HealthRecord, "partition" | "frame" | "pc" | "registers">): string | null {
    const running = this.#running[partition]?.findLast((one) => one.frame <= frame);
    const places = running === undefined ? null : this.#placesOf(running.image);
    if (places === null) return null;
    const routine = places.symbols.covering(pc)?.name ?? "";
    const address = routine.startsWith(RUNTIME_PREFIX) ? (registers[X_T2]! >>> 0) - 1 : pc;
    const line = places.lines.at(address);
    return line === null ? places.symbols.describe(pc) : `${line.file}:${line.line}`;
  }

  #placesOf(bytes: Uint8Array): Places | null {
    const known = this.#places.get(bytes);
    if (known !== undefined) return known;
    const image = parseImage(bytes);
    const places = "problem" in image ? null : { lines: lineTableOf(image), symbols: new Symbols(image.symbols) };
    this.#places.set(bytes, places);
    return places;
  }
}
