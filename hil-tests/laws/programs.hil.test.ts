/** Clones, replaced programs and their rollback: by command between two frames, recorded, and told only to whom they concern. */
import { describe, expect, it } from "vitest";
import { decodeSnapshot, encodeSnapshot } from "../../runtime/host/snapshot-file.ts";
import { type Command, type Outside, replay } from "../../runtime/hypervisor/index.ts";
import { engineOf } from "../../runtime/index.ts";
import { X } from "../../runtime/isa/index.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { halt, output } from "./boot.ts";
import { copier, Guest, worker } from "./guests.ts";
import { fingerprint, type RunResult, randomSlices, recordOf, runSystem, silence, traceOf } from "./runs.ts";
import { systemOf } from "./systems.ts";

const hasher = await createHasher();
const controller = worker({ seed: 9, inputs: 1, outputs: 2, uart: true, sleep: 100 });
/** Says 77 at its first output, and no more. */
const other = halt(output(new Guest().normal().constant(X.t1, 77), 0, X.t1).tell(0x044));

const system = systemOf({
  partitions: {
    a: { image: controller, inputs: 1, outputs: 2, retained: 16 },
    shadow: { image: controller, inputs: 1, outputs: 2, retained: 16 },
    twin: { image: controller, inputs: 1, outputs: 2, retained: 16 },
    bystander: { image: copier(), inputs: 1, outputs: 1 },
  },
  majorFrame: 4000,
  slots: [
    ["bystander", 0, 900],
    ["a", 1000, 900],
    ["shadow", 2000, 900],
    ["twin", 3000, 300],
  ],
  sampling: [{ from: "a.o0", to: ["bystander.i0"] }],
});
const [A, SHADOW, TWIN, BYSTANDER] = [0, 1, 2, 3];
const { points, areas, tasks } = system.partitions[A]!;
const program = { imagePath: "/other.elf", points, areas, tasks };

const ordering = (orders: Readonly<Record<number, readonly Command[]>>): Outside => ({
  ...silence,
  commands: (frame) => orders[frame] ?? [],
});
const run = (orders: Readonly<Record<number, readonly Command[]>>, frames: number): RunResult =>
  runSystem(system, { frames, outside: ordering(orders) });

const clone: Command = { kind: "clone", partition: A, to: [SHADOW, TWIN] };
const replace: Command = { kind: "replaceImage", partition: A, program, bytes: other };
const rollback: Command = { kind: "rollback", partition: A };

describe("a clone", () => {
  it("has its original's state to the bit, and goes its own way from there", () => {
    const { module } = run({ 3: [clone] }, 3);
    expect(module.stateHash(SHADOW)).not.toBe(module.stateHash(A));
    module.step(); // takes the command, and runs the bystander
    for (const index of [SHADOW, TWIN]) expect(module.stateHash(index)).toBe(module.stateHash(A));
    module.runFrame();
    expect(new Set([A, SHADOW, TWIN].map((index) => module.stateHash(index))).size).toBe(3);
  });

  it("is nothing that its original or anyone else could notice", () => {
    const [with_, without] = [run({ 3: [clone] }, 8), run({}, 8)];
    for (const index of [A, BYSTANDER]) expect(traceOf(with_, index)).toEqual(traceOf(without, index));
    for (const index of [SHADOW, TWIN]) expect(traceOf(with_, index)).not.toEqual(traceOf(without, index));
  });
});

describe("a program that replaces another", () => {
  it("runs from the frame on in which it was ordered, its partition's outputs at their fail-safe values until it publishes", () => {
    const { module } = run({ 3: [replace] }, 3);
    const shown = () => [module.partitions[A]!.points.get(1), module.partitions[A]!.points.qualityOf(1)];
    module.step();
    expect(shown()[1]).toBe("bad");
    module.runFrame();
    expect(shown()).toEqual([77, "good"]);
    expect(module.partitions[A]!.partition.imagePath).toBe("/other.elf");
  });

  it("is rolled back to the former one with its state as it was", () => {
    const { module } = run({ 3: [replace], 5: [rollback] }, 5);
    expect(module.partitions[A]!.partition.image).toBe(other);
    module.step(); // takes the command, and runs the bystander
    expect(module.partitions[A]!.partition.image).toBe(controller);
    expect(module.stateHash(A)).toBe(run({}, 3).module.stateHash(A));
  });

  it("changes nothing for those that have no path from it", () => {
    const [with_, without] = [run({ 3: [replace], 6: [rollback] }, 9), run({}, 9)];
    for (const index of [SHADOW, TWIN]) expect(traceOf(with_, index)).toEqual(traceOf(without, index));
    for (const index of [A, BYSTANDER]) expect(traceOf(with_, index)).not.toEqual(traceOf(without, index));
  });
});

describe("all of this", () => {
  const orders = { 2: [clone], 3: [replace], 5: [rollback, clone], 6: [replace] };

  it("is recorded, and replays bit for bit on another engine and in other slices", () => {
    const recording = recordOf(system, ordering(orders), 9);
    expect(replay(system, recording, hasher)).toMatchObject({ frames: 9, divergence: null });
    expect(replay(system, recording, hasher, { engineOf, slice: randomSlices(4) })).toMatchObject({ divergence: null });
  });

  it("goes into snapshots: what was replaced, and what a rollback returns to", async () => {
    const snapshotAt = async (frames: number) => {
      const { module } = run(orders, frames);
      const taken = { frame: frames, state: module.save(), hashes: new BigUint64Array(4) };
      const decoded = await decodeSnapshot(await encodeSnapshot(taken, system, "1", hasher), system, hasher);
      if (typeof decoded === "string") throw new Error(decoded);
      return decoded.state;
    };
    const whole = run(orders, 9);
    for (const frames of [3, 4, 5, 6, 7]) {
      const from = await snapshotAt(frames);
      const second = runSystem(system, { frames: 9, from, warmUp: frames % 2, outside: ordering(orders) });
      expect(second.frames).toEqual(whole.frames.slice(frames));
      expect(fingerprint(second).map((one) => one.state)).toEqual(fingerprint(whole).map((one) => one.state));
    }
  });
});
