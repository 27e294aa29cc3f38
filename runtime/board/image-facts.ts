/** What a config needs to know of an image without running it: where it starts and ends, its symbols, and what it says of itself. */
import type { ImageManifest } from "../image-manifest.ts";
import { MANIFEST_SECTION } from "../image-manifest.ts";
import { type GuestAddress, guestAddress } from "../units.ts";
import type { ElfSymbol, ImageProblem } from "./elf.ts";
import { parseImage } from "./image.ts";
import { parseManifest } from "./manifest.ts";
import { RAM_BASE } from "./memory-map.ts";

export interface SymbolPlace {
  readonly address: GuestAddress;
  /** Bytes; 0 when the image does not say. */
  readonly size: number;
  /** What the image says it is; a label may be either. */
  readonly kind: ElfSymbol["kind"];
}

export interface ImageFacts {
  readonly entry: GuestAddress;
  /** RAM that it needs at least, in bytes from 0x8000_0000. */
  readonly loadedBytes: number;
  /** By name. Where several have the same name, a global one counts, then the first. */
  readonly symbols: ReadonlyMap<string, SymbolPlace>;
  /** null: the image does not say. */
  readonly manifest: ImageManifest | null;
}

export const inspectImage = (file: Uint8Array): ImageFacts | ImageProblem => {
  const image = parseImage(file);
  if ("problem" in image) return image;
  const section = image.sections.find(({ name }) => name === MANIFEST_SECTION);
  const manifest = section === undefined ? null : parseManifest(section.bytes);
  if (manifest !== null && "problem" in manifest) return manifest;
  const symbols = new Map<string, SymbolPlace>();
  const byRank = [...image.symbols].sort((a, b) => Number(b.global) - Number(a.global));
  for (const { name, address, size, kind } of byRank) {
    if (!symbols.has(name)) symbols.set(name, { address: guestAddress(address), size, kind });
  }
  return { entry: guestAddress(image.entry), loadedBytes: image.end - RAM_BASE, symbols, manifest };
};
