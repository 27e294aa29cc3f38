import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demand, hyperperiodOf, type Plan } from "./demand.ts";
import { plan } from "./plan.ts";
import { type OpenSolver, openSolver } from "./solver.ts";

const demand = (partition: string, period: number, duration: number, more: Partial<Demand> = {}): Demand => ({
  partition,
  period,
  duration,
  deadline: period,
  jitter: null,
  after: [],
  hart: null,
  ...more,
});

let solver: OpenSolver;
beforeAll(async () => {
  solver = await openSolver();
});
afterAll(() => solver.close());

const TIMEOUT_MS = 30_000;
const planFor = (demands: readonly Demand[], harts = 1): Promise<Plan> =>
  plan(solver.z3, demands, { harts, timeoutMs: TIMEOUT_MS });

/** What is wrong with a table, looked at without knowing how it was made. */
const faults = (demands: readonly Demand[], harts: number, found: Plan): string[] => {
  if (found.kind !== "planned") return [found.kind];
  const wrong: string[] = [];
  const { slots, majorFrame } = found;
  for (const [at, slot] of slots.entries()) {
    if (slot.start < 0 || slot.start + slot.duration > majorFrame || slot.duration < 1) wrong.push("outside the frame");
    if (slot.hart < 0 || slot.hart >= harts) wrong.push("no such hart");
    for (const other of slots.slice(0, at)) {
      const apart = other.start + other.duration <= slot.start || slot.start + slot.duration <= other.start;
      if (slot.hart === other.hart && !apart) wrong.push(`${slot.partition} and ${other.partition} overlap`);
      if (slot.partition === other.partition && slot.hart !== other.hart) wrong.push(`${slot.partition} on two harts`);
    }
  }
  const first = new Map<string, number[]>();
  const last = new Map<string, number[]>();
  for (const { partition, period, duration, deadline, jitter, hart } of demands) {
    const own = slots.filter((slot) => slot.partition === partition);
    if (hart !== null && own.some((slot) => slot.hart !== hart)) wrong.push(`${partition} on another hart`);
    for (let release = 0; release < majorFrame; release += period) {
      const job = own.filter(({ start }) => start >= release && start < release + period);
      const time = job.reduce((sum, slot) => sum + slot.duration, 0);
      const end = Math.max(...job.map((slot) => slot.start + slot.duration));
      if (time !== duration) wrong.push(`${partition} gets ${time}`);
      if (end > release + deadline) wrong.push(`${partition} ends late`);
      first.set(partition, [...(first.get(partition) ?? []), Math.min(...job.map(({ start }) => start)) - release]);
      last.set(partition, [...(last.get(partition) ?? []), end - release]);
    }
    const offsets = first.get(partition)!;
    if (jitter !== null && Math.max(...offsets) - Math.min(...offsets) > jitter) wrong.push(`${partition} jitters`);
  }
  for (const { partition, after } of demands) {
    for (const before of after) {
      if (last.get(before)!.some((end, job) => end > first.get(partition)![job]!)) wrong.push(`${partition} too early`);
    }
  }
  return wrong;
};

const arbitraryDemands = (count: number): fc.Arbitrary<Demand[]> =>
  fc
    .array(
      fc.record({
        period: fc.constantFrom(4, 6, 8, 12, 24),
        share: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        haste: fc.double({ min: 0, max: 1, noNaN: true }),
        jitter: fc.option(fc.constantFrom(0, 1, 3)),
        after: fc.boolean(),
      }),
      { minLength: 1, maxLength: count },
    )
    .map((drawn) =>
      drawn.map(({ period, share, haste, jitter, after }, at) => {
        const duration = Math.max(1, Math.floor(period * share));
        const deadline = Math.round(duration + (period - duration) * haste);
        const before = drawn.slice(0, at).findIndex((one) => one.period === period);
        return demand(`p${at}`, period, duration, {
          deadline,
          jitter,
          after: after && before >= 0 ? [`p${before}`] : [],
        });
      }),
    );

/** Whether jobs that may be divided have room on one hart: in no stretch is more demanded than it is long (Baruah 1990). */
const hasRoom = (demands: readonly Demand[]): boolean => {
  const frame = hyperperiodOf(demands);
  for (let start = 0; start < frame; start++) {
    for (let end = start + 1; end <= frame; end++) {
      let needed = 0;
      for (const { period, duration, deadline } of demands) {
        for (let release = 0; release < frame; release += period) {
          if (release >= start && release + deadline <= end) needed += duration;
        }
      }
      if (needed > end - start) return false;
    }
  }
  return true;
};

