import { describe, expect, it } from "vitest";
import type { Entry } from "./campaign-run.ts";
import { Tally } from "./tally.ts";

const entry = (index: number, more: Partial<Entry> = {}): Entry => ({
  ...{ index, outcome: "tolerated", kinds: ["stuck", "noise"], fired: 2, looks: 500, invariant: null },
  ...more,
});

const tallyOf = (...entries: readonly Entry[]): Tally => {
  const tally = new Tally();
  for (const each of entries) tally.add(each);
  return tally;
};

describe("a tally", () => {
  it("counts a trial for each kind that it had, and each once", () => {
    const tally = tallyOf(entry(0), entry(0), entry(1, { outcome: "failed", kinds: ["noise"], invariant: "a" }));
    expect(tally.trials).toBe(2);
    expect([...tally.byKind]).toEqual([
      ["noise", { masked: 0, tolerated: 1, reported: 0, failed: 1 }],
      ["stuck", { masked: 0, tolerated: 1, reported: 0, failed: 0 }],
    ]);
  });

  it("has the first failure of each invariant", () => {
    const failed = (index: number, invariant: string) => entry(index, { outcome: "failed", invariant });
    const tally = tallyOf(failed(7, "a"), failed(5, "b"), failed(3, "a"), entry(1));
    expect(tally.failures.map(({ index }) => index)).toEqual([3, 5]);
  });

  it("objects when no fault began, or nothing was looked at", () => {
    expect(tallyOf(entry(0)).objection).toBeNull();
    expect(tallyOf(entry(0, { fired: 0 })).objection).toBe("no fault began in any trial");
    expect(tallyOf(entry(0, { looks: 0 })).objection).toBe("no invariant was looked at in any trial");
  });
});
