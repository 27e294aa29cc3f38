/**
 * The file that keeps a partition's retained data while the module has no power. All numbers are little-endian:
 *
 * | bytes | |
 * |---|---|
 * | 8 | the magic "PARTRET" and the format's version |
 * | 4 | length of the header |
 * | … | the header, JSON: whose data these are, and how they lie |
 * | … | the data |
 * | 8 | XXH64 of all before it |
 */
import type { RetainedVariable } from "../image-manifest.ts";
import type { Partition, RetainedArea } from "../system.ts";
import { formatHash, type Hasher } from "../trace/index.ts";

const MAGIC = new TextEncoder().encode("PARTRET\x01");
const HASH_BYTES = 8;

interface Header {
  readonly module: string;
  readonly partition: string;
  readonly bytes: number;
  readonly variables: readonly RetainedVariable[];
  /** XXH64 of the image that wrote them, when they are of use to that one only. */
  readonly image: string | null;
}

/** Whose data a file is to hold. */
export interface RetainedOwner {
  readonly module: string;
  readonly partition: Partition;
  readonly area: RetainedArea;
}

const headerOf = ({ module, partition, area }: RetainedOwner, hasher: Hasher): Header => ({
  module,
  partition: partition.name,
  bytes: area.bytes,
  variables: area.variables,
  image: area.ofThisImage ? formatHash(hasher.hash(partition.image)) : null,
});

export const encodeRetained = (owner: RetainedOwner, data: Uint8Array, hasher: Hasher): Uint8Array => {
  const header = new TextEncoder().encode(JSON.stringify(headerOf(owner, hasher)));
  const start = MAGIC.length + 4 + header.length;
  const file = new Uint8Array(start + data.length + HASH_BYTES);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  view.setUint32(MAGIC.length, header.length, true);
  file.set(header, MAGIC.length + 4);
  file.set(data, start);
  view.setBigUint64(start + data.length, hasher.hash(file.subarray(0, start + data.length)), true);
  return file;
};

/** @returns the data, or why they cannot be used: the file is torn, or another program's. */
export const decodeRetained = (file: Uint8Array, owner: RetainedOwner, hasher: Hasher): Uint8Array | string => {
  const version = MAGIC.length - 1;
  if (file.length < MAGIC.length || MAGIC.some((byte, at) => at < version && file[at] !== byte)) {
    return "it holds no retained data";
  }
  if (file[version] !== MAGIC[version])
    return `its format is ${file[version]}, and only ${MAGIC[version]} is known here`;
  const end = file.length - HASH_BYTES;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (end < MAGIC.length + 4 || hasher.hash(file.subarray(0, end)) !== view.getBigUint64(end, true)) {
    return "it is damaged: it does not match its checksum";
  }
  const start = MAGIC.length + 4 + view.getUint32(MAGIC.length, true);
  // Matches its checksum, so it is as it was written.
  const header: Header = JSON.parse(new TextDecoder().decode(file.subarray(MAGIC.length + 4, start)));
  return differenceOf(header, headerOf(owner, hasher)) ?? new Uint8Array(file.subarray(start, end));
};

/** What keeps one header's data from being used under the other; null: nothing. */
const differenceOf = (was: Header, is: Header): string | null => {
  if (was.module !== is.module || was.partition !== is.partition) {
    return `it is of partition ${was.partition} of module ${was.module}`;
  }
  const before = new Map(was.variables.map((variable) => [variable.name, variable]));
  for (const { name, type, offset } of is.variables) {
    const old = before.get(name);
    if (old === undefined) return `it does not know the retained variable ${name}`;
    if (old.type !== type) return `the retained variable ${name} was ${old.type}, and is ${type}`;
    if (old.offset !== offset) return `the retained variable ${name} lies elsewhere now`;
    before.delete(name);
  }
  const [gone] = before.keys();
  if (gone !== undefined) return `it has the variable ${gone}, which is retained no more`;
  if (was.image !== is.image)
    return "it was written by another build of the program, and addresses are among its values";
  return was.bytes === is.bytes ? null : `it has ${was.bytes} bytes of data, and the program ${is.bytes}`;
};
