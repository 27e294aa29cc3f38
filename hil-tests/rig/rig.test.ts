/** The rig itself, on the smallest module there is a real guest for: the drive's firmware alone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PointValue } from "../../runtime/system.ts";
import type { Plant } from "../plants/plant.ts";
import { formatTime, toMilliseconds } from "./duration.ts";
import { Rig, RigFailure, rigTest } from "./index.ts";

const ELF = join(import.meta.dirname, "../../partitions/waterworks/drive.elf");

const configWith = (speedAddress: number): string => `
module: bench
partitions:
  drive:
    image: ${ELF}
    memory: 64 KiB
    latch: guest
    points:
      run:         { symbol: run,          type: BOOL,  direction: input }
      demand:      { symbol: demand,       type: REAL,  direction: input }
      demandValid: { symbol: demand_valid, type: BOOL,  direction: input, validityOf: demand }
      ready:       { symbol: ready,        type: BOOL,  direction: input }
      tripped:     { symbol: tripped,      type: BOOL,  direction: input }
      power:       { symbol: power,        type: REAL,  direction: input }
      enable:      { symbol: enable,       type: BOOL,  direction: output }
      speed:       { symbol: speed,        type: REAL,  direction: output }
      state:       { symbol: state,        type: UINT,  direction: output }
schedules:
  normal: { majorFrame: 10 ms, slots: [ { partition: drive, start: 0 ms, duration: 1 ms } ] }
io:
  modbusClients:
    - name: bus
      host: 127.0.0.1
      port: 6001
      devices:
        - name: inverter
          unitId: 3
          pollGroups: { fast: { interval: 100 ms } }
          points:
            - { point: drive.enable,  area: coil,            address: 1, pollGroup: fast }
            - { point: drive.speed,   area: holdingRegister, address: ${speedAddress}, pollGroup: fast, type: UINT, scale: 0.1 }
            - { point: drive.ready,   area: discreteInput,   address: 0, pollGroup: fast, onBad: { substitute: false } }
            - { point: drive.tripped, area: discreteInput,   address: 1, pollGroup: fast, onBad: { substitute: true } }
            - { point: drive.power,   area: inputRegister,   address: 0, pollGroup: fast, byteOrder: CDAB }
`;

/** An inverter that is ready as soon as it is released, and says what it was told. */
class Inverter implements Plant {
  time = 0;
  released = false;
  reference = 0;
  readonly devices = [
    {
      name: "inverter",
      port: 6001,
      unitId: 3,
      signals: [
        { name: "ready", area: "discreteInput", address: 0, read: () => this.released },
        { name: "tripped", area: "discreteInput", address: 1, read: () => false },
        {
          name: "power",
          area: "inputRegister",
          address: 0,
          wire: { type: "REAL", byteOrder: "CDAB" },
          read: () => 2.5,
        },
        {
          name: "release",
          area: "coil",
          address: 1,
          write: (value: PointValue) => {
            this.released = value === true;
          },
        },
        {
          name: "reference",
          area: "holdingRegister",
          address: 0,
          wire: { type: "UINT", scale: 0.1 },
          write: (value: PointValue) => {
            this.reference = Number(value);
          },
        },
      ],
    },
  ] as const;

  step(seconds: number): void {
    this.time += seconds;
  }
}

