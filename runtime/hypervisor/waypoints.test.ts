import fc from "fast-check";
import { expect, it } from "vitest";
import { Waypoints } from "./waypoints.ts";

it("waypoints stay few however long the run, and the next one before any frame is never further than a fiftieth of it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (frames, share) => {
      const waypoints = new Waypoints(0, "0");
      for (let frame = 1; frame <= frames; frame++) if (waypoints.wants(frame)) waypoints.add(frame, String(frame));
      const wanted = Math.floor(share * frames);
      const [at, state] = waypoints.before(wanted);
      expect(state).toBe(String(at));
      expect(at).toBeLessThanOrEqual(wanted);
      expect(wanted - at).toBeLessThanOrEqual(Math.max(64, frames / 50));
    }),
    { numRuns: 30 },
  );
});
