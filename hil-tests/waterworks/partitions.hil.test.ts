/** Partitions of the waterworks that stop, hang, crash or lose a bit: their outputs, those who wait for them, and the others. */
import { describe, expect, it } from "vitest";
import { Waterworks, type WaterworksOptions } from "../plants/waterworks/index.ts";
import { type Fault, faultWords, type InjectionOptions, Rig } from "../rig/index.ts";
import { MODULE, onWaterworks } from "../waterworks-bench.ts";

/** All four are at work: a pump fills, chlorine is dosed, the boosters run. */
const BUSY = { level: 2, demand: 5, pressure: 3.5 };
const untilBusy = (rig: Rig): void =>
  void rig.runUntil(() => rig.number("dosing.flow") > 14 && rig.number("drive.speed") > 80, { within: "40 s" });

/** What each leaves behind on the wires to the plant when it can no longer answer for it. */
const SAFE_SIDES: Readonly<Record<string, (plant: Waterworks) => boolean>> = {
  intake: ({ p101, p102 }) => !p101.command && !p102.command,
  dosing: ({ p201 }) => !p201.command && p201.stroke === 0,
  boost: ({ p302, p303 }) => !p302.command && !p303.command,
  drive: ({ inverter }) => !inverter.release,
};
const partitions = Object.keys(SAFE_SIDES);

describe("a partition that does not run", () => {
  it.for(partitions)("[REQ-MODULE-5, REQ-MODULE-6] leaves its outputs at their safe side: %s", (partition, context) =>
    onWaterworks(BUSY, (rig, plant) => {
      untilBusy(rig);
      const isSafe = () => SAFE_SIDES[partition]!(plant);
      const waysDown: readonly Fault[] = [
        { kind: "stop", partition },
        { kind: "suspend", partition },
        { kind: "crash", partition },
      ];
      const tries = waysDown.map((fault) => () => {
        const injection = rig.inject(fault);
        rig.runFrames(2);
        expect(isSafe(), fault.kind).toBe(true);
        rig.runWhile(isSafe, { holdsFor: "2 s" });
        if (fault.kind === "crash") rig.inject({ kind: "restart", partition, start: "WARM_START" });
        injection.end();
        untilBusy(rig);
      });
      rig.fork(tries);
    })(context),
  );

  it(
    "[REQ-INTAKE-18] keeps its run hours over a warm restart, and none over a cold one",
    onWaterworks(BUSY, (rig) => {
      rig.runUntil(() => rig.number("intake.pump1RunTime") >= 5, { within: "20 s" });
      rig.inject({ kind: "restart", partition: "intake", start: "WARM_START" });
      rig.runFrames(2);
      expect(rig.number("intake.pump1RunTime")).toBeGreaterThanOrEqual(5);
      rig.inject({ kind: "restart", partition: "intake", start: "COLD_START" });
      rig.runFrames(2);
      expect(rig.number("intake.pump1RunTime")).toBe(0);
    }),
  );
});

describe("a partition that hangs", () => {
  it(
    "[REQ-DOSING-12, REQ-BOOST-10] is missed by dosing at once, and by the boosters when nobody has known the level for a minute: intake",
    onWaterworks(BUSY, (rig) => {
      untilBusy(rig);
      const hang = rig.inject({ kind: "hang", partition: "intake" });
      expect(rig).toBecome("dosing.pump", false, { within: "0.2 s" });
      expect(rig.get("dosing.flowValid")).toBe(false);
      expect(rig.get("drive.running"), "the town still has its water").toBe(true);
      expect(rig).toBecome("boost.suctionTrip", true, { after: "59 s", within: "61 s" });
      expect(rig).toBecome("drive.running", false, { within: "0.1 s" });
      hang.end();
      untilBusy(rig);
    }),
  );

  it(
    "[REQ-DRIVE-9, REQ-MODULE-6] is taken for a stop by the drive, which ramps down: boost",
    onWaterworks({ ...BUSY, level: 3.2 }, (rig) => {
      rig.runUntil(() => rig.number("drive.speed") > 80, { within: "30 s" });
      const hang = rig.inject({ kind: "hang", partition: "boost" });
      expect(rig).toBecome("drive.running", false, { within: "0.2 s" });
      expect(rig.get("drive.demandValid")).toBe(false);
      expect(rig.get("drive.state")).toBe(3); // stopping
      const speed = rig.number("drive.speed");
      rig.runFor("1 s");
      expect(speed - rig.number("drive.speed")).toBeCloseTo(10, 0);
      hang.end();
      expect(rig).toBecome("drive.running", true, { within: "1 s" });
    }),
  );
});

