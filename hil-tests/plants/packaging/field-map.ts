/** The field devices of the packaging line: the table at the end of partitions/packaging/io-list.md, in code. */
import { coil, contact, measurement } from "../field-signals.ts";
import type { FieldDevice, FieldSignal } from "../plant.ts";
import type { Belt } from "./belt.ts";
import type { PackagingLine } from "./line.ts";

/** A drive's speed reference in mm/s. */
const speedReference = (address: number, belt: Belt): FieldSignal => ({
  name: "speed reference (m/s)",
  area: "holdingRegister",
  address,
  wire: { type: "UINT", scale: 0.001 },
  write: (value) => {
    belt.reference = Number(value);
  },
});

export const fieldDevices = (line: PackagingLine): readonly FieldDevice[] => [
  {
    name: "infeedStation",
    port: 5031,
    unitId: 1,
    signals: [
      coil("M-101 belt", 0, line.infeed, "command"),
      coil("Y-102 gate", 1, line.gate, "open"),
      speedReference(0, line.infeed),
      contact("S-103 gate eye", 0, () => line.gateEye),
      contact("M-101 running", 1, () => line.infeed.running),
      contact("guards closed", 2, () => line.safe),
    ],
  },
  {
    name: "fillerStation",
    port: 5032,
    unitId: 1,
    signals: [
      coil("Y-201 fill valve", 0, line.station, "fillValve"),
      coil("Y-202 press", 1, line.station, "press"),
      coil("Y-203 release", 2, line.release, "open"),
      measurement("W-204 scale (g)", 0, { type: "REAL" }, () => line.station.weight),
      contact("S-205 bottle present", 0, () => line.station.bottle !== null),
      contact("S-206 press down", 1, () => line.station.pressDown),
      contact("S-207 press up", 2, () => line.station.pressUp),
      contact("guards closed", 3, () => line.safe),
    ],
  },
  {
    name: "labellerStation",
    port: 5033,
    unitId: 1,
    signals: [
      coil("M-301 belt", 0, line.outfeed, "command"),
      coil("Y-302 label head", 1, line.labelHead, "apply"),
      coil("Y-303 pusher", 2, line.pusher, "push"),
      speedReference(0, line.outfeed),
      contact("S-304 label eye", 0, () => line.eyes.label),
      contact("S-305 camera eye", 1, () => line.eyes.camera),
      contact("S-306 label seen", 2, () => line.labelSeen),
      contact("S-307 pusher eye", 3, () => line.eyes.pusher),
      contact("S-308 exit eye", 4, () => line.eyes.exit),
      contact("M-301 running", 5, () => line.outfeed.running),
      contact("guards closed", 6, () => line.safe),
    ],
  },
  {
    name: "linePanel",
    port: 5034,
    unitId: 1,
    signals: [
      coil("red", 0, line.stackLight, "red"),
      coil("amber", 1, line.stackLight, "amber"),
      coil("green", 2, line.stackLight, "green"),
      coil("horn", 3, line.stackLight, "horn"),
      contact("emergency stop not pressed", 0, () => line.safe),
    ],
  },
];
