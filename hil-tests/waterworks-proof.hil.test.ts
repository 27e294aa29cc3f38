/** The campaign and the consolidation that ship with the waterworks, as far as a test has time for them. */
import { expect, it } from "vitest";
import { compareConsolidation, consolidationText } from "./rig/index.ts";
import campaign from "./waterworks.campaign.ts";
import consolidation from "./waterworks.consolidation.ts";

it("withstands faults", campaign.sweep({ schedules: 16, seed: 11 }));

it("does the same on one board as on four", async () => {
  const report = await compareConsolidation(consolidation);
  expect(report.isSame, consolidationText(report)).toBe(true);
});
