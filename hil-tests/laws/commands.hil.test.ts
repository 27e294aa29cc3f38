/** Laws 3 and 4 for commands: a recording holds each with its frame, and nobody but the partition they are for can tell. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PARTITA_REGISTERS } from "../../runtime/board/index.ts";
import { type Command, replay } from "../../runtime/hypervisor/index.ts";
import { engineOf } from "../../runtime/index.ts";
import { encode, X } from "../../runtime/isa/index.ts";
import { createHasher, type Recording } from "../../runtime/trace/index.ts";
import { commanding, everyone } from "./commanding.ts";
import { Guest, worker } from "./guests.ts";
import { randomModule } from "./random-module.ts";
import { busyOutside, randomSlices, recordOf, runSystem, traceOf } from "./runs.ts";
import { systemOf } from "./systems.ts";

const hasher = await createHasher();
const seeds = fc.integer();
const FRAMES = 8;

describe("commands", () => {
  it("are recorded, and replay bit for bit on another engine and in other slices", () => {
    let heard = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const outside = commanding(system, seed, everyone(system), busyOutside(system, seed));
        const recording = recordOf(system, outside, FRAMES);
        for (const options of [{}, { engineOf, slice: randomSlices(seed) }]) {
          expect(replay(system, recording, hasher, options)).toMatchObject({ frames: FRAMES, divergence: null });
        }
        heard += [...recording.records()].filter(({ kind }) => kind === "command").length;
      }),
      { numRuns: 20 },
    );
    expect(heard).toBeGreaterThan(50);
  });

  it.each<Command>([
    { kind: "force", partition: 0, target: { kind: "point", point: 0 }, bytes: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) },
    { kind: "setClock", time: { seconds: 1_800_000_000, nanoseconds: 1 } },
  ])("make a difference: a replay without them does not come out the same ($kind)", (order) => {
    const image = new Guest()
      .normal()
      .label("scan")
      .tell(PARTITA_REGISTERS.LATCH_INPUTS)
      .add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 0 }))
      .fold(X.t0)
      .ask(X.t0, PARTITA_REGISTERS.WALL_CLOCK)
      .fold(X.t0)
      .jump("scan")
      .image();
    const system = systemOf({
      partitions: { a: { image, inputs: 1 } },
      majorFrame: 2000,
      slots: [["a", 0, 1500]],
    });
    const outside = { ...busyOutside(system, 1), commands: (frame: number) => (frame === 3 ? [order] : []) };
    const recording = recordOf(system, outside, FRAMES);
    const without: Recording = {
      ...recording,
      *records() {
        for (const record of recording.records()) if (record.kind !== "command") yield record;
      },
    };
    expect(replay(system, recording, hasher).divergence).toBeNull();
    expect(replay(system, without, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 3 });
  });

  it("for one partition leave all others the same to the bit", () => {
    const guest = (seed: number) => ({
      ...{ image: worker({ seed, inputs: 2, outputs: 2, uart: true, sleep: 400 }), inputs: 2, outputs: 2 },
    });
    const system = systemOf({
      partitions: { ordered: guest(1), victim: guest(2), other: guest(3) },
      majorFrame: 9000,
      slots: [
        ["ordered", 0, 3000],
        ["victim", 3000, 3000],
        ["other", 2000, 5000, 1],
      ],
    });
    const quiet = busyOutside(system, 5);
    let affected = 0;
    const before = runSystem(system, { frames: FRAMES, outside: quiet });
    fc.assert(
      fc.property(seeds, (seed) => {
        const outside = commanding(system, seed, [0], quiet);
        const after = runSystem(system, { frames: FRAMES, outside });
        for (const partition of [1, 2]) expect(traceOf(after, partition)).toEqual(traceOf(before, partition));
        if (traceOf(after, 0).state !== traceOf(before, 0).state) affected += 1;
      }),
      { numRuns: 20 },
    );
    expect(affected).toBeGreaterThan(10);
  });
});