/** Whether offsets exist with which whole jobs, a period apart, do not meet. */
const hasOffsets = (demands: readonly Demand[], chosen: readonly number[] = []): boolean => {
  const next = demands[chosen.length];
  if (next === undefined) return true;
  for (let offset = 0; offset + next.duration <= next.deadline; offset++) {
    const meets = chosen.some((other, at) => {
      const { period, duration } = demands[at]!;
      for (let i = other; i < 24 * period; i += period) {
        for (let j = offset; j < 24 * period; j += next.period)
          if (i < j + next.duration && j < i + duration) return true;
      }
      return false;
    });
    if (!meets && hasOffsets(demands, [...chosen, offset])) return true;
  }
  return false;
};

describe("plan", () => {
  it("prefers a table whose slots lie whole periods apart, as early as they can be", async () => {
    const demands = [demand("intake", 20, 4), demand("dosing", 20, 3, { after: ["intake"] }), demand("drive", 10, 1)];
    const found = await planFor(demands);
    expect(faults(demands, 1, found)).toEqual([]);
    expect(found).toMatchObject({ manner: "periodic", majorFrame: 20 });
    if (found.kind === "planned") expect(found.slots[0]!.start).toBe(0);
  });

  it("finds room for a hundred partitions on two harts, be they nearly full", async () => {
    const periods = [5, 10, 10, 20, 20, 20, 40, 40, 80, 80];
    const demands = Array.from({ length: 100 }, (_, at) => {
      const period = 1000 * periods[at % periods.length]!;
      return demand(`p${at}`, period, Math.floor(period * 0.019), { after: at === 57 ? ["p7"] : [] });
    });
    const found = await planFor(demands, 2);
    expect(faults(demands, 2, found)).toEqual([]);
    expect(found).toMatchObject({ manner: "periodic", majorFrame: 80_000 });
  });

  it("divides a long job between short ones that come often", async () => {
    const demands = [demand("fast", 10, 2), demand("linux", 100, 60)];
    const found = await planFor(demands);
    expect(faults(demands, 1, found)).toEqual([]);
    expect(found).toMatchObject({ manner: "divided" });
  });

  it("uses all harts, and those that are named", async () => {
    const demands = [
      demand("a", 10, 6),
      demand("b", 10, 6),
      demand("c", 20, 4, { hart: 1 }),
      demand("d", 20, 4, { hart: 1 }),
    ];
    const found = await planFor(demands, 2);
    expect(faults(demands, 2, found)).toEqual([]);
  });

  it.each([
    [
      "too much altogether",
      [demand("a", 10, 5), demand("b", 20, 8), demand("c", 100, 20), demand("d", 100, 1)],
      ["a.duration", "b.duration", "c.duration"],
    ],
    [
      "a deadline",
      [demand("a", 10, 5, { deadline: 5 }), demand("b", 10, 4, { deadline: 8 }), demand("c", 20, 1)],
      ["a.deadline", "a.duration", "b.deadline", "b.duration"],
    ],
    [
      "an order that goes in a circle",
      [demand("a", 10, 1, { after: ["b"] }), demand("b", 10, 1, { after: ["a"] }), demand("c", 10, 1)],
      ["a.after.b", "a.duration", "b.after.a", "b.duration"],
    ],
  ])("names the requirements that clash: %s", async (_, demands, names) => {
    const found = await planFor(demands);
    if (found.kind !== "clash") throw new Error(found.kind);
    const said = found.requirements.map(({ partition, kind, of }) =>
      [partition, kind, ...(of === null ? [] : [of])].join("."),
    );
    expect(said.sort()).toEqual(names);
  });

  it("makes tables that keep every requirement, on one hart and on two", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDemands(6), fc.constantFrom(1, 2), async (demands, harts) => {
        const found = await planFor(demands, harts);
        if (found.kind === "planned") expect(faults(demands, harts, found)).toEqual([]);
        else {
          expect(found.kind).toBe("clash");
          // What clashes is enough to clash.
          if (found.kind !== "clash") return;
          const named = new Set(found.requirements.map(({ partition }) => partition));
          const without = demands
            .filter(({ partition }) => named.has(partition))
            .map((one) => ({ ...one, after: one.after.filter((name) => named.has(name)) }));
          expect((await planFor(without, harts)).kind).toBe("clash");
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it("finds a table for jobs that may be divided exactly when there is room", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDemands(4), async (drawn) => {
        const demands = drawn.map((one) => ({ ...one, jitter: null, after: [] }));
        expect((await planFor(demands)).kind).toBe(hasRoom(demands) ? "planned" : "clash");
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it("finds a table without jitter exactly when there are offsets for it", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDemands(4), async (drawn) => {
        const demands = drawn.map((one) => ({ ...one, jitter: 0, after: [] }));
        expect((await planFor(demands)).kind).toBe(hasOffsets(demands) ? "planned" : "clash");
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});
