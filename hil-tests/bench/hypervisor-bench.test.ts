/** What bench:hypervisor times is what it says: every slot switches, every message arrives, every partition scans. */
import { describe, expect, it } from "vitest";
import type { Module } from "../../runtime/hypervisor/index.ts";
import type { System } from "../../runtime/system.ts";
import type { EventKind, TraceEvent } from "../../runtime/trace/index.ts";
import { eventsOf, runSystem } from "../laws/runs.ts";
import { measureHarts } from "./hart-speeds.ts";
import { measureFrames, measureMessages, measureSwitch } from "./hypervisor-costs.ts";
import { busyHarts, busyPair, MESSAGE_KINDS, messagePair, scanners, waitingPair } from "./hypervisor-modules.ts";
import { frameTable, hartTable, latenessTable, messageTable, switchTable } from "./hypervisor-report.ts";
import { latenessIn } from "./lateness-run.ts";

const FRAMES = 5;

const PASSING: readonly EventKind[] = ["send", "sendLarge", "receive", "receiveLarge"];
const statusOf = ({ payload }: TraceEvent): number =>
  new DataView(payload.buffer, payload.byteOffset).getUint32(4, true);

const runFrames = (system: System): Module => runSystem(system, { frames: FRAMES }).module;

describe("the modules of the hypervisor's benchmark", () => {
  it("has partitions that only wait", () => {
    for (const { timeUse } of runFrames(waitingPair(10)).partitions) {
      expect(timeUse.given).toBe(FRAMES * 1000);
      expect(timeUse.given - timeUse.idle).toBeLessThan(10);
    }
  });

  it.each(MESSAGE_KINDS)("has all messages of $bytes bytes sent and received in each frame", (kind) => {
    const result = runSystem(messagePair(kind), { frames: FRAMES });
    const passed = (partition: number) =>
      eventsOf(result, partition).filter((event) => PASSING.includes(event.kind) && statusOf(event) === 0);
    expect(passed(0)).toHaveLength(FRAMES * kind.count);
    expect(passed(1)).toHaveLength(FRAMES * kind.count);
  });

  it("has every partition scan once in each frame", () => {
    const result = runSystem(scanners(3), { frames: FRAMES });
    for (const partition of [0, 1, 2]) expect(eventsOf(result, partition, "publish")).toHaveLength(FRAMES);
  });

  it("has the same work on one hart and on two", () => {
    for (const system of [busyPair(100), busyHarts(100)]) {
      for (const { timeUse } of runFrames(system).partitions) expect(timeUse).toMatchObject({ given: 50_000, idle: 0 });
    }
    expect([busyPair(100).harts, busyHarts(100).harts]).toEqual([1, 2]);
  });
});

describe("the figures of the hypervisor's benchmark", () => {
  const trial = { rounds: 1, share: 0.001, say: () => {} };

  it("are there for every row of every table", async () => {
    const speeds = await measureHarts(trial);
    expect(speeds.map(({ threads }) => threads)).toEqual([1, 1, 2, 1, 1, 2]);
    const tables = [
      switchTable(await measureSwitch(trial), 1),
      messageTable(await measureMessages(trial), 1),
      frameTable(await measureFrames(trial), 1),
    ];
    for (const { rows, columns } of tables) {
      expect(rows.length).toBeGreaterThan(1);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
    expect(hartTable(speeds, 1).rows).toHaveLength(6);
  });

  it("hold what cyclictest prints", () => {
    const counts = ["000000 000000", "000071 000097", "000080 000002", "000090 000001"];
    const output = [
      "# Histogram",
      ...counts,
      "# Total: 000000100",
      "# Max Latencies: 00090",
      "# Histogram Overflows: 00000",
    ];
    expect(latenessIn(output.join("\n"))).toEqual({ p50Us: 71, p99Us: 80, worstUs: 90 });
    expect(() => latenessIn("Unable to change scheduling policy")).toThrow("cyclictest printed no latencies");
  });

  it("say why there are none of cyclictest", () => {
    const partita = { p50Us: 1, p99Us: 2, worstUs: 3 };
    const { rows, notes } = latenessTable({ seconds: 1, partita, cyclictest: null, reason: "spawn ENOENT" }, 1);
    expect(rows[1]).toEqual(["cyclictest, wake-ups", "–", "–", "–"]);
    expect(notes.at(-1)).toBe("No cyclictest: spawn ENOENT. It is in the Debian package rt-tests.");
  });
});
