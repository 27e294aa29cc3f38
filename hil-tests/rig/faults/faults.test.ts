/** Faults on a running waterworks: what partitions see of each, and that it ends when it is to. */
import { describe, expect, it } from "vitest";
import { Waterworks } from "../../plants/waterworks/index.ts";
import { type Fault, Rig } from "../index.ts";
import { faultWords, Line } from "./index.ts";

const boot = () => Rig.boot("configs/waterworks.yaml", { plant: new Waterworks({ level: 3.2, demand: 5 }) });

/** A channel's values at the ends of the next frames. */
const next = (rig: Rig, channel: string, frames: number): number[] =>
  Array.from({ length: frames }, () => {
    rig.runFrames(1);
    return Number(rig.get(channel));
  });

describe("a fault of an input", () => {
  it("moves it, holds it or replaces it, and is over in time", async () => {
    const rig = await boot();
    rig.runFrames(2);
    const level = rig.number("intake.level");
    rig.inject({ kind: "offset", channel: "intake.level", by: 0.5 }, { for: "60 ms" });
    const moved = next(rig, "intake.level", 5);
    expect(moved.slice(0, 3).every((value) => Math.abs(value - level - 0.5) < 0.01)).toBe(true);
    expect(moved[3]).toBeCloseTo(level, 1);
    const drift = rig.inject({ kind: "drift", channel: "intake.level", perSecond: 5 });
    expect(next(rig, "intake.level", 3).map((value) => Number((value - level).toFixed(2)))).toEqual([0, 0.1, 0.2]);
    drift.end();
    const noise = rig.inject({ kind: "noise", channel: "intake.level", deviation: 0.3, seed: 5 });
    expect(new Set(next(rig, "intake.level", 20)).size).toBe(20);
    noise.end();
    rig.inject({ kind: "reads", channel: "intake.lowFloat", value: false }, { until: () => rig.frame >= 32 });
    expect(next(rig, "intake.lowFloat", 3)).toEqual([0, 0, 1]);
  });

  it("keeps it stuck while the plant goes on", async () => {
    const rig = await boot();
    rig.runFrames(2);
    rig.inject({ kind: "stuck", channel: "intake.level" });
    const before = rig.number("plant.level");
    rig.set("plant.level", 1);
    const stuck = next(rig, "intake.level", 50);
    expect(new Set(stuck).size).toBe(1);
    expect(stuck[0]).toBeCloseTo(before, 2);
    expect(rig.number("plant.level")).toBeLessThan(1.1);
  });

  it("loses it, or makes it less than good; a force holds all the same", async () => {
    const rig = await boot();
    rig.runFrames(2);
    const dropout = rig.inject({ kind: "dropout", channel: "intake.level" });
    rig.inject({ kind: "quality", channel: "boost.pressure", quality: "uncertain" });
    rig.runFrames(2);
    expect([rig.quality("intake.level"), rig.quality("boost.pressure")]).toEqual(["bad", "uncertain"]);
    rig.force("intake.level", 2);
    rig.runFrames(1);
    expect([rig.number("intake.level"), rig.quality("intake.level")]).toEqual([2, "good"]);
    rig.release("intake.level");
    dropout.end();
    rig.runFrames(1);
    expect(rig.quality("intake.level")).toBe("good");
  });

  it("does not add up on an input that nobody sends anew", async () => {
    const rig = await boot();
    rig.set("boost.pressureSetpoint", 4.1);
    const offset = rig.inject({ kind: "offset", channel: "boost.pressureSetpoint", by: 0.2 });
    expect(next(rig, "boost.pressureSetpoint", 3).map((value) => value.toFixed(2))).toEqual(["4.30", "4.30", "4.30"]);
    offset.end();
    expect(next(rig, "boost.pressureSetpoint", 1)[0]).toBeCloseTo(4.1, 5);
  });
});

