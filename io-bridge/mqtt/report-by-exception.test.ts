import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReportByException, type ReportLimits } from "./report-by-exception.ts";

const at = (limits: Partial<ReportLimits>): ReportByException =>
  new ReportByException({ deadband: 0, minReportMs: 0, maxReportMs: 0, ...limits });

describe("a point is reported", () => {
  test("first of all, then when it moves beyond its deadband", () => {
    const report = at({ deadband: 0.5 });
    expect(report.isDue(1, "good", 0)).toBe(true);
    report.reported(1, "good", 0);
    expect(report.isDue(1.5, "good", 1)).toBe(false);
    expect(report.isDue(1.51, "good", 1)).toBe(true);
    expect(report.isDue(0.49, "good", 1)).toBe(true);
  });

  test("when its quality changes, or when it becomes or ceases to be NaN", () => {
    const report = at({ deadband: 10 });
    report.reported(1, "good", 0);
    expect(report.isDue(1, "bad", 1)).toBe(true);
    expect(report.isDue(Number.NaN, "good", 1)).toBe(true);
    report.reported(Number.NaN, "good", 1);
    expect(report.isDue(Number.NaN, "good", 2)).toBe(false);
    expect(report.isDue(1, "good", 2)).toBe(true);
  });

  test("by any change of a BOOL, whatever the deadband", () => {
    const report = at({ deadband: 5 });
    report.reported(false, "good", 0);
    expect(report.isDue(true, "good", 1)).toBe(true);
  });

  test("no sooner than its minimum period and no later than its maximum period after the last report", () => {
    const report = at({ minReportMs: 100, maxReportMs: 1000 });
    report.reported(1, "good", 0);
    expect(report.isDue(2, "bad", 99)).toBe(false);
    expect(report.isDue(2, "good", 100)).toBe(true);
    expect(report.isDue(1, "good", 999)).toBe(false);
    expect(report.isDue(1, "good", 1000)).toBe(true);
  });

  test("again when nobody can know that the report arrived", () => {
    const report = at({ minReportMs: 1000 });
    report.reported(1, "good", 0);
    report.forget();
    expect(report.isDue(1, "good", 1)).toBe(true);
  });

  test("so that a listener is never further off than the deadband, once the minimum period is over", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true })), (values) => {
        const report = at({ deadband: 0.75, minReportMs: 3 });
        let heard = Number.NaN;
        let heardMs = Number.NEGATIVE_INFINITY;
        for (const [nowMs, value] of values.entries()) {
          if (report.isDue(value, "good", nowMs)) {
            expect(nowMs - heardMs).toBeGreaterThanOrEqual(3);
            report.reported(value, "good", nowMs);
            heard = value;
            heardMs = nowMs;
          }
          if (nowMs - heardMs >= 3) expect(Math.abs(value - heard)).toBeLessThanOrEqual(0.75);
        }
      }),
    );
  });
});
