/** What bench:rig times is what it says: the guests are as busy as they are meant to be, and every row has its figures. */
import { expect, it } from "vitest";
import { measureShrinking } from "./rig-campaigns.ts";
import { measureCheckpoints } from "./rig-checkpoints.ts";
import { measureRecordingCosts, measureReplay, measureRewind } from "./rig-recording.ts";
import {
  checkpointTable,
  recordingTable,
  replayTable,
  rewindTable,
  rigSpeedTable,
  shrinkingTable,
} from "./rig-report.ts";
import { measureRigSpeed } from "./rig-speed.ts";

const trial = { rounds: 1, share: 0.01, say: () => {} };

it("the busy module uses nine tenths of its slots, the waterworks next to nothing", async () => {
  const speeds = await measureRigSpeed(trial);
  const [waterworks, busy] = speeds;
  expect(waterworks?.utilisation).toBeLessThan(0.1);
  expect(busy?.utilisation).toBeCloseTo(0.9, 2);
  const { rows, columns } = rigSpeedTable(speeds, 1);
  for (const row of rows) expect(row).toHaveLength(columns.length);
});

it("a checkpoint takes time, and so does going back to it", async () => {
  const costs = await measureCheckpoints(trial);
  expect(Math.min(costs.checkpointMs, costs.restoreMs)).toBeGreaterThan(0);
  const { rows, columns } = checkpointTable(costs, 1);
  for (const row of rows) expect(row).toHaveLength(columns.length);
});

it("two faults of twenty are what is left", async () => {
  const shrunk = await measureShrinking(trial);
  expect([shrunk.from, shrunk.to]).toEqual([20, 2]);
  const { rows, columns } = shrinkingTable(shrunk, 1);
  for (const row of rows) expect(row).toHaveLength(columns.length);
});

it("recording, replaying and rewinding have their figures, and what was recorded comes out the same", async () => {
  const [costs, replayed, rewound] = [
    await measureRecordingCosts({ ...trial, share: 0.05 }),
    await measureReplay(trial),
    await measureRewind(trial),
  ];
  expect(costs.frameUs).toBeGreaterThan(0);
  expect(replayed.divergences).toBe(0);
  expect(replayed.hours).toBeCloseTo(6 / 3600, 6);
  expect(rewound.worstMs).toBeGreaterThanOrEqual(rewound.medianMs);
  for (const { rows, columns } of [recordingTable(costs, 1), replayTable(replayed), rewindTable(rewound)]) {
    for (const row of rows) expect(row).toHaveLength(columns.length);
  }
});
