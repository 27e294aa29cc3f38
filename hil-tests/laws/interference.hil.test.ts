/** Law 3: a partition's behaviour is a function of its image, its inputs and its slot times. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { System } from "../../runtime/system.ts";
import { copier, flooder, spinner, trapLoop, worker } from "./guests.ts";
import { garbage, randomModule } from "./random-module.ts";
import { busyOutside, eventsOf, type RunResult, randomFrom, runSystem, traceOf } from "./runs.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const seeds = fc.integer();

describe("no interference", () => {
  const controller = (receives: readonly number[]) =>
    worker({ seed: 5, inputs: 2, outputs: 2, receives, uart: true, sleep: 300 });

  /** `alone` has no path from `neighbour`; `fed` has a queue, `sampled` a point. */
  const moduleWith = (neighbour: Uint8Array, harts: 1 | 2): System =>
    systemOf({
      partitions: {
        alone: { image: controller([]), inputs: 2, outputs: 2 },
        neighbour: { image: neighbour, outputs: 1 },
        fed: { image: controller([0]), inputs: 2, outputs: 2 },
        sampled: { image: controller([]), inputs: 2, outputs: 2 },
        friend: { image: controller([]), inputs: 2, outputs: 2 },
      },
      majorFrame: 20_000,
      slots: [
        ["neighbour", 0, 4000, harts - 1],
        ["alone", 4000, 3000],
        ["fed", 7000, 3500],
        ["neighbour", 10_500, 500, harts - 1],
        ["sampled", 11_000, 3000],
        ["friend", 14_000, 1000],
        ["alone", 15_000, 2500],
      ],
      messages: [{ from: "neighbour", to: "fed", depth: 8 }],
      sampling: [
        { from: "neighbour.o0", to: ["sampled.i0"] },
        { from: "alone.o0", to: ["friend.i0"] },
      ],
    });

  const frames = 12;
  const [ALONE, NEIGHBOUR, FED, SAMPLED, FRIEND] = [0, 1, 2, 3, 4];
  const runWith = (neighbour: Uint8Array, harts: 1 | 2 = 1): RunResult => {
    const system = moduleWith(neighbour, harts);
    return runSystem(system, { frames, outside: busyOutside(system, 99) });
  };
  const random = randomFrom(2026);
  const neighbours: readonly (readonly [string, Uint8Array])[] = [
    ["spins for ever", spinner()],
    ["traps in a loop", trapLoop()],
    ["floods its queuing port", flooder()],
    ["publishes as fast as it can", copier()],
    ...Array.from({ length: 12 }, (_, i) => [`executes garbage (${i})`, garbage(random)] as const),
  ];
  const peaceful = worker({ seed: 3, inputs: 0, outputs: 1, sends: [0], sleep: 2000 });

  describe.each([1, 2] as const)("on %i hart(s)", (harts) => {
    const before = runWith(peaceful, harts);

    it.each(neighbours)("a neighbour that %s leaves the unconnected bit-identical", (_, image) => {
      const after = runWith(image, harts);
      expect(traceOf(after, NEIGHBOUR)).not.toEqual(traceOf(before, NEIGHBOUR));
      for (const partition of [ALONE, FRIEND]) {
        expect(traceOf(after, partition)).toEqual(traceOf(before, partition));
      }
    });

    it("neighbours that send and publish nothing leave even the connected bit-identical", () => {
      const spinning = runWith(spinner(), harts);
      const trapping = runWith(trapLoop(), harts);
      for (const partition of [FED, SAMPLED]) {
        expect(traceOf(trapping, partition)).toEqual(traceOf(spinning, partition));
        expect(traceOf(spinning, partition)).not.toEqual(traceOf(before, partition));
      }
    });

    it("a flooded queue changes its receiver by its messages alone", () => {
      const [hasty, slow] = [runWith(flooder(), harts), runWith(flooder(3), harts)];
      expect(traceOf(slow, NEIGHBOUR)).not.toEqual(traceOf(hasty, NEIGHBOUR));
      expect(eventsOf(hasty, FED, "receive").length).toBeGreaterThan(8 * (frames - 1));
      expect(traceOf(slow, FED)).toEqual(traceOf(hasty, FED));
      expect(traceOf(hasty, FED)).not.toEqual(traceOf(runWith(spinner(), harts), FED));
    });
  });

  /**
   * Partitions that `first` can influence: its channels' destinations, the source of a queue that refuses by its fill, and so on from there; by its
   * rights as a system partition all.
   */
  const reachedFrom = (first: string, sketch: SystemSketch): Set<string> => {
    const { partitions, sampling = [], messages = [] } = sketch;
    const nameOf = (point: string) => point.split(".")[0]!;
    const edges = [
      ...sampling.flatMap(({ from, to }) => to.map((end) => [nameOf(from), nameOf(end)] as const)),
      ...messages.flatMap(({ from, to, depth, overflow = "refuse" }) =>
        from === null
          ? []
          : depth !== undefined && overflow === "refuse"
            ? [[from, to] as const, [to, from] as const]
            : [[from, to] as const],
      ),
    ];
    const reached = new Set([first]);
    for (const name of reached) {
      if (partitions[name]?.isSystem) return new Set(Object.keys(partitions));
      for (const [from, to] of edges) if (from === name) reached.add(to);
    }
    return reached;
  };

  it("in any module, another image changes no partition that its channels do not reach", () => {
    let compared = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const sketch = randomModule(seed);
        const names = Object.keys(sketch.partitions);
        const changed = names[0]!;
        const image = garbage(randomFrom(seed));
        const partitions = { ...sketch.partitions, [changed]: { ...sketch.partitions[changed]!, image } };
        const runOf = (given: SystemSketch): RunResult => {
          const system = systemOf(given);
          return runSystem(system, { frames: 4, outside: busyOutside(system, seed) });
        };
        const [before, after] = [runOf(sketch), runOf({ ...sketch, partitions })];
        const reached = reachedFrom(changed, sketch);
        for (const [partition, name] of names.entries()) {
          if (reached.has(name)) continue;
          compared += 1;
          expect(traceOf(after, partition)).toEqual(traceOf(before, partition));
        }
      }),
      { numRuns: 30 },
    );
    expect(compared).toBeGreaterThan(10);
  });

  it("a slot on another hart at the same time changes nothing", () => {
    const [one, two] = [runWith(peaceful, 1), runWith(peaceful, 2)];
    for (const partition of [ALONE, FRIEND, FED, SAMPLED]) {
      expect(traceOf(two, partition)).toEqual(traceOf(one, partition));
    }
  });
});
