/** Stimuli, captures, monitors, forks and names of a test's own, on the waterworks and its plant. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Waterworks } from "../plants/waterworks/index.ts";
import { hold, Rig, ramp, samples, sine, step } from "./index.ts";

const CONFIG = "configs/waterworks.yaml";
const folder = mkdtempSync(join(tmpdir(), "partita-instruments-"));
afterAll(() => rmSync(folder, { recursive: true }));

const boot = async (alias: Record<string, string> = {}) => {
  const plant = new Waterworks({ level: 3.2, demand: 5 });
  return { rig: await Rig.boot(CONFIG, { plant, alias }), plant };
};

describe("a stimulus", () => {
  it("plays its segments on an input, frame by frame, and leaves it at the last value", async () => {
    const { rig } = await boot();
    const before = rig.number("boost.pressureSetpoint");
    const stimulus = rig.stimulus("boost.pressureSetpoint", [hold("100 ms"), ramp(4.6, "200 ms"), step(4.2, "100 ms")]);
    const capture = rig.capture(["boost.pressureSetpoint"]);
    rig.runFor("1 s");
    const seen = capture.values("boost.pressureSetpoint").map(Number);
    expect(seen.slice(0, 5)).toEqual(Array(5).fill(before));
    expect(seen[10]).toBeCloseTo(before + (4.6 - before) / 2, 5);
    expect(seen.at(-1)).toBeCloseTo(4.2, 6);
    expect(stimulus.isOver).toBe(true);
  });

  it("moves a quantity of the plant, until another takes the channel or it is set by hand", async () => {
    const { rig, plant } = await boot();
    const first = rig.stimulus("plant.demand", [sine({ amplitude: 3, period: "400 ms", offset: 6 })]);
    rig.runFor("120 ms");
    expect(plant.demand.fixed).toBeCloseTo(9, 6);
    rig.stimulus("plant.demand", [step(2)]);
    rig.runFrames(1);
    expect(plant.demand.fixed).toBe(2);
    rig.set("plant.demand", 7);
    rig.runFrames(5);
    expect([plant.demand.fixed, first.isOver]).toEqual([7, false]);
  });

  it("goes on after a checkpoint as it did before", async () => {
    const { rig } = await boot();
    rig.stimulus("boost.pressureSetpoint", [ramp(5, "1 s")]);
    const capture = rig.capture(["boost.pressureSetpoint"], { every: "40 ms" });
    rig.runFor("300 ms");
    const checkpoint = rig.checkpoint();
    rig.runFor("1 s");
    const seen = capture.toCsv();
    rig.restore(checkpoint);
    rig.set("boost.pressureSetpoint", 3);
    rig.runFor("1 s");
    expect(capture.toCsv()).not.toBe(seen);
    rig.restore(checkpoint);
    rig.runFor("1 s");
    expect(capture.toCsv()).toBe(seen);
  });

  it("cannot be put on what something else feeds, and says so", async () => {
    const { rig } = await boot();
    const play = (channel: string) => rig.stimulus(channel, [step(1)]);
    expect(() => play("intake.level")).toThrow("intake.level is fed by the plant; use rig.force");
    expect(() => play("plant.residual")).toThrow("plant.residual is what the model makes of it");
    expect(() => play("plant.colour")).toThrow("the plant has no quantity colour; it offers plant.level,");
  });
});

describe("a capture", () => {
  it("is played again by samples, and saved as CSV, SVG and PNG", async () => {
    const { rig } = await boot();
    const capture = rig.capture(["plant.level", "boost.pressure", "drive.running"]);
    rig.runFor("400 ms");
    capture.stop();
    rig.runFor("100 ms");
    expect(capture.times).toHaveLength(20);
    for (const ending of ["csv", "svg", "png"]) await capture.save(join(folder, `capture.${ending}`), "a start");
    const [header, ...lines] = readFileSync(join(folder, "capture.csv"), "utf8").trim().split("\n");
    expect([header, lines.length]).toEqual(["time,plant.level,boost.pressure,drive.running", 20]);
    const svg = readFileSync(join(folder, "capture.svg"), "utf8");
    expect(svg).toMatch(/a start[\s\S]*plant\.level \[m\][\s\S]*drive\.running/);
    expect(readFileSync(join(folder, "capture.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(capture.save("capture.docx")).rejects.toThrow(".csv, .svg or .png");
    const again = samples(capture.samples("boost.pressure"));
    expect(again.at(0.2, 0)).toBe(capture.values("boost.pressure")[10]);
    expect(() => capture.values("intake.level")).toThrow("intake.level was not captured; plant.level, boost.pressure");
  });
});

describe("a monitor", () => {
  it("ends the run at the first frame that breaks its invariant, and can be taken away", async () => {
    const { rig } = await boot();
    const remove = rig.monitor("time is short", () => rig.time < 0.5);
    expect(() => rig.runFor("10 s")).toThrow(/^time is short is broken: \(\) => rig\.time < 0?\.5\nat 0\.500 s/);
    remove();
    rig.runFor("1 s");
    expect(rig.time).toBeCloseTo(1.5, 9);
  });
});

describe("a fork", () => {
  it("tries several ways from one moment, none of which the others see", async () => {
    const { rig } = await boot();
    rig.runFor("1 s");
    const run = (setpoint: number) => (branch: Rig) => {
      branch.set("boost.pressureSetpoint", setpoint);
      branch.runFor("3 s");
      return [branch.number("plant.pressure"), branch.hashes()["boost"]];
    };
    const [low, high, lowAgain] = rig.fork([run(3), run(5), run(3)]);
    expect(low).toEqual(lowAgain);
    expect(low).not.toEqual(high);
    expect(rig.time).toBeCloseTo(1, 9);
  });
});

describe("aliases", () => {
  it("are names of channels for a test's own use", async () => {
    const { rig } = await boot({ tank: "plant.level", pressure: "boost.pressure", speed: "drive.speed" });
    rig.runFor("1 s");
    expect(rig.get("tank")).toBe(rig.get("plant.level"));
    expect(rig.number("pressure")).toBe(rig.number("boost.pressure"));
    expect(() => rig.set("speed", 1)).toThrow("is an output of drive");
    expect(rig.failure("look").message).toMatch(/▸ plant\.level +3\.\d+ {2}m\n[\s\S]*▸ boost\.pressure/);
  });

  it("are refused when they name nothing, or hide a channel", async () => {
    await expect(boot({ tank: "intake.levle" })).rejects.toThrow("there is no point intake.levle");
    await expect(boot({ "boost.pressure": "intake.level" })).rejects.toThrow("the alias boost.pressure is a channel's");
  });
});
