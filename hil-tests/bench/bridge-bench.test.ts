/** What bench:bridge times is what it says: both servers answer, and every row has its figures. */
import { describe, expect, it } from "vitest";
import { requirePeers } from "../peers.ts";
import { quantile } from "./bridge-lateness.ts";
import { measureServer, type ServerSpeed, serverTable } from "./modbus-server-speed.ts";

const gcc = requirePeers("gcc");

describe.skipIf(gcc.missing)("the bridge's benchmark", () => {
  it("has the module's server and libmodbus's answer the same load", async () => {
    const speeds = await measureServer({ rounds: 1, share: 0.05, say: () => {} });
    expect(speeds.map(({ connections }) => connections)).toEqual([1, 10, 100]);
    for (const { partita, libmodbus } of speeds) {
      expect(Math.min(partita.requestsPerSecond, libmodbus.requestsPerSecond)).toBeGreaterThan(0);
      expect(partita.p99Us).toBeGreaterThanOrEqual(partita.p50Us);
    }
  });
});

it("the table of servers says what is met and what is missed", () => {
  const result = (requestsPerSecond: number) => ({ requestsPerSecond, p50Us: 20, p99Us: 90 });
  const speeds: readonly ServerSpeed[] = [
    { connections: 1, partita: result(30_000), libmodbus: result(40_000) },
    { connections: 100, partita: result(30_000), libmodbus: result(60_000) },
  ];
  const { columns, rows, notes } = serverTable(speeds, 5);
  for (const row of rows) expect(row).toHaveLength(columns.length);
  expect(notes.slice(-2)).toEqual([
    "Target ratio at one connection, at least 0.5 ×: 0.75 ×, met.",
    "Target ratio at 100 connections, at least 1 ×: 0.50 ×, MISSED.",
  ]);
});

it("quantiles of lateness lie within their buckets", () => {
  const buckets = [
    { boundUs: 1, below: 50 },
    { boundUs: 2, below: 90 },
    { boundUs: 4, below: 99 },
    { boundUs: Infinity, below: 100 },
  ];
  expect([0.25, 0.5, 0.7, 0.99, 1].map((share) => quantile(buckets, share))).toEqual([0.5, 1, 1.5, 4, 4]);
});
