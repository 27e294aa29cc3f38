import { expect, it } from "vitest";
import type { PartitionSummary } from "../host/board-job.ts";
import { cycles, hertz } from "../units.ts";
import { formatSummary } from "./run-summary.ts";

const NONE = { scans: 0, least: cycles(0), most: cycles(0), total: cycles(0) };

const partition = (name: string, hostMs: number, busyCycles: number): PartitionSummary => ({
  name,
  mode: "NORMAL",
  faulted: false,
  hash: "0123456789abcdef",
  stateHash: "fedcba9876543210",
  busyCycles,
  slotCycles: 4000,
  observed: busyCycles === 0 ? NONE : { scans: 5, least: cycles(100), most: cycles(400), total: cycles(1000) },
  scanTime: cycles(800),
  hostMs,
});

it("shows each partition's use of its slots, and its host time with its share of the run, and its scans", () => {
  const partitions = [partition("intake", 1234.56, 1000), partition("monitoring", 0, 0)];
  const text = formatSummary(
    { shutDown: null, frames: 50, boardSeconds: 1, hostMs: 2000, clock: hertz(1e6), partitions },
    null,
    [
      { runs: 3, most: cycles(500) },
      { runs: 3, most: cycles(0) },
    ],
  );
  expect(text.split("\n")).toEqual([
    "50 major frames, 1.000 s of board time in 2.000 s (0.5 × real time)",
    "partition   last mode   busy of slots     host time (share)  trace hash        state hash",
    "intake      NORMAL             25.0 %     1234.6 ms  61.7 %  0123456789abcdef  fedcba9876543210",
    "monitoring  NORMAL              0.0 %        0.0 ms   0.0 %  0123456789abcdef  fedcba9876543210",
    "partition       scans   least seen      average    most seen  of a scan's slot time   high-water   runs",
    "intake              5    100.00 µs    200.00 µs    400.00 µs                 50.0 %    500.00 µs      3",
    "monitoring          0            –            –            –                      –      0.00 µs      3",
  ]);
});
