import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../problem.ts";
import { loadSystem } from "./load-system.ts";

/** Of a config whose images are all good. */
const problemsOf = async (config: string): Promise<readonly Problem[]> => {
  const loaded = await loadSystem("configs/plant.yaml", {
    readFile: async (path) => new TextEncoder().encode(path.endsWith(".yaml") ? config : "\x7fELF"),
    compileSt: () => ({ ok: false, problems: [] }),
    inspectImage: () => ({ loadedBytes: 4096, symbols: new Map(), manifest: null }),
  });
  return loaded.ok ? [] : loaded.problems;
};

describe("random slot tables", () => {
  const slot = fc.record({
    partition: fc.constantFrom("a", "b", "c"),
    start: fc.nat(24),
    duration: fc.integer({ min: 1, max: 8 }),
    hart: fc.nat(2),
  });
  const FRAME = 20;
  const HARTS = 2;

  const configOf = (slots: readonly { partition: string; start: number; duration: number; hart: number }[]): string =>
    [
      "module: random",
      `board: { clock: 1 kHz, harts: ${HARTS} }`,
      "partitions:",
      ...["a", "b", "c"].map((name) => `  ${name}: { image: ${name}.elf, memory: 4 KiB }`),
      `schedules: { normal: { majorFrame: ${FRAME} ms, slots: [`,
      ...slots.map(
        (one) =>
          `  { partition: ${one.partition}, start: ${one.start} ms, duration: ${one.duration} ms, hart: ${one.hart} },`,
      ),
      "  ] } }",
    ].join("\n");

  it("are refused exactly when a cycle-by-cycle simulation finds fault", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(slot, { minLength: 1, maxLength: 6 }), async (slots) => {
        const expected = new Set<string>();
        const homes = new Map<string, Set<number>>();
        for (let hart = 0; hart <= 2; hart++) {
          for (let cycle = 0; cycle < 40; cycle++) {
            const running = slots.filter(
              (one) => one.hart === hart && cycle >= one.start && cycle < one.start + one.duration,
            );
            if (running.length > 1) expected.add("slots-overlap");
            if (running.length > 0 && cycle >= FRAME) expected.add("slot-beyond-frame");
            if (running.length > 0 && hart >= HARTS) expected.add("hart-out-of-range");
            for (const { partition } of running) homes.set(partition, (homes.get(partition) ?? new Set()).add(hart));
          }
        }
        if (homes.size < 3) expected.add("partition-without-slot");
        if ([...homes.values()].some((harts) => harts.size > 1)) expected.add("partition-on-two-harts");
        const problems = await problemsOf(configOf(slots));
        // Each slot that starts while another that started before it runs.
        const inOrder = [...slots].sort((a, b) => a.start - b.start);
        const overlapping = inOrder.filter(({ hart, start }, index) =>
          inOrder.slice(0, index).some((other) => other.hart === hart && start < other.start + other.duration),
        );
        expect(problems.filter(({ code }) => code === "slots-overlap")).toHaveLength(overlapping.length);
        const found = new Set(problems.map(({ code }) => code));
        expect([...found].sort()).toEqual([...expected].sort());
      }),
      { numRuns: 300 },
    );
  });
});
