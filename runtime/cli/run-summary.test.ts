import { expect, it } from "vitest";
import type { PartitionSummary } from "../host/board-job.ts";
import { formatSummary } from "./run-summary.ts";

const partition = (name: string, hostMs: number, busyCycles: number): PartitionSummary => ({
  name,
  mode: "NORMAL",
  faulted: false,
  hash: "0123456789abcdef",
  stateHash: "fedcba9876543210",
  busyCycles,
  slotCycles: 4000,
  hostMs,
});

it("shows each partition's use of its slots, and its host time with its share of the run", () => {
  const partitions = [partition("intake", 1234.56, 1000), partition("monitoring", 0, 0)];
  const text = formatSummary({ frames: 50, boardSeconds: 1, hostMs: 2000, partitions }, null);
  expect(text.split("\n")).toEqual([
    "50 major frames, 1.000 s of board time in 2.000 s (0.5 × real time)",
    "partition   last mode   busy of slots     host time (share)  trace hash        state hash",
    "intake      NORMAL             25.0 %     1234.6 ms  61.7 %  0123456789abcdef  fedcba9876543210",
    "monitoring  NORMAL              0.0 %        0.0 ms   0.0 %  0123456789abcdef  fedcba9876543210",
  ]);
});
