/** The laws, held by the module that ships: compiled programs and C firmware, under inputs that no plant would send. */
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { replay } from "../../runtime/hypervisor/index.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { loadOnce } from "../rig/load.ts";
import { garbage } from "./random-module.ts";
import { busyOutside, fingerprint, randomFrom, randomSlices, recordOf, runSystem, traceOf } from "./runs.ts";

const hasher = await createHasher();
const system = await loadOnce(resolve(import.meta.dirname, "../../configs/waterworks.yaml"));
const frames = 150;
const seed = 20260;

describe("the waterworks", () => {
  const whole = runSystem(system, { frames, outside: busyOutside(system, seed) });

  it("runs the same with its slots cut anywhere", () => {
    const sliced = runSystem(system, { frames, outside: busyOutside(system, seed), slice: randomSlices(seed) });
    expect(fingerprint(sliced)).toEqual(fingerprint(whole));
  });

  it("runs otherwise with other inputs", () => {
    const other = runSystem(system, { frames, outside: busyOutside(system, seed + 1) });
    for (const { index } of system.partitions) expect(traceOf(other, index)).not.toEqual(traceOf(whole, index));
  });

  it("replays bit for bit", () => {
    const recording = recordOf(system, busyOutside(system, seed), frames);
    expect(replay(system, recording, hasher)).toMatchObject({ frames, divergence: null });
  });

  it("does not notice that dosing, which sends nothing to the others, executes garbage", () => {
    const dosing = system.partitions.find(({ name }) => name === "dosing")!;
    const image = garbage(randomFrom(seed));
    const partitions = system.partitions.map((partition) => (partition === dosing ? { ...dosing, image } : partition));
    const after = runSystem({ ...system, partitions }, { frames, outside: busyOutside(system, seed) });
    for (const { index } of system.partitions) {
      if (index === dosing.index) expect(traceOf(after, index)).not.toEqual(traceOf(whole, index));
      else expect(traceOf(after, index)).toEqual(traceOf(whole, index));
    }
  });
});
