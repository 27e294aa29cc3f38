/** Traces kept beside tests, and recordings as tests and stimuli. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Waterworks } from "../plants/waterworks/index.ts";
import { Rig, recorded, replayTest } from "./index.ts";

const CONFIG = "configs/waterworks.yaml";
const folder = mkdtempSync(join(tmpdir(), "partita-golden-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const captured = async (setpoint = 4) => {
  const rig = await Rig.boot(CONFIG, { plant: new Waterworks({ seed: 5 }), records: true });
  const capture = rig.capture(["boost.pressure", "drive.running", "boost.pressureSetpoint"]);
  rig.runFor("1 s");
  rig.set("boost.pressureSetpoint", setpoint);
  rig.runFor("1 s");
  return { rig, capture };
};

describe("toMatchTrace", () => {
  it("writes a trace that is not there, but not in CI, and holds later ones against it", async () => {
    const path = join(folder, "start", "golden.csv");
    const { capture } = await captured();
    vi.stubEnv("CI", "true");
    expect(() => expect(capture).toMatchTrace(path)).toThrow("there is no trace");
    vi.stubEnv("CI", "");
    expect(capture).toMatchTrace(path);
    expect(readFileSync(path, "utf8")).toBe(capture.toCsv());
    expect((await captured()).capture).toMatchTrace(path);
    const { capture: other } = await captured(4.25);
    expect(() => expect(other).toMatchTrace(path)).toThrow(
      "boost.pressureSetpoint from 1.020 s on: was 4, is 4.25 (100 samples differ)",
    );
    expect(other).toMatchTrace(path, { tolerance: 0.3 });
    expect(other).not.toMatchTrace(path, { latency: "100 ms" });
    vi.stubEnv("PARTITA_UPDATE_TRACES", "1");
    expect(other).toMatchTrace(path);
    expect(readFileSync(path, "utf8")).toBe(other.toCsv());
  });

  it("says what else is not as it was: channels, and where it ends", async () => {
    const path = join(folder, "short.csv");
    const { capture } = await captured();
    const lines = capture.toCsv().trim().split("\n");
    writeFileSync(path, `${lines.slice(0, -1).join("\n")}\n`);
    expect(() => expect(capture).toMatchTrace(path)).toThrow("the trace ended at 1.980 s, and ends at 2.000 s");
    writeFileSync(path, lines.map((line) => line.replace("drive.running", "drive.runs")).join("\n"));
    expect(() => expect(capture).toMatchTrace(path)).toThrow("the channels were boost.pressure, drive.runs,");
  });
});

describe("a recording", () => {
  it("is a test of one line", async () => {
    const path = join(folder, "run.recording");
    await (await captured()).rig.saveTrace(path);
    await replayTest(path)();
    await expect(replayTest(path, { module: "configs/packaging.yaml" })()).rejects.toThrow(
      "recorded with another module",
    );
    expect(existsSync(path)).toBe(true);
  });

  it("is a stimulus", async () => {
    const path = join(folder, "stimulus.recording");
    const { rig, capture } = await captured(4.5);
    await rig.saveTrace(path);
    const other = await Rig.boot(CONFIG, { plant: new Waterworks({ seed: 5 }) });
    other.stimulus("boost.pressureSetpoint", [await recorded(path, "boost.pressureSetpoint")]);
    const again = other.capture(["boost.pressureSetpoint"]);
    other.runFor("2 s");
    expect(again.values("boost.pressureSetpoint")).toEqual(capture.values("boost.pressureSetpoint"));
  });
});
