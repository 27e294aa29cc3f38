/** What config needs from rooms that it does not know: whoever calls `loadSystem` brings the compiler and the image reader. */
import type { ImageManifest } from "../image-manifest.ts";
import type { Problem } from "../problem.ts";

export interface ConfigTools {
  /** Compiles Structured Text to an ELF image; of the libraries it takes what the program uses. */
  compileSt(program: readonly StSource[], libraries: readonly StSource[]): StCompilation;
  inspectImage(bytes: Uint8Array): ImageFacts | { readonly problem: string };
  /** A program or image that a partition is to run instead of what its config names. */
  readonly replacement?: { readonly partition: string; readonly file: string } | undefined;
  /** The bytes of a file; rejects as `node:fs` does. That of the file system when left out. */
  readFile?(path: string): Promise<Uint8Array>;
}

/** A file of Structured Text; `file` is the name that its problems carry. */
export interface StSource {
  readonly file: string;
  readonly text: string;
}

export type StCompilation =
  | { readonly ok: true; readonly elf: Uint8Array; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface ImageSymbol {
  readonly address: number;
  readonly size: number;
  readonly kind: "function" | "object" | "label";
}

/** What can be known of an image without running it. */
export interface ImageFacts {
  /** RAM that it needs at least, in bytes from 0x8000_0000. */
  readonly loadedBytes: number;
  /** By name; `size` in bytes, 0 when the image does not say. */
  readonly symbols: ReadonlyMap<string, ImageSymbol>;
  /** null: it says nothing of itself, the config has to. */
  readonly manifest: ImageManifest | null;
}
