/** What a partition runs, apart from what it is in its module: an image, and where it has what the partition has. */
import { parseImage } from "../board/index.ts";
import type { Partition, RetainedArea } from "../system.ts";

/** All of a partition that another image has otherwise; its points are the same, at other places. */
export type Program = Pick<Partition, "image" | "imagePath" | "points" | "areas" | "tasks">;

export const programOf = ({ image, imagePath, points, areas, tasks }: Partition): Program => ({
  image,
  imagePath,
  points,
  areas,
  tasks,
});

/**
 * The retained data that a new program starts with, when `was` kept `bytes` so far: its own, and the values of the variables that
 * both have by the same name and type. null: it keeps none, or the values mean something to their own image only.
 */
export const retainedFor = (program: Program, was: Program, bytes: Uint8Array): Uint8Array | null => {
  const [area, former] = [program.areas.retained, was.areas.retained];
  if (area === null || former === null || area.ofThisImage || former.ofThisImage) return null;
  const retained = initialBytes(program.image, area);
  const before = new Map(extentsOf(former).map((extent) => [extent.key, extent]));
  for (const { key, offset, room } of extentsOf(area)) {
    const old = before.get(key);
    if (old !== undefined) retained.set(bytes.subarray(old.offset, old.offset + Math.min(old.room, room)), offset);
  }
  return retained;
};

/** The area as the image has it. */
const initialBytes = (image: Uint8Array, { base, bytes }: RetainedArea): Uint8Array => {
  const initial = new Uint8Array(bytes);
  const parsed = parseImage(image);
  if ("problem" in parsed) return initial;
  for (const segment of parsed.segments) {
    const from = Math.max(base, segment.address);
    const end = Math.min(base + bytes, segment.address + segment.bytes.length);
    if (from < end) initial.set(segment.bytes.subarray(from - segment.address, end - segment.address), from - base);
  }
  return initial;
};

/** Each variable with the bytes up to the next one: those of a type are of one size, the rest is padding. */
const extentsOf = ({ bytes, variables }: RetainedArea) => {
  const ordered = [...variables].sort((a, b) => a.offset - b.offset);
  return ordered.map(({ name, type, offset }, index) => ({
    key: `${name} : ${type}`,
    offset,
    room: (ordered[index + 1]?.offset ?? bytes) - offset,
  }));
};