describe("a fault of a device", () => {
  it("delays what it says", async () => {
    const rig = await boot();
    rig.runFrames(5);
    const capture = rig.capture(["plant.level", "intake.level"]);
    rig.inject({ kind: "delay", device: "reservoir", by: "100 ms" });
    rig.set("plant.level", 2);
    rig.runFrames(12);
    const seen = capture.values("intake.level").map(Number);
    expect(seen.slice(0, 5).every((value) => value > 3)).toBe(true);
    expect(seen[6]).toBeLessThan(2.1);
  });

  it("loses and corrupts the share that it is to, the same for the same seed", async () => {
    const shares = async (fault: Fault) => {
      const rig = await boot();
      rig.runFrames(2);
      rig.inject(fault);
      let [lost, wrong] = [0, 0];
      for (let i = 0; i < 200; i++) {
        rig.runFrames(1);
        if (rig.quality("intake.level") === "bad") lost += 1;
        else if (Math.abs(rig.number("intake.level") - rig.number("plant.level")) > 0.05) wrong += 1;
      }
      return [lost, wrong];
    };
    const [lost, none] = await shares({ kind: "loss", device: "reservoir", share: 0.25 });
    expect([lost! > 30 && lost! < 70, none]).toEqual([true, 0]);
    const corrupted = await shares({ kind: "corruption", device: "reservoir", share: 0.5, seed: 3 });
    expect(corrupted[1]! > 20).toBe(true);
    expect(await shares({ kind: "corruption", device: "reservoir", share: 0.5, seed: 3 })).toEqual(corrupted);
  });

  it("adds up the delays of a line, the longer one first or last", () => {
    for (const delays of [["40 ms", "100 ms"] as const, ["100 ms", "40 ms"] as const]) {
      const line = new Line();
      for (const by of delays) line.add({ kind: "delay", device: "pump", by });
      const arrived = Array.from({ length: 12 }, (_, frame) =>
        line.carry([frame], { time: frame / 50, frame, wire: 0, isBit: false }),
      );
      expect(arrived.flat()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
    }
  });

  it("flips one bit of what is sent, and a bit signal as a whole", () => {
    const line = new Line();
    line.add({ kind: "corruption", device: "pump", share: 1 });
    for (let frame = 0; frame < 64; frame++) {
      const [high, low] = line.carry([0x4040, 0x1234], { time: 0, frame, wire: 0, isBit: false })!;
      const flips = ((high! ^ 0x4040) * 0x1_0000 + (low! ^ 0x1234)).toString(2).replaceAll("0", "");
      expect(flips).toBe("1");
      expect(line.carry([1], { time: 0, frame, wire: 1, isBit: true })).toEqual([0]);
    }
  });
});

describe("a fault of a partition", () => {
  it("suspends it until it ends, and restarts it", async () => {
    const rig = await boot();
    rig.runFor("1 s");
    const suspended = rig.inject({ kind: "suspend", partition: "intake" }, { for: "200 ms" });
    rig.runFor("100 ms");
    expect(rig.quality("dosing.flow")).not.toBe("good");
    rig.runFor("200 ms");
    expect([suspended.isOver, rig.quality("dosing.flow")]).toEqual([true, "good"]);
    rig.inject({ kind: "restart", partition: "dosing", start: "COLD_START" });
    rig.runFor("100 ms");
    expect(rig.incidents.filter(({ partition, frame }) => partition === "dosing" && frame > 50)).not.toEqual([]);
  });
});

describe("a fault of a partition's guest", () => {
  it("hangs it: it keeps what it published and stays NORMAL; it goes on when the fault ends", async () => {
    const rig = await boot();
    rig.runFor("1 s");
    rig.set("boost.pressureSetpoint", 4.4);
    const hang = rig.inject({ kind: "hang", partition: "boost" });
    rig.runFrames(1);
    const demands = new Set(next(rig, "boost.speedDemand", 10));
    expect(demands.size).toBe(1);
    expect([...demands][0]).toBeGreaterThan(0);
    hang.end();
    rig.runFrames(1);
    expect(new Set(next(rig, "boost.speedDemand", 10)).size).toBeGreaterThan(5);
  });

  it("crashes it, for the health monitor to deal with, and leaves the others alone", async () => {
    const rig = await boot();
    rig.runFor("1 s");
    rig.inject({ kind: "crash", partition: "dosing" });
    rig.runFor("100 ms");
    const errors = rig.incidents.filter(({ incident }) => incident.kind === "error");
    expect(errors.map(({ partition }) => partition)).toEqual(["dosing"]);
    expect(errors[0]!.incident).toMatchObject({ record: { trap: "instructionAccessFault", pc: 0 } });
  });

  it("has it overrun its scans in each frame while it lasts", async () => {
    const rig = await boot();
    rig.runFor("1 s");
    rig.inject({ kind: "overrun", partition: "boost", by: "40 ms" }, { for: "200 ms" });
    rig.runFor("1 s");
    const errors = rig.incidents.flatMap(({ incident }) => (incident.kind === "error" ? [incident.record.error] : []));
    expect(new Set(errors)).toEqual(new Set(["DEADLINE_MISSED"]));
    const [seen] = [rig.incidents.length];
    rig.runFor("1 s");
    expect(rig.incidents.length).toBe(seen);
  });

  it("turns a bit of RAM or of a register, and is undone by a checkpoint from before", async () => {
    const rig = await boot();
    rig.runFor("1 s");
    const before = rig.checkpoint();
    const following = (fault?: Fault) => {
      rig.restore(before);
      if (fault !== undefined) rig.inject(fault);
      rig.runFrames(3);
      return rig.hashes();
    };
    const calm = following();
    const changed = (fault: Fault) => {
      const hashes = following(fault);
      return Object.keys(hashes).filter((name) => hashes[name] !== calm[name]);
    };
    expect(changed({ kind: "bitFlip", partition: "dosing", register: "f9", bit: 62, after: 5000 })).toEqual(["dosing"]);
    expect(changed({ kind: "bitFlip", partition: "drive", address: 0x8000_0100, bit: 3 })).toContain("drive");
    expect(following()).toEqual(calm);
    expect(() => rig.inject({ kind: "bitFlip", partition: "drive", register: "pc", bit: 0 })).toThrow(
      "bitFlip drive register=pc bit=0: bit 0 of pc does not exist",
    );
  });
});

describe("jitter of the host", () => {
  it("changes nothing at all in the run", async () => {
    const [calm, jittery] = [await boot(), await boot()];
    const jitter = jittery.inject({ kind: "jitter", upTo: "2 ms", seed: 4 });
    for (const rig of [calm, jittery]) rig.runFrames(20);
    jitter.end();
    expect(jittery.hashes()).toEqual(calm.hashes());
    expect(faultWords(jitter.fault)).toBe("jitter host upTo=2 ms seed=4");
  });
});

describe("an injection", () => {
  it("comes back with a checkpoint, and is gone with one from before", async () => {
    const rig = await boot();
    rig.runFrames(2);
    const before = rig.checkpoint();
    rig.inject({ kind: "drift", channel: "intake.level", perSecond: 1 }, { for: "100 ms" });
    rig.inject({ kind: "delay", device: "boosterStation", by: "60 ms" });
    rig.runFrames(2);
    const within = rig.checkpoint();
    const seen = [next(rig, "intake.level", 8), next(rig, "boost.pressure", 4)];
    rig.restore(within);
    expect([next(rig, "intake.level", 8), next(rig, "boost.pressure", 4)]).toEqual(seen);
    rig.restore(before);
    expect(next(rig, "intake.level", 8)).not.toEqual(seen[0]);
  });

  it("says what cannot be injected", async () => {
    const rig = await boot();
    expect(() => rig.inject({ kind: "stuck", channel: "intake.levle" })).toThrow("no point intake.levle");
    expect(() => rig.inject({ kind: "stuck", channel: "plant.level" })).toThrow("is a quantity of the plant");
    expect(() => rig.inject({ kind: "silence", device: "moon" })).toThrow("the plant has no device moon; it has");
    expect(() => rig.inject({ kind: "suspend", partition: "moon" })).toThrow("no partition moon");
    expect(() => rig.inject({ kind: "stuck", channel: "intake.flow" })).toThrow("is an output of intake");
    expect(faultWords({ kind: "drift", channel: "intake.level", perSecond: 0.1 })).toBe(
      "drift intake.level perSecond=0.1",
    );
  });
});
