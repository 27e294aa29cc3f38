/**
 * A snapshot as a file of blocks (trace/blocks.ts). Block 0 is the header as JSON; block 1 the module's state, empty when only some
 * partitions are held; then come those of each partition, as the header lists them: its state, its place in the module, the pages of its RAM
 * that are not as its image left them, and its program where that was replaced; and the same of what a rollback returns to. All but the header are
 * compressed. Any machine, Node version and engine can go on from it.
 */
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { RamPages } from "../board/index.ts";
import { PAGE_BYTES } from "../hart/layout.ts";
import type { HeldPartition, Program, ProgramState } from "../hypervisor/index.ts";
import { fromJsonBytes, jsonBytes } from "../json-bytes.ts";
import type { Partition, System } from "../system.ts";
import { type BlockFormat, BlockWriter, differencesOf, formatHash, type Hasher, readBlocks } from "../trace/index.ts";
import { cycles } from "../units.ts";
import type { Snapshot } from "./snapshot.ts";

const FORMAT: BlockFormat = { magic: "PARTSNP", version: 3, readable: [3], noun: "snapshot" };

/** Higher ones take several times as long and save a tenth. */
const QUALITY = 4;
const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

interface SavedPartition {
  readonly name: string;
  /** XXH64 of the image. */
  readonly image: string;
  readonly memoryBytes: number;
  /** XXH64 of how its points and areas lie. */
  readonly layout: string;
  readonly trace: string;
  readonly blocks: readonly BlockKind[];
}

type BlockKind = "state" | "place" | "ram" | "program" | "formerState" | "formerRam" | "formerProgram";

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
    return its === null ? [] : [{ partition, parts: partsOf(its) }];
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
    partitions: saved.map(({ partition, parts }) => ({
      ...factsOf(partition, hasher),
      trace: formatHash(hashes[partition.index]!),
      blocks: parts.map(({ kind }) => kind),
    })),
  };
  const held = saved.flatMap(({ parts }) => parts.map(({ bytes }) => bytes));
  const parts = [state.bytes ?? new Uint8Array(0), ...held];
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
  const expected = header.partitions.reduce((sum, { blocks: its }) => sum + its.length, 1);
  if (others.length !== expected) return `it is cut off at byte ${file.length}`;
  const differences = header.whole ? differencesOf(header, system, hasher) : partialDifferences(header, system, hasher);
  if (differences.length > 0) return `it is of another module: ${differences.join("; ")}`;
  const [module, ...parts] = await Promise.all(others.map((part) => decompress(part)));
  const partitions = new Array<HeldPartition | null>(system.partitions.length).fill(null);
  const hashes = new BigUint64Array(system.partitions.length);
  for (const { name, trace, blocks: kinds } of header.partitions) {
    const index = system.partitions.findIndex((partition) => partition.name === name);
    const its = new Map(kinds.map((kind) => [kind, parts.shift()!]));
    partitions[index] = heldPartition((kind) => its.get(kind) ?? null);
    hashes[index] = BigInt(`0x${trace}`);
  }
  const bytes = header.whole ? module! : null;
  return { frame: header.frame, hashes, state: { boardTime: cycles(header.boardTime), bytes, partitions } };
};

const factsOf = ({ name, image, memoryBytes, points, ports, areas, latch }: Partition, hasher: Hasher) => ({
  name,
  image: formatHash(hasher.hash(image)),
  memoryBytes,
  layout: formatHash(hasher.hash(jsonBytes({ points, ports, areas, latch }))),
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

const partsOf = ({ program, state, former, place }: HeldPartition) => {
  const own: { kind: BlockKind; bytes: Uint8Array }[] = [
    { kind: "state", bytes: state.bytes },
    { kind: "place", bytes: place },
    { kind: "ram", bytes: packPages(state.ram) },
  ];
  if (program !== null) own.push({ kind: "program", bytes: packProgram(program) });
  if (former === null) return own;
  own.push(
    { kind: "formerState", bytes: former.state.bytes },
    { kind: "formerRam", bytes: packPages(former.state.ram) },
  );
  if (former.program !== null) own.push({ kind: "formerProgram", bytes: packProgram(former.program) });
  return own;
};

const heldPartition = (block: (kind: BlockKind) => Uint8Array | null): HeldPartition => {
  const stateOf = (state: BlockKind, ram: BlockKind, program: BlockKind): ProgramState | null => {
    const [bytes, pages, packed] = [block(state), block(ram), block(program)];
    if (bytes === null || pages === null) return null;
    return { program: packed === null ? null : unpackProgram(packed), state: { bytes, ram: unpackPages(pages) } };
  };
  return {
    ...stateOf("state", "ram", "program")!,
    place: block("place")!,
    former: stateOf("formerState", "formerRam", "formerProgram"),
  };
};

/** u32 length, so many bytes of JSON, the image. */
const packProgram = ({ image, ...facts }: Program): Uint8Array => {
  const text = jsonBytes(facts);
  const packed = new Uint8Array(4 + text.length + image.length);
  new DataView(packed.buffer).setUint32(0, text.length, true);
  packed.set(text, 4);
  packed.set(image, 4 + text.length);
  return packed;
};

const unpackProgram = (packed: Uint8Array): Program => {
  const end = 4 + new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  return { ...fromJsonBytes<Omit<Program, "image">>(packed.subarray(4, end)), image: packed.slice(end) };
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
