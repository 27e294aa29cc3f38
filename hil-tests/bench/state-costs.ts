/** What it costs to save, restore, keep and clone the state of a module or partition, and how much there is of it. */

import { type Command, Module } from "../../runtime/hypervisor/index.ts";
import { decodeSnapshot, encodeSnapshot, engineOf, hostClock } from "../../runtime/index.ts";
import { encode, X } from "../../runtime/isa/index.ts";
import type { System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { Guest, spinner } from "../laws/guests.ts";
import { silence } from "../laws/runs.ts";
import { systemOf } from "../laws/systems.ts";
import { loadOnce } from "../rig/load.ts";
import { WATERWORKS } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const hasher = await createHasher();
const MIB = 1 << 20;
const CLONES = 1000;

/** Writes a word in every fourth page of so many bytes of RAM, and spins. */
const scribbler = (bytes: number): Uint8Array =>
  new Guest(1)
    .constant(X.t0, 0x8000_4000)
    .constant(X.t1, (0x8000_0000 + bytes) | 0)
    .constant(X.t2, 4 * 4096)
    .label("page")
    .add(encode("sw", { rs1: X.t0, rs2: X.s0, imm: 0 }), encode("add", { rd: X.t0, rs1: X.t0, rs2: X.t2 }))
    .branch("bltu", X.t0, X.t1, "page")
    .label("done")
    .jump("done")
    .image();

const SLOT = 100_000;

const twoOf = (bytes: number): System => {
  const one = { image: scribbler(bytes), memoryBytes: bytes };
  return systemOf({
    partitions: { original: one, clone: one },
    majorFrame: 3 * SLOT,
    slots: [
      ["original", 0, SLOT],
      ["clone", SLOT, 10],
    ],
  });
};

/** Of an action in each round. */
const REPEATS = 8;

/** CPU time of an action, ms, median of the rounds: what else the host does is not in it. */
const time = (rounds: number, action: () => void): number => {
  action();
  return median(Array.from({ length: rounds }, () => timeOfOne(action)));
};

const timeOfOne = (action: () => void): number => {
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < REPEATS; repeat++) action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / REPEATS;
};

/** Times in ms: CPU time in memory, time that passes for files. */
interface SavedModule {
  readonly name: string;
  readonly ramBytes: number;
  /** Not as their image left them. */
  readonly pages: number;
  readonly saveMs: number;
  readonly restoreMs: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
  readonly fileBytes: number;
}

export interface StateCosts {
  readonly rounds: number;
  readonly modules: readonly SavedModule[];
  /** One partition of 16 MiB, a quarter of its pages changed. */
  readonly cloneMs: number;
  readonly clonedPages: number;
  readonly idle: IdleClones;
}

interface IdleClones {
  readonly clones: number;
  /** Powering all on, and cloning the one that runs into all others: in one command. */
  readonly powerOnMs: number;
  readonly cloneMs: number;
  readonly frameMs: number;
  readonly residentBytes: number;
}

const running = (system: System, frames: number): Module => {
  const module = new Module(system, silence, hasher, { engineOf });
  while (module.frame < frames) module.runFrame();
  return module;
};

const changedPages = (module: Module, chosen?: readonly number[]): number =>
  module.save(chosen).partitions.reduce((sum, held) => sum + (held?.state.ram.numbers.length ?? 0), 0);

/** In memory, then as a file. */
const costsOf = async (name: string, system: System, frames: number, rounds: number): Promise<SavedModule> => {
  const module = running(system, frames);
  const state = module.save();
  const snapshot = { frame: module.frame, state, hashes: new BigUint64Array(system.partitions.length) };
  const files = { encoding: [] as number[], decoding: [] as number[], bytes: 0 };
  for (let round = 0; round < rounds; round++) {
    const started = hostClock.monotonicMs();
    const file = await encodeSnapshot(snapshot, system, "bench", hasher);
    const written = hostClock.monotonicMs();
    await decodeSnapshot(file, system, hasher);
    files.encoding.push(written - started);
    files.decoding.push(hostClock.monotonicMs() - written);
    files.bytes = file.length;
  }
  return {
    name,
    ramBytes: system.partitions.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    pages: changedPages(module),
    saveMs: time(rounds, () => void module.save()),
    restoreMs: time(rounds, () => module.restore(state)),
    encodeMs: median(files.encoding),
    decodeMs: median(files.decoding),
    fileBytes: files.bytes,
  };
};

/** A module that obeys `orders` at the start of every frame. */
const ordered = (system: System) => {
  const given = { orders: [] as readonly Command[] };
  const module = new Module(system, { ...silence, commands: () => given.orders }, hasher, { engineOf });
  return { module, given };
};

/** Cloning one partition: `clone` obeyed between two frames. */
const cloneCost = (bytes: number, rounds: number) => {
  const { module, given } = ordered(twoOf(bytes));
  for (let frame = 0; frame < 3; frame++) module.runFrame();
  const plain = time(rounds, () => module.runFrame());
  const clonedPages = changedPages(module, [0]);
  given.orders = [{ kind: "clone", partition: 0, to: [1] }];
  return { cloneMs: time(rounds, () => module.runFrame()) - plain, clonedPages };
};

/** A thousand copies of one partition, which has the only slot. */
const idleClones = (rounds: number): IdleClones => {
  const image = spinner();
  const names = Array.from(
    { length: CLONES + 1 },
    (_, index) => [`p${index}`, { image, memoryBytes: 65_536 }] as const,
  );
  const system = systemOf({ partitions: Object.fromEntries(names), majorFrame: 1000, slots: [["p0", 0, 900]] });
  const before = process.memoryUsage().rss;
  const started = hostClock.monotonicMs();
  const { module, given } = ordered(system);
  module.runFrame();
  const powerOnMs = hostClock.monotonicMs() - started;
  given.orders = [{ kind: "clone", partition: 0, to: system.partitions.map(({ index }) => index).slice(1) }];
  const cloning = hostClock.monotonicMs();
  module.runFrame();
  const cloneMs = hostClock.monotonicMs() - cloning;
  given.orders = [];
  const frameMs = time(rounds, () => module.runFrame());
  const residentBytes = process.memoryUsage().rss - before;
  return { clones: module.partitions.length - 1, powerOnMs, cloneMs, frameMs, residentBytes };
};

export const measureStateCosts = async ({ rounds, say }: SectionOptions): Promise<StateCosts> => {
  say("state");
  const waterworks = await loadOnce(WATERWORKS);
  const clone = cloneCost(16 * MIB, rounds);
  const idle = idleClones(rounds);
  const modules = [
    await costsOf("waterworks after 2 s", waterworks, 100, rounds),
    await costsOf("two partitions of 16 MiB", twoOf(16 * MIB), 3, rounds),
  ];
  return { rounds, modules, ...clone, idle };
};
