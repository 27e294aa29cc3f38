import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostClock } from "../../../runtime/host/clock.ts";
import { SharedExchange } from "../../../runtime/index.ts";
import { ProcessImage } from "../../process-image.ts";
import { testSystem } from "../../testing/test-module.ts";
import { ReadRequest } from "./field-request.ts";

const module = testSystem({ pump: ["in level REAL"] });
const image = new ProcessImage(module, new SharedExchange(module), hostClock);
const requestEvery = (intervalMs: number, firstMs: number): ReadRequest =>
  new ReadRequest({ area: "inputRegister", address: 0, quantity: 2, mappings: [] }, intervalMs, firstMs, image);

describe("a poll", () => {
  test("is due one interval after it was due before, however late it was answered", () => {
    const request = requestEvery(100, 1000);
    request.reschedule(1037);
    expect(request.dueMs).toBe(1100);
    request.reschedule(1199);
    expect(request.dueMs).toBe(1200);
  });

  test("that was missed is left out, and the next keeps the beat", () => {
    const request = requestEvery(100, 1000);
    request.reschedule(1537);
    expect(request.dueMs).toBe(1600);
  });

  test("is always due on the beat, in the future, within one interval", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(20_000)), (intervalMs, delays) => {
        const request = requestEvery(intervalMs, 0);
        let nowMs = 0;
        for (const delayMs of delays) {
          nowMs = Math.max(nowMs, request.dueMs) + delayMs;
          request.reschedule(nowMs);
          expect(request.dueMs % intervalMs).toBe(0);
          expect(request.dueMs).toBeGreaterThan(nowMs);
          expect(request.dueMs).toBeLessThanOrEqual(nowMs + intervalMs);
        }
      }),
    );
  });
});