describe("the rig", () => {
  let folder: string;
  let config: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "partita-rig-"));
    config = join(folder, "bench.yaml");
    writeFileSync(config, configWith(0));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const running = async (): Promise<{ rig: Rig; plant: Inverter }> => {
    const plant = new Inverter();
    const rig = await Rig.boot(config, { plant });
    rig.set("drive.run", true);
    rig.set("drive.demand", 50);
    return { rig, plant };
  };

  it("steps the plant with the module, frame by frame", async () => {
    const { rig, plant } = await running();
    rig.runFrames(3);
    expect(rig.frame).toBe(3);
    expect(rig.time).toBeCloseTo(0.03, 12);
    expect(plant.time).toBeCloseTo(0.03, 12);
    rig.runFor("1 s");
    expect(rig.frame).toBe(103);
  });

  it("switches schedules between frames, and goes on with the other frame's length", async () => {
    const path = join(folder, "two.yaml");
    const night = "  night: { majorFrame: 40 ms, slots: [ { partition: drive, start: 0 ms, duration: 1 ms } ] }\n";
    writeFileSync(
      path,
      configWith(0).replace(/^channels:|^io:/m, (section) => `${night}${section}`),
    );
    const plant = new Inverter();
    const rig = await Rig.boot(path, { plant });
    rig.runFrames(2);
    rig.switchSchedule("night");
    rig.runFrames(1);
    expect([rig.schedule, rig.time]).toEqual(["night", 0.03]);
    rig.runFor("100 ms");
    expect([rig.frame, rig.time]).toEqual([6, 0.15]);
    expect(plant.time).toBeCloseTo(0.15, 12);
    expect(() => rig.switchSchedule("day")).toThrow("no schedule day");
  });

  it("carries values over the wires as the config maps them", async () => {
    const { rig, plant } = await running();
    expect(rig.runUntil(() => rig.number("drive.speed") >= 20, { within: "4 s" })).toBeCloseTo(2, 1);
    rig.runFrames(1);
    expect(plant.reference).toBeCloseTo(rig.number("drive.speed"), 0);
    expect(rig.get("drive.power")).toBe(2.5);
    expect(rig.quality("drive.power")).toBe("good");
  });

  it("refuses a config that maps a point to where the plant has nothing", async () => {
    const wrong = join(folder, "wrong.yaml");
    writeFileSync(wrong, configWith(7));
    await expect(Rig.boot(wrong, { plant: new Inverter() })).rejects.toThrow(
      /drive\.speed is mapped to holdingRegister 7 of unit 3 at port 6001/,
    );
  });

  it("tells every problem of a config that cannot be loaded", async () => {
    const broken = join(folder, "broken.yaml");
    writeFileSync(broken, configWith(0).replace("64 KiB", "64 parsecs").replace("type: UINT", "type: WORM"));
    await expect(Rig.boot(broken)).rejects.toThrow(/memory[\s\S]*WORM|WORM[\s\S]*memory/);
  });

  it("forces an input against the plant until it is released", async () => {
    const { rig } = await running();
    rig.runUntil(() => rig.isOn("drive.ready"), { within: "1 s" });
    rig.force("drive.tripped", true);
    rig.runFrames(1);
    expect(rig.get("drive.state")).toBe(4);
    expect(rig.situation()).toMatch(/drive\.tripped\s+TRUE {2}forced/);
    rig.release("drive.tripped");
    rig.runFrames(1);
    expect(rig.get("drive.tripped")).toBe(false);
  });

  it("fails an input as a silent device would, with the config's substitute", async () => {
    const { rig } = await running();
    rig.runFrames(2);
    const trippedLost = rig.inject({ kind: "dropout", channel: "drive.tripped" });
    const powerLost = rig.inject({ kind: "dropout", channel: "drive.power" });
    rig.runFrames(1);
    expect([rig.get("drive.tripped"), rig.quality("drive.tripped")]).toEqual([true, "bad"]);
    expect([rig.get("drive.power"), rig.quality("drive.power")]).toEqual([2.5, "bad"]);
    trippedLost.end();
    powerLost.end();
    rig.runFrames(1);
    expect([rig.get("drive.tripped"), rig.quality("drive.tripped")]).toEqual([false, "good"]);
  });

  it("cuts a whole device off, and joins it again", async () => {
    const { rig, plant } = await running();
    rig.runUntil(() => rig.number("drive.speed") > 10, { within: "3 s" });
    rig.runFrames(1);
    const silence = rig.inject({ kind: "silence", device: "inverter" });
    const reference = plant.reference;
    rig.runFor("0.1 s");
    expect(rig.quality("drive.power")).toBe("bad");
    expect(plant.reference, "its registers keep what was written last").toBe(reference);
    silence.end();
    rig.runFrames(1);
    expect(rig.quality("drive.power")).toBe("good");
    expect(plant.reference).toBe(0);
  });

  it("gives an input a quality of its own, which its validity follows", async () => {
    const { rig } = await running();
    rig.runFrames(1);
    expect(rig.get("drive.demandValid")).toBe(true);
    rig.inject({ kind: "quality", channel: "drive.demand", quality: "uncertain" });
    rig.runFrames(1);
    expect(rig.get("drive.demandValid")).toBe(false);
  });

  it("says why a point cannot be set", async () => {
    const { rig } = await running();
    expect(() => rig.set("drive.speed", 1)).toThrow(/is an output of drive/);
    expect(() => rig.set("drive.tripped", true)).toThrow(/is fed by the plant; use rig\.force/);
    expect(() => rig.set("drive.demandValid", true)).toThrow(/follows the quality of demand/);
    expect(() => rig.set("drive.demand", true)).toThrow(/is REAL and cannot be true/);
    expect(() => rig.set("drive.demnad", 1)).toThrow(/no point drive\.demnad; drive has drive\.run, drive\.demand,/);
    expect(() => rig.get("drvie.demand")).toThrow(/no partition drvie/);
    expect(() => rig.inject({ kind: "silence", device: "gateway" })).toThrow(/no device gateway; it has inverter/);
    expect(() => rig.number("drive.run")).toThrow(/is a BOOL/);
    expect(() => rig.isOn("drive.speed")).toThrow(/is no BOOL/);
  });

  it("tells virtual time, frame, values and what changed when a condition does not come true", async () => {
    const { rig } = await running();
    let message = "";
    try {
      rig.runUntil(() => rig.number("drive.speed") > 40, { within: "2 s" });
    } catch (error) {
      message = error instanceof RigFailure ? error.message : String(error);
    }
    expect(message).toMatch(/^not within 2 s, from 0\.000 s on: \(\) => rig\.number\("drive\.speed"\) > 40\n/);
    expect(message).toMatch(/\nat 2\.000 s of virtual time, frame 200:\n/);
    expect(message).toMatch(/\n {2}▸ drive\.speed {8}19\.\d+\n/);
    expect(message).toMatch(/\n {4}drive\.demand {7}50\n/);
    expect(message).toMatch(/changed lately:\n[\s\S]*0\.0\d+ s {2}drive\.state: 1 → 2/);
  });

  it("notices the one frame in which a condition does not hold", async () => {
    const { rig } = await running();
    rig.runWhile(() => rig.number("drive.speed") < 10, { holdsFor: "0.9 s" });
    expect(() => rig.runWhile(() => rig.number("drive.speed") < 10, { holdsFor: "1 s" })).toThrow(
      /did not hold for 1 s/,
    );
    expect(rig.number("drive.speed")).toBeCloseTo(10, 3);
  });

  it("adds the situation to an error of the test's own", async () => {
    const body = rigTest(config, { plant: () => new Inverter() }, (rig) => {
      rig.runFrames(5);
      expect(rig.get("drive.state")).toBe(99);
    });
    await expect(body()).rejects.toThrow(/expected .* to be 99[\s\S]*at 0\.050 s of virtual time, frame 5:/);
  });

  it("has the same hashes for the same run, and others for another", async () => {
    const hashes = async (demand: number) => {
      const { rig } = await running();
      rig.runFor("1 s");
      rig.set("drive.demand", demand);
      rig.runFor("3 s");
      return rig.hashes().drive;
    };
    expect(await hashes(20)).toBe(await hashes(20));
    expect(await hashes(20)).not.toBe(await hashes(21));
  });

  it("lists what guests did", async () => {
    const { rig } = await running();
    rig.runFrames(2);
    expect(rig.incidents).toMatchObject([
      { frame: 0, partition: "drive", incident: { kind: "modeChanged", from: "COLD_START", to: "NORMAL" } },
    ]);
    expect(rig.console("drive")).toBe("");
  });
});

describe("durations", () => {
  it("are read with their unit and written for people", () => {
    expect(["500 ms", "2.5 s", "3 min", "1 h"].map((text) => toMilliseconds(text as "1 s"))).toEqual([
      500, 2500, 180_000, 3_600_000,
    ]);
    expect(() => toMilliseconds("soon" as "1 s")).toThrow(/write 500 ms, 10 s, 5 min or 1 h/);
    expect(() => toMilliseconds("-1 s")).toThrow();
    expect(formatTime(72.34)).toBe("1 min 12.340 s");
    expect(formatTime(0.02)).toBe("0.020 s");
  });
});
