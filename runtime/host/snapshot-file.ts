/**
 * A snapshot as a file of blocks (trace/blocks.ts). Block 0 is the header as JSON; block 1 the module's state, empty when only some
 * partitions are held; then come two for each partition: its state, and the pages of its RAM that are not as its image left them.
 * All but the header are compressed. Any machine, Node version and engine can go on from it.
 */
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { RamPages } from "../board/index.ts";
import { PAGE_BYTES } from "../hart/layout.ts";
import type { ModuleState, PartitionState } from "../hypervisor/index.ts";
import type { Partition, System } from "../system.ts";
import { type BlockFormat, BlockWriter, differencesOf, formatHash, type Hasher, readBlocks } from "../trace/index.ts";
import { cycles } from "../units.ts";

const FORMAT: BlockFormat = { magic: "PARTSNP", version: 1, readable: [1], noun: "snapshot" };

/** Higher ones take several times as long and save a tenth. */
const QUALITY = 4;
const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** A module, or some of its partitions, between two major frames. */
export interface Snapshot {
  /** Frames that were over. */
  readonly frame: number;
  readonly state: ModuleState;
  /** By partition, the running hash of its trace so far: whoever goes on from here goes on with these. */
  readonly hashes: BigUint64Array;
}

interface SavedPartition {
  readonly name: string;
  /** XXH64 of the image. */
  readonly image: string;
  readonly memoryBytes: number;
  /** XXH64 of how its points and areas lie. */
  readonly layout: string;
  readonly trace: string;
}

interface Header {
  /** The tool that wrote it. */
  readonly version: string;
  readonly module: string;
  readonly configPath: string;
  /** `System.digest`. */
  readonly digest: string;
  readonly clock: number;
  readonly frame: number;
  /** Cycles. */
  readonly boardTime: number;
  /** All of the module, or only these partitions. */
  readonly whole: boolean;
  readonly partitions: readonly SavedPartition[];
}

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } };

/** @param version the tool's. */
export const encodeSnapshot = async (
  { frame, state, hashes }: Snapshot,
  system: System,
  version: string,
  hasher: Hasher,
): Promise<Uint8Array> => {
  const saved = system.partitions.flatMap((partition) => {
    const its = state.partitions[partition.index] ?? null;
    return its === null ? [] : [{ partition, its }];
  });
  const header: Header = {
    version,
    module: system.name,
    configPath: system.configPath,
    digest: system.digest,
    clock: system.clock,
    frame,
    boardTime: state.boardTime,
    whole: state.bytes !== null,
    partitions: saved.map(({ partition }) => ({
      ...factsOf(partition, hasher),
      trace: formatHash(hashes[partition.index]!),
    })),
  };
  const parts = [state.bytes ?? new Uint8Array(0), ...saved.flatMap(({ its }) => [its.bytes, packPages(its.ram)])];
  const blocks = await Promise.all(parts.map((part) => compress(part, BROTLI)));
  const file: Uint8Array[] = [];
  const writer = new BlockWriter(FORMAT, hasher, (bytes) => void file.push(bytes.slice()));
  for (const payload of [new TextEncoder().encode(JSON.stringify(header)), ...blocks]) writer.writePayload(payload);
  return new Uint8Array(Buffer.concat(file));
};

/** @returns the snapshot, or why `system` cannot go on from it: the file is torn, or another module's. */
export const decodeSnapshot = async (file: Uint8Array, system: System, hasher: Hasher): Promise<Snapshot | string> => {
  const blocks = readBlocks(file, FORMAT, hasher);
  if (blocks.kind === "damaged") return `${blocks.message} (at byte ${blocks.offset})`;
  const [first, ...others] = blocks.payloads.map(({ bytes }) => bytes);
  if (first === undefined) return "it is cut off within its header";
  // Matches its hash, so it is as it was written.
  const header: Header = JSON.parse(new TextDecoder().decode(first));
  if (others.length !== 1 + 2 * header.partitions.length) return `it is cut off at byte ${file.length}`;
  const differences = header.whole ? differencesOf(header, system, hasher) : partialDifferences(header, system, hasher);
  if (differences.length > 0) return `it is of another module: ${differences.join("; ")}`;
  const [module, ...parts] = await Promise.all(others.map((part) => decompress(part)));
  const partitions = new Array<PartitionState | null>(system.partitions.length).fill(null);
  const hashes = new BigUint64Array(system.partitions.length);
  for (const [at, { name, trace }] of header.partitions.entries()) {
    const index = system.partitions.findIndex((partition) => partition.name === name);
    partitions[index] = { bytes: parts[2 * at]!, ram: unpackPages(parts[2 * at + 1]!) };
    hashes[index] = BigInt(`0x${trace}`);
  }
  const bytes = header.whole ? module! : null;
  return { frame: header.frame, hashes, state: { boardTime: cycles(header.boardTime), bytes, partitions } };
};

const factsOf = ({ name, image, memoryBytes, points, ports, areas, latch }: Partition, hasher: Hasher) => ({
  name,
  image: formatHash(hasher.hash(image)),
  memoryBytes,
  layout: formatHash(hasher.hash(new TextEncoder().encode(JSON.stringify({ points, ports, areas, latch })))),
});

/** Partitions fit into another module, too, when it has them as they were. */
const partialDifferences = (header: Header, system: System, hasher: Hasher): readonly string[] => {
  if (header.clock !== system.clock) return [`the board's clock was ${header.clock} Hz, and is ${system.clock} Hz`];
  return header.partitions.flatMap((was) => {
    const partition = system.partitions.find(({ name }) => name === was.name);
    if (partition === undefined) return [`there is no partition ${was.name}`];
    const is = factsOf(partition, hasher);
    if (is.image !== was.image) return [`the image of partition ${was.name} is another one`];
    if (is.memoryBytes !== was.memoryBytes) {
      return [`partition ${was.name} had ${was.memoryBytes} bytes of memory, and has ${is.memoryBytes}`];
    }
    return is.layout === was.layout ? [] : [`the points or ports of partition ${was.name} are others`];
  });
};

/** u32 how many, their numbers, their bytes. */
const packPages = ({ numbers, bytes }: RamPages): Uint8Array => {
  const packed = new Uint8Array(4 + 4 * numbers.length + bytes.length);
  const view = new DataView(packed.buffer);
  view.setUint32(0, numbers.length, true);
  for (const [index, number] of numbers.entries()) view.setUint32(4 + 4 * index, number, true);
  packed.set(bytes, 4 + 4 * numbers.length);
  return packed;
};

const unpackPages = (packed: Uint8Array): RamPages => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const numbers = Uint32Array.from({ length: view.getUint32(0, true) }, (_, at) => view.getUint32(4 + 4 * at, true));
  const start = 4 + 4 * numbers.length;
  return { numbers, bytes: packed.subarray(start, start + numbers.length * PAGE_BYTES) };
};
