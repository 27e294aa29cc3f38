import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PointValue } from "../system.ts";
import { differencesBetween, type SampledTrace } from "./compare.ts";

const trace = (values: readonly (PointValue | null)[], step = 0.02): SampledTrace => ({
  times: values.map((_, index) => (index + 1) * step),
  channels: new Map([["x", values]]),
});
const exactly = { tolerance: 0, latency: 0 };

describe("two traces", () => {
  it("of the same run are the same", () => {
    const values = fc.array(fc.oneof(fc.double(), fc.boolean(), fc.string(), fc.bigInt(), fc.constant(null)));
    fc.assert(
      fc.property(values, (its) => {
        expect(differencesBetween(trace(its), trace(its), exactly)).toEqual([]);
      }),
    );
  });

  it("differ from the first sample on that the other does not have, with both values there", () => {
    const found = differencesBetween(trace([1, 2, 3, 4]), trace([1, 2, 3.5, 4]), exactly);
    expect(found).toEqual([{ name: "x", time: 0.06, values: [3, 3.5], samples: 2 }]);
    expect(differencesBetween(trace([1, 2, 3, 4]), trace([1, 2, 3.5, 4]), { tolerance: 0.5, latency: 0 })).toEqual([]);
    expect(differencesBetween(trace([true, null]), trace([true, false]), { tolerance: 9, latency: 0 })).toHaveLength(1);
  });

  it("are the same up to a latency, either way, and not beyond it", () => {
    const step = (at: number) => Array.from({ length: 20 }, (_, index) => index >= at);
    for (const [a, b] of [
      [5, 7],
      [7, 5],
    ] as const) {
      expect(differencesBetween(trace(step(a)), trace(step(b)), { tolerance: 0, latency: 0.04 })).toEqual([]);
      expect(differencesBetween(trace(step(a)), trace(step(b)), { tolerance: 0, latency: 0.03 })).not.toEqual([]);
    }
    const pulse = step(5).map((on, at) => on && at < 6);
    expect(differencesBetween(trace(pulse), trace(step(99)), { tolerance: 0, latency: 0.04 })).not.toEqual([]);
  });

  it("are compared as far as the shorter one goes", () => {
    expect(differencesBetween(trace([1, 2]), trace([1, 2, 3]), exactly)).toEqual([]);
  });
});
