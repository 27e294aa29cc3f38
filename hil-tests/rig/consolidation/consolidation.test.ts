/** The waterworks' four controllers on one board against each alone, and what a wrong consolidation looks like. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { patchedModule } from "../../patched-module.ts";
import { Waterworks } from "../../plants/waterworks/index.ts";
import { MODULE } from "../../waterworks-bench.ts";
import type { Rig } from "../index.ts";
import { compareConsolidation, consolidationHtml, consolidationText } from "./index.ts";

const copies: { remove(): void }[] = [];
afterAll(() => {
  for (const copy of copies) copy.remove();
});

/** A copy of the module, texts of its config replaced by others. */
const changedConfig = (replacements: Readonly<Record<string, string>>): string => {
  const copy = patchedModule({});
  copies.push(copy);
  const text = readFileSync(copy.configPath, "utf8");
  const changed = Object.entries(replacements).reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replaceAll(from, to);
  }, text);
  writeFileSync(copy.configPath, changed);
  return copy.configPath;
};

const compare = (config: string, wires: Readonly<Record<string, string>> = {}) =>
  compareConsolidation({
    config,
    wires,
    plant: (seed) => new Waterworks({ seed, level: 2.4, demand: 6 }),
    scenario: (rig: Rig) => {
      rig.runFor("12 s");
      rig.set("boost.pressureSetpoint", 4.4);
      rig.inject({ kind: "dropout", channel: "intake.level" }, { for: "3 s" });
      rig.runFor("8 s");
    },
  });

const differing = ({ controllers }: Awaited<ReturnType<typeof compare>>): readonly string[] =>
  controllers.flatMap(({ outputs }) => outputs.filter(({ difference }) => difference !== null).map(({ name }) => name));

describe("a consolidation", () => {
  it("changes no output of any controller", async () => {
    const report = await compare(MODULE);
    expect(differing(report)).toEqual([]);
    expect(report.isSame).toBe(true);
    const changes = report.controllers.map(({ outputs }) => outputs.reduce((sum, output) => sum + output.changes, 0));
    expect(Math.min(...changes)).toBeGreaterThan(10);
    expect(consolidationText(report)).toMatch(/^waterworks, 20.000 s of virtual time: all \d+ outputs are the same/);
    expect(consolidationText(report)).toContain("alone, its port events brought no messages");
    expect(consolidationHtml(report)).toContain("<h1>Consolidation of waterworks</h1>");
  });

  it("with a slot that is too short for its scan is found out", async () => {
    const tooShort = changedConfig({
      "start: 11 ms, duration: 4 ms }": "start: 11 ms, duration: 1 us }",
      "requires: { period: 20 ms, duration: 4 ms }": "requires: { period: 20 ms, duration: 1 us }",
    });
    const report = await compare(tooShort);
    expect(differing(report)).toContain("boost.speedDemand");
    expect(differing(report).every((name) => name.startsWith("boost."))).toBe(true);
    expect(consolidationText(report)).toMatch(/ outputs differ\n/);
  });

  it("with a wrong channel is found out by how the controllers were wired before", async () => {
    const wires = { "dosing.flow": "intake.flow", "drive.demand": "boost.speedDemand" };
    expect((await compare(MODULE, wires)).isSame).toBe(true);
    const wrong = changedConfig({
      "from: intake.flow,       to: [dosing.flow]": "from: drive.speed,       to: [dosing.flow]",
    });
    expect((await compare(wrong)).isSame).toBe(true);
    const report = await compare(wrong, wires);
    expect(differing(report)).toContain("dosing.doseRate");
    expect(differing(report).every((name) => name.startsWith("dosing."))).toBe(true);
  });
});
