/** Law 4: the outside enters at slot boundaries only, and a recording holds all that entered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PARTITA_REGISTERS } from "../../runtime/board/index.ts";
import { type Outside, replay } from "../../runtime/hypervisor/index.ts";
import { engineOf } from "../../runtime/index.ts";
import { encode, X } from "../../runtime/isa/index.ts";
import { createHasher, type Recording } from "../../runtime/trace/index.ts";
import { guestAddress } from "../../runtime/units.ts";
import { alone, halt, output } from "./boot.ts";
import { copier, DATA, Guest, spinner, worker } from "./guests.ts";
import { randomModule } from "./random-module.ts";
import { busyOutside, randomSlices, recordOf, runSystem, silence } from "./runs.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const hasher = await createHasher();
const seeds = fc.integer();

describe("the outside enters at slot boundaries only", () => {
  it("is called in the order that the design defines, with the board time of each boundary", () => {
    const calls: string[] = [];
    const say = (what: string) => (at: { cycle: number; frame: number; partition: number }) =>
      void calls.push(`${at.cycle} ${"abc"[at.partition]} ${what}`);
    const system = systemOf({
      partitions: { a: { image: spinner() }, b: { image: spinner() }, c: { image: spinner() } },
      majorFrame: 100,
      slots: [
        ["a", 0, 50, 0],
        ["b", 50, 50, 0],
        ["c", 20, 30, 1],
        ["c", 50, 50, 1],
      ],
    });
    runSystem(system, {
      frames: 2,
      outside: {
        ...silence,
        latch: say("latch"),
        published: say("published"),
        frameEnded: (frame) => void calls.push(`frame ${frame}`),
      },
    });
    const frame = (start: number) => [
      ...[`${start} a latch`, `${start + 20} c latch`, `${start + 50} a published`, `${start + 50} c published`],
      ...[`${start + 50} b latch`, `${start + 50} c latch`, `${start + 100} b published`, `${start + 100} c published`],
    ];
    expect(calls).toEqual([...frame(0), "frame 0", ...frame(100), "frame 1"]);
  });

  it("a recording replays bit for bit, on another engine and in other slices", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const recording = recordOf(system, busyOutside(system, seed), 6);
        for (const options of [{}, { engineOf, slice: randomSlices(seed) }]) {
          expect(replay(system, recording, hasher, options)).toMatchObject({ frames: 6, divergence: null });
        }
      }),
      { numRuns: 20 },
    );
  });

  it("a replay names the frame and partition from which on something is not as it was", () => {
    const sketch = (image: Uint8Array): SystemSketch => ({
      partitions: { a: { image: spinner() }, b: { image, inputs: 1, outputs: 1 } },
      majorFrame: 1000,
      slots: [
        ["a", 0, 500],
        ["b", 500, 500],
      ],
    });
    const system = systemOf(sketch(copier()));
    const inputFrom = (frame: number): Outside => ({
      ...silence,
      latch: (at, inputs) => {
        if (at.partition === 1 && at.frame >= frame) inputs.set(0, 7);
      },
    });
    const recording = recordOf(system, inputFrom(3), 6);
    expect(replay(system, recording, hasher).divergence).toBeNull();
    const lie: Recording = {
      ...recording,
      *records() {
        for (const record of recording.records()) {
          yield record.kind === "latch" ? { ...record, changes: new DataView(new ArrayBuffer(11)) } : record;
        }
      },
    };
    expect(replay(system, lie, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 3, partition: 1 });
    const other = systemOf(sketch(worker({ seed: 1, inputs: 1, outputs: 1 })));
    expect(replay(other, recording, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 0, partition: 1 });
  });

  it("replays a run that started with retained data, and notices when it starts with others", () => {
    const retained = { base: guestAddress(DATA.inputs + 0x300), bytes: 4, variables: [], ofThisImage: false };
    const guest = new Guest().normal().add(encode("lw", { rd: X.t1, rs1: X.s1, imm: 0x300 }));
    const sketch = alone(halt(output(guest, 0, X.t1).tell(PARTITA_REGISTERS.PUBLISH_OUTPUTS)));
    const plain = systemOf(sketch);
    const system = {
      ...plain,
      partitions: plain.partitions.map((partition) => ({ ...partition, areas: { ...partition.areas, retained } })),
    };
    const recording = recordOf(system, silence, 3, [Uint8Array.of(41, 0, 0, 0)]);
    expect(replay(system, recording, hasher).divergence).toBeNull();
    const other = { ...recording, header: { ...recording.header, restored: ["2a000000"] } };
    expect(replay(system, other, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 0 });
  });
});
