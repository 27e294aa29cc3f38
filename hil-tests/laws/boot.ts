/** A small module for a test that looks at what becomes of it: points, modes, incidents. */
import { type Command, type Incident, Module, type Outside, QUALITY } from "../../runtime/hypervisor/index.ts";
import { encode, X } from "../../runtime/isa/index.ts";
import type { Point, PointValue, System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { DATA, type Guest } from "./guests.ts";
import { silence } from "./runs.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const hasher = await createHasher();

/** A module, what was told of it, inputs to set by `partition.point`, and commands for the next frame. */
export const boot = (sketch: SystemSketch, alter: (system: System) => System = (system) => system) => {
  const system = alter(systemOf(sketch));
  const incidents: { partition: string; cycle: number; incident: Incident }[] = [];
  const wanted = new Map<string, { value: PointValue; quality: number }>();
  const commands: Command[] = [];
  const outside: Outside = {
    ...silence,
    commands: () => commands.splice(0),
    latch: (at, inputs) => {
      for (const { name, index } of system.partitions[at.partition]!.points) {
        const entry = wanted.get(`${system.partitions[at.partition]!.name}.${name}`);
        if (entry === undefined) continue;
        inputs.set(index, entry.value);
        inputs.quality[index] = entry.quality;
      }
    },
    incident: (at, incident) =>
      void incidents.push({ partition: system.partitions[at.partition]!.name, cycle: at.cycle, incident }),
  };
  const module = new Module(system, outside, hasher);
  const look = (path: string) => {
    const [partition, name] = path.split(".");
    const view = module.partitions.find((one) => one.partition.name === partition)!;
    const { index } = view.partition.points.find((point) => point.name === name)!;
    return {
      value: view.points.get(index),
      quality: view.points.qualityOf(index),
      time: view.points.time[index],
    };
  };
  const modeOf = (name: string) => module.partitions.find(({ partition }) => partition.name === name)!.mode;
  const set = (path: string, value: PointValue, quality: number = QUALITY.good) =>
    void wanted.set(path, { value, quality });
  const kinds = () => incidents.map(({ partition, incident }) => `${partition} ${incident.kind}`);
  const order = (command: Command) => void commands.push(command);
  return { module, incidents, look, modeOf, set, order, kinds };
};

/** One partition with the whole frame of 1000 cycles but its first 100. */
export const alone = (
  image: Uint8Array,
  inputs: number | Partial<Point>[] = 1,
  outputs: number | Partial<Point>[] = 1,
) => ({
  partitions: { a: { image, inputs, outputs } },
  majorFrame: 1000,
  slots: [["a", 100, 900] as const],
});

/** Output `index` := x[register]. */
export const output = (guest: Guest, index: number, register: number): Guest =>
  guest.add(encode("sw", { rs2: register, rs1: X.s1, imm: DATA.outputs - DATA.inputs + 4 * index }));
/** Ends a guest in an endless loop. */
export const halt = (guest: Guest): Uint8Array => guest.label("halt").jump("halt").image();
