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
import { figure, NOTHING, type Table } from "./table.ts";

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

/** CPU time of one of so many, ms: what else the host does is not in it. */
const time = (rounds: number, action: () => void): number => {
  action();
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
};

const running = (system: System, frames: number): Module => {
  const module = new Module(system, silence, hasher, { engineOf });
  while (module.frame < frames) module.runFrame();
  return module;
};

/** One row: in memory, then as a file. */
const costsOf = async (name: string, system: System, frames: number, rounds: number): Promise<readonly string[]> => {
  const module = running(system, frames);
  const state = module.save();
  const save = time(rounds, () => void module.save());
  const restore = time(rounds, () => module.restore(state));
  const pages = state.partitions.reduce((sum, held) => sum + held!.state.ram.numbers.length, 0);
  const snapshot = { frame: module.frame, state, hashes: new BigUint64Array(system.partitions.length) };
  const started = hostClock.monotonicMs();
  const file = await encodeSnapshot(snapshot, system, "bench", hasher);
  const written = hostClock.monotonicMs();
  await decodeSnapshot(file, system, hasher);
  const [encoding, decoding] = [written - started, hostClock.monotonicMs() - written];
  const ram = system.partitions.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const size = `${figure(file.length / 1024)} KiB`;
  return [
    name,
    `${figure(ram / MIB)} MiB`,
    String(pages),
    ...[save, restore, encoding, decoding].map((ms) => figure(ms, "ms")),
    size,
  ];
};

/** Cloning one partition: `clone` obeyed between two frames. */
const cloneCost = (bytes: number, rounds: number): number => {
  const system = twoOf(bytes);
  const order: Command = { kind: "clone", partition: 0, to: [1] };
  let orders: readonly Command[] = [];
  const module = new Module(system, { ...silence, commands: () => orders }, hasher, { engineOf });
  for (let frame = 0; frame < 3; frame++) module.runFrame();
  const plain = time(rounds, () => module.runFrame());
  orders = [order];
  return time(rounds, () => module.runFrame()) - plain;
};

/** A thousand partitions that run one image, of which one has a slot. */
const idleClones = () => {
  const image = spinner();
  const names = Array.from(
    { length: CLONES + 1 },
    (_, index) => [`p${index}`, { image, memoryBytes: 65_536 }] as const,
  );
  const system = systemOf({ partitions: Object.fromEntries(names), majorFrame: 1000, slots: [["p0", 0, 900]] });
  const before = process.memoryUsage().rss;
  const started = hostClock.monotonicMs();
  const module = running(system, 1);
  const made = hostClock.monotonicMs() - started;
  const frame = time(50, () => module.runFrame());
  return { made, frame, rss: (process.memoryUsage().rss - before) / MIB };
};

export const stateCosts = async (rounds: number): Promise<Table> => {
  const waterworks = await loadOnce("configs/waterworks.yaml");
  const clone = cloneCost(16 * MIB, rounds);
  const idle = idleClones();
  return {
    title: "State of a module",
    columns: ["module", "RAM", "pages changed", "save", "restore", "to a file", "from a file", "file"],
    rows: [
      await costsOf("waterworks after 2 s", waterworks, 100, rounds),
      await costsOf("two partitions of 16 MiB", twoOf(16 * MIB), 3, rounds),
      ["clone of 16 MiB", "16.0 MiB", "1024", figure(clone, "ms"), ...Array(4).fill(NOTHING)],
    ],
    notes: [
      `CPU time of save, restore and clone, mean of ${rounds}; time that passes for files. A page is changed when it is not as its image left it; of the scribblers' every fourth is.`,
      `${CLONES} idle clones of 64 KiB in one process: made in ${figure(idle.made / 1000, "s")}, ${figure(idle.rss)} MiB more resident, a frame of ${figure(idle.frame, "ms")}.`,
    ],
  };
};