/** Dosing tells nobody anything; what it does to the water nobody else measures. */
describe("the others", () => {
  const OPTIONS: WaterworksOptions = { ...BUSY, seed: 3 };
  const runWith = (rig: Rig, fault: Fault | null, limits: InjectionOptions = {}): Rig => {
    rig.runFor("10 s");
    if (fault !== null) rig.inject(fault, limits);
    rig.runFor("5 s");
    return rig;
  };
  const undisturbed = Rig.boot(MODULE, { plant: new Waterworks(OPTIONS) }).then((rig) => runWith(rig, null));
  const errorsOf = ({ incidents }: Rig) =>
    incidents.flatMap(({ partition, incident }) =>
      incident.kind === "error" ? [`${partition} ${incident.record.error}`] : [],
    );
  const expectOthersUnmoved = async (rig: Rig): Promise<void> => {
    const { dosing: before, ...othersBefore } = (await undisturbed).hashes();
    const { dosing, ...others } = rig.hashes();
    expect(dosing).not.toBe(before);
    expect(others).toEqual(othersBefore);
  };

  const faults: readonly Fault[] = [
    { kind: "crash", partition: "dosing" },
    { kind: "hang", partition: "dosing" },
    { kind: "restart", partition: "dosing", start: "COLD_START" },
    { kind: "bitFlip", partition: "dosing", register: "pc", bit: 12 },
    { kind: "bitFlip", partition: "dosing", register: "x2", bit: 17, after: 1234 },
    { kind: "bitFlip", partition: "dosing", address: 0x8000_0040, bit: 5 },
  ];

  it.for(faults.map((fault) => [faultWords(fault), fault] as const))(
    "[REQ-MODULE-7] have the same traces whatever befalls one of them: %s",
    ([, fault], context) => onWaterworks(OPTIONS, (rig) => expectOthersUnmoved(runWith(rig, fault)))(context),
  );

  it(
    "[REQ-MODULE-8] lose no time to one whose scans take too long, and who is told so",
    onWaterworks(OPTIONS, async (rig) => {
      runWith(rig, { kind: "overrun", partition: "dosing", by: "4 ms" }, { for: "200 ms" });
      expect(errorsOf(await undisturbed)).toEqual([]);
      expect(new Set(errorsOf(rig))).toEqual(new Set(["dosing DEADLINE_MISSED"]));
      await expectOthersUnmoved(rig);
    }),
  );

  it(
    "[REQ-MODULE-9] and the one itself do not notice how the host lags",
    onWaterworks(OPTIONS, async (rig) => {
      runWith(rig, { kind: "jitter", upTo: "0.2 ms" });
      expect(rig.hashes()).toEqual((await undisturbed).hashes());
    }),
  );
});

describe("a slot", () => {
  it(
    "[REQ-MODULE-10] is never more than half full on a busy day",
    onWaterworks({ ...BUSY, demand: 14, seed: 5 }, (rig, plant) => {
      rig.inject({ kind: "noise", channel: "intake.level", deviation: 0.05 });
      rig.runFor("60 s");
      plant.inverter.tripped = true;
      plant.p101.suctionBlocked = true;
      rig.runFor("60 s");
      for (const { partition, most } of rig.evidence().slots) {
        expect(most!.used / most!.duration, partition).toBeLessThan(0.5);
      }
    }),
  );
});
