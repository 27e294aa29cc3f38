/** Where an image's instructions lie and where its functions begin, as far as the file says: what a translator starts from. */
import type { StaticCode } from "../hart/index.ts";
import { type GuestAddress, guestAddress } from "../units.ts";
import type { GuestImage } from "./image.ts";

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Executable sections; a file without section headers may execute all that it loads. */
export const staticCodeOf = (image: GuestImage): StaticCode => {
  const executable = image.sections.filter((section) => section.allocated && section.executable);
  const extents =
    executable.length > 0
      ? executable.map(({ address, bytes }) => ({ start: address, end: address + bytes.length }))
      : image.segments.map(({ address, bytes }) => ({ start: address, end: address + bytes.length }));
  const ranges = joined(extents.filter(({ start, end }) => end > start));
  const isCode = (address: number): boolean =>
    address % 2 === 0 && ranges.some(({ start, end }) => address >= start && address < end);
  const functions = new Set([image.entry]);
  for (const { kind, address } of image.symbols) if (kind === "function" && isCode(address)) functions.add(address);
  return { ranges, functions: Array.from(functions, guestAddress).sort((a, b) => a - b) };
};

/** Ascending and apart: what touches or overlaps is one. */
const joined = (extents: readonly Extent[]): { readonly start: GuestAddress; readonly end: GuestAddress }[] => {
  const result: { start: GuestAddress; end: GuestAddress }[] = [];
  for (const { start, end } of [...extents].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) last.end = guestAddress(Math.max(last.end, end));
    else result.push({ start: guestAddress(start), end: guestAddress(end) });
  }
  return result;
};
