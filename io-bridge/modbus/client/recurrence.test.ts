import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Recurrence } from "./recurrence.ts";

describe("a poll", () => {
  test("is due one interval after it was due before, however late it was answered", () => {
    const poll = new Recurrence(100, 1000);
    poll.done(1037);
    expect(poll.dueMs).toBe(1100);
    poll.done(1199);
    expect(poll.dueMs).toBe(1200);
  });

  test("that was missed is left out and counted, and the next keeps the beat", () => {
    const poll = new Recurrence(100, 1000);
    expect(poll.done(1537)).toBe(5);
    expect(poll.dueMs).toBe(1600);
    expect(poll.done(1600)).toBe(0);
  });

  test("is tried again between two beats, so often and no more, and keeps the beat", () => {
    const poll = new Recurrence(100, 1000);
    expect(poll.retry(1030, 2)).toBe(true);
    expect(poll.dueMs).toBe(1030);
    expect(poll.retry(1060, 2)).toBe(true);
    expect(poll.retry(1090, 2)).toBe(false);
    poll.done(1090);
    expect(poll.dueMs).toBe(1100);
    expect(poll.retry(1200, 2)).toBe(false); // the next beat is as soon
    expect(poll.retry(1150, 2)).toBe(true); // and counts its own retries
  });

  test("is always due on the beat, in the future, within one interval", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(20_000)), (intervalMs, delays) => {
        const poll = new Recurrence(intervalMs, 0);
        let nowMs = 0;
        for (const delayMs of delays) {
          nowMs = Math.max(nowMs, poll.dueMs) + delayMs;
          poll.done(nowMs);
          expect(poll.dueMs % intervalMs).toBe(0);
          expect(poll.dueMs).toBeGreaterThan(nowMs);
          expect(poll.dueMs).toBeLessThanOrEqual(nowMs + intervalMs);
        }
      }),
    );
  });
});
