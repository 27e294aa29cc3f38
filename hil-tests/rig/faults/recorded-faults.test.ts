/** Law 4 for faults: all of them enter as recorded inputs and commands, so that a recording replays them without the rig. */
import { expect, it } from "vitest";
import { replay } from "../../../runtime/hypervisor/index.ts";
import { engineOf } from "../../../runtime/index.ts";
import { createHasher, decodeRecording } from "../../../runtime/trace/index.ts";
import { Waterworks } from "../../plants/waterworks/index.ts";
import { MODULE } from "../../waterworks-bench.ts";
import { type Fault, Rig } from "../index.ts";

const FAULTS: readonly Fault[] = [
  { kind: "drift", channel: "intake.level", perSecond: 0.3 },
  { kind: "corruption", device: "boosterStation", share: 0.3, seed: 4 },
  { kind: "delay", device: "reservoir", by: "120 ms" },
  { kind: "hang", partition: "boost" },
  { kind: "overrun", partition: "intake", by: "3 ms" },
  { kind: "bitFlip", partition: "dosing", register: "x9", bit: 4, after: 1234 },
  { kind: "bitFlip", partition: "drive", address: 0x8000_0123, bit: 6, after: 99 },
  { kind: "suspend", partition: "dosing" },
  { kind: "jitter", upTo: "1 ms", seed: 2 },
  { kind: "crash", partition: "drive" },
];

it("replays to the bit on both engines, and not without the faults' commands", async () => {
  const hasher = await createHasher();
  const rig = await Rig.boot(MODULE, { plant: new Waterworks({ level: 3.2, demand: 5 }), records: true });
  rig.runFor("200 ms");
  for (const fault of FAULTS) {
    rig.inject(fault, { for: "300 ms" });
    rig.runFor("100 ms");
  }
  rig.runFor("400 ms");
  const recording = decodeRecording(await rig.recording(), hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  for (const options of [{}, { engineOf }]) {
    const { frames, divergence } = replay(rig.system, recording, hasher, options);
    expect([frames, divergence]).toEqual([rig.frame, null]);
  }
  const withoutUpsets = {
    ...recording,
    *records() {
      for (const record of recording.records()) {
        if (record.kind !== "command" || record.command.kind !== "upset") yield record;
      }
    },
  };
  expect(replay(rig.system, withoutUpsets, hasher, {}).divergence).not.toBeNull();
});
