/**
 * What an image says of itself: the JSON text in its ELF section `.partita` (not loaded into RAM). The ST compiler writes it;
 * a C image has none, and the config names its points by symbol instead.
 */
import type { Direction, PointType, PointValue } from "./system.ts";

export const MANIFEST_SECTION = ".partita";

export interface ManifestPoint {
  readonly name: string;
  readonly type: PointType;
  readonly direction: Direction;
  /** Guest address of the value's first byte. */
  readonly address: number;
  /** Bit 0 … 7 of that byte for a BOOL at %IX/%QX, else null. */
  readonly bit: number | null;
  /** Characters that a STRING or WSTRING holds at most; other types have none. */
  readonly length?: number;
  readonly initial: PointValue;
}

/** What is released again and again. */
export interface ManifestTask {
  /** null: it has none. */
  readonly name: string | null;
  readonly intervalNs: number;
  /** What it looks for in each interval, as the source writes it, and waits for; null: it waits for nothing else. */
  readonly event: string | null;
}

export interface ManifestPort {
  readonly name: string;
  readonly direction: "source" | "destination";
  /** Bytes of the message that the program sends, or has room for. */
  readonly messageBytes: number;
}

export interface ManifestArea {
  readonly base: number;
  readonly bytes: number;
}

/** Data that a warm start keeps, and a power cycle where the module's config says so. */
export interface ManifestRetained extends ManifestArea {
  readonly variables: readonly RetainedVariable[];
  /**
   * Some of the values mean something to this very image only: addresses, say. Then another image does not take them over, be its
   * variables the same.
   */
  readonly ofThisImage: boolean;
}

/** What makes retained data of one image usable by another: the same variables, of the same types, at the same places. */
export interface RetainedVariable {
  readonly name: string;
  /** In words that differ when the layout does: `ARRAY [1..2] OF REAL`, `Pump{Hours : REAL @ 0, Starts : UINT @ 4}`. */
  readonly type: string;
  /** Bytes from the start of the area. */
  readonly offset: number;
}

export interface ImageManifest {
  readonly format: 1;
  readonly language: "ST";
  readonly tasks: readonly ManifestTask[];
  readonly points: readonly ManifestPoint[];
  readonly ports: readonly ManifestPort[];
  readonly areas: {
    readonly input: ManifestArea | null;
    readonly output: ManifestArea | null;
    readonly retained: ManifestRetained | null;
  };
}
