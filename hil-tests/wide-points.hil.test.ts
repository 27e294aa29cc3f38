/** Points of 64 bits and of dates, from the program's text through the module to whoever is outside. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Rig } from "./rig/index.ts";

const PROGRAM = `
PROGRAM Main
  VAR
    total AT %Q* : ULINT := 18446744073709551610;
    demand AT %I* : LINT;
    doubled AT %Q* : LINT;
    level AT %I* : LREAL;
    sum AT %Q* : LREAL;
    running AT %Q* : LTIME;
    since AT %I* : DT;
    later AT %Q* : DT;
  END_VAR
  total := total + 1; doubled := demand * 2; sum := sum + level; running := running + LT#1us; later := since + T#1d;
END_PROGRAM`;

const MODULE = `
module: wide
partitions:
  a:
    program: wide.st
    memory: 256 KiB
    points:
      demand: { initial: "-4611686018427387904" }
      total: { failSafe: "9007199254740993" }
schedules: { normal: { majorFrame: 20 ms, slots: [ { partition: a, start: 0 ms, duration: 4 ms } ] } }
`;

const folder = mkdtempSync(join(tmpdir(), "partita-wide-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "wide.st"), PROGRAM);
writeFileSync(join(folder, "wide.yaml"), MODULE);

describe("points of 64 bits", () => {
  it("keep every bit on their way in and out", async () => {
    const rig = await Rig.boot(join(folder, "wide.yaml"));
    rig.runFor("20 ms");
    expect(rig.get("a.doubled")).toBe(-(2n ** 63n));
    rig.set("a.demand", 2n ** 53n + 1n);
    rig.set("a.level", 0.1);
    rig.set("a.since", 1_700_000_000);
    rig.runFor("60 ms");
    expect(rig.get("a.doubled")).toBe(2n ** 54n + 2n);
    expect(rig.get("a.total")).toBe(18446744073709551614n);
    expect(rig.number("a.sum")).toBe(0.1 + 0.1 + 0.1);
    expect(rig.get("a.running")).toBe(4000n);
    expect(rig.number("a.later")).toBe(1_700_086_400);
    expect(() => rig.number("a.total")).toThrow("a.total has 64 bits; use rig.get");
  });
});
