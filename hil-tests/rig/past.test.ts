/** A rig's past: taken back to any frame and forth again, it is as it was; and what it recorded replays. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replay } from "../../runtime/hypervisor/index.ts";
import { decodeSnapshot, engineOf } from "../../runtime/index.ts";
import { createHasher, decodeRecording } from "../../runtime/trace/index.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { Rig } from "./index.ts";

const CONFIG = "configs/waterworks.yaml";
const folder = mkdtempSync(join(tmpdir(), "partita-past-"));
afterAll(() => rmSync(folder, { recursive: true }));

const seen = (rig: Rig, plant: Waterworks) => ({
  frame: rig.frame,
  hashes: rig.hashes(),
  level: plant.level,
  pressure: plant.pressure,
  setpoint: rig.get("boost.pressureSetpoint"),
});

describe("a rig that keeps its past", () => {
  it("goes back to any frame and forth again, whatever the test did with rig and plant in between", async () => {
    const plant = new Waterworks({ seed: 3 });
    const rig = await Rig.boot(CONFIG, { plant, rewinds: true });
    const all = new Map<number, ReturnType<typeof seen>>();
    const run = (frames: number) => {
      for (let at = 0; at < frames; at++) {
        rig.runFrames(1);
        all.set(rig.frame, seen(rig, plant));
      }
    };
    const capture = rig.capture(["plant.level"]);
    rig.runFor("3 s");
    run(5);
    rig.set("boost.pressureSetpoint", 4.4);
    plant.p101.suctionBlocked = true;
    run(5);
    rig.inject({ kind: "dropout", channel: "dosing.residual" });
    rig.runFor("4 s");
    run(5);
    const end = { ...seen(rig, plant), captured: capture.values("plant.level") };
    for (const frame of [360, 157, 151, 158, 359, 156, 155]) {
      rig.rewindTo({ frame });
      const then = all.get(frame);
      if (then !== undefined) expect(seen(rig, plant)).toEqual(then);
      expect(rig.frame).toBe(frame);
    }
    rig.stepBack();
    rig.stepForward(2);
    expect(seen(rig, plant)).toEqual(all.get(156));
    rig.rewindTo("3.1 s");
    expect(rig.frame).toBe(155);
    rig.rewindTo({ frame: end.frame });
    expect({ ...seen(rig, plant), captured: capture.values("plant.level") }).toEqual(end);
  });

  it("has another future when the test goes on from there", async () => {
    const plant = new Waterworks({ seed: 3 });
    const rig = await Rig.boot(CONFIG, { plant, rewinds: true });
    rig.runFor("2 s");
    const checkpoint = rig.checkpoint();
    rig.runFor("2 s");
    const first = seen(rig, plant);
    rig.rewindTo("1 s");
    expect(() => rig.rewindTo("4.1 s")).toThrow("has not been there yet: it came to frame 200, 4.000 s");
    rig.force("intake.level", 0.2);
    rig.runFor("1 s");
    expect(() => rig.rewindTo("3 s")).toThrow("has not been there yet: it came to frame 100");
    rig.restore(checkpoint);
    rig.runFor("2 s");
    expect(seen(rig, plant)).toEqual(first);
    rig.rewindTo("1.5 s");
    rig.rewindTo("4 s");
    expect(seen(rig, plant)).toEqual(first);
  });

  it("is one that was asked for, of a plant that can be taken back", async () => {
    const rig = await Rig.boot(CONFIG);
    expect(() => rig.rewindTo("1 s")).toThrow("boot it with rewinds: true");
    await expect(rig.saveTrace(join(folder, "x.vcd"))).rejects.toThrow("boot it with records: true");
  });
});

describe("a rig's recording", () => {
  it("replays from power-on, and from wherever the rig was taken back to", async () => {
    const hasher = await createHasher();
    const plant = new Waterworks({ seed: 3 });
    const rig = await Rig.boot(CONFIG, { plant, records: true });
    const replayed = async (frames: number) => {
      const path = join(folder, "run.recording");
      await rig.saveTrace(path);
      const recording = decodeRecording(readFileSync(path), hasher);
      if (recording.kind === "damaged") throw new Error(recording.message);
      const start = recording.snapshot && (await decodeSnapshot(recording.snapshot, rig.system, hasher));
      if (typeof start === "string") throw new Error(start);
      const from = start === null ? {} : { from: start.state };
      expect(replay(rig.system, recording, hasher, { engineOf, ...from })).toMatchObject({ frames, divergence: null });
    };
    rig.runFor("1 s");
    const checkpoint = rig.checkpoint();
    rig.inject({ kind: "crash", partition: "dosing" });
    rig.runFor("1 s");
    await replayed(100);
    rig.restore(checkpoint);
    rig.runFor("2 s");
    await replayed(100);
    rig.runFrames(1);
    await replayed(101);
  });

  it("is saved as what other programs open", async () => {
    const rig = await Rig.boot(CONFIG, { plant: new Waterworks({ seed: 3 }), records: true });
    rig.runFor("1 s");
    await rig.saveTrace(join(folder, "run.csv"), ["intake.level", "boost.pressure"]);
    const [names, ...rows] = readFileSync(join(folder, "run.csv"), "utf8").trim().split("\n");
    expect(names).toBe("time,intake.level,boost.pressure");
    expect(rows).toHaveLength(50);
    expect(rows.at(-1)).toBe(`1,${rig.get("intake.level")},${rig.get("boost.pressure")}`);
    for (const ending of ["json", "vcd", "mcap"]) {
      await rig.saveTrace(join(folder, `run.${ending}`));
      expect(readFileSync(join(folder, `run.${ending}`)).length).toBeGreaterThan(1000);
    }
    await expect(rig.saveTrace(join(folder, "run.txt"))).rejects.toThrow("a trace is saved as .recording, .json, .vcd");
  });
});
