/**
 * The field devices of the waterworks: which signal stands at which address of which Modbus unit, once for both masters
 * (rig and simulated devices). The table at the end of partitions/waterworks/io-list.md, in code.
 */
import { coil, contact, measurement } from "../field-signals.ts";
import type { FieldDevice, FieldSignal } from "../plant.ts";
import type { Waterworks } from "./waterworks.ts";

/** A holding register with percent in hundredths that sets `target[key]` to 0 … 1. */
const percentRegister = <Key extends string>(
  name: string,
  address: number,
  target: Record<Key, number>,
  key: Key,
): FieldSignal => ({
  name,
  area: "holdingRegister",
  address,
  wire: { type: "UINT", scale: 0.01 },
  write: (value) => {
    target[key] = Number(value) / 100;
  },
});

export const fieldDevices = (plant: Waterworks): readonly FieldDevice[] => [
  {
    name: "reservoir",
    port: 5021,
    unitId: 1,
    signals: [
      measurement("LT-101 (m)", 0, { type: "REAL" }, () => plant.lt101.read()),
      contact("LSLL-102", 0, () => plant.lsll102.read()),
    ],
  },
  {
    name: "intakeStation",
    port: 5022,
    unitId: 1,
    signals: [
      coil("P-101", 0, plant.p101, "command"),
      coil("P-102", 1, plant.p102, "command"),
      contact("P-101 running", 0, () => plant.p101.running),
      contact("P-102 running", 1, () => plant.p102.running),
      contact("FSL-101", 2, () => plant.fsl101.read()),
      contact("FSL-102", 3, () => plant.fsl102.read()),
    ],
  },
  {
    name: "dosingSkid",
    port: 5023,
    unitId: 1,
    signals: [
      measurement("AT-201 (mg/l)", 0, { type: "REAL", byteOrder: "CDAB" }, () => plant.at201.read()),
      percentRegister("P-201 stroke frequency (%)", 0, plant.p201, "stroke"),
      coil("P-201", 0, plant.p201, "command"),
      contact("P-201 running", 0, () => plant.p201.running),
    ],
  },
  {
    name: "boosterStation",
    port: 5024,
    unitId: 1,
    signals: [
      measurement("PT-301 (bar)", 0, { type: "UINT", scale: 0.001 }, () => plant.pt301.read()),
      coil("P-302", 0, plant.p302, "command"),
      coil("P-303", 1, plant.p303, "command"),
      contact("P-302 running", 0, () => plant.p302.running),
      contact("P-303 running", 1, () => plant.p303.running),
    ],
  },
  {
    name: "inverter",
    port: 5024,
    unitId: 2,
    signals: [
      coil("release", 0, plant.inverter, "release"),
      percentRegister("speed reference (%)", 0, plant.inverter, "reference"),
      contact("ready", 0, () => plant.inverter.ready),
      contact("tripped", 1, () => plant.inverter.tripped),
      measurement("shaft speed (%)", 0, { type: "UINT", scale: 0.01 }, () => plant.inverter.speed * 100),
      measurement("power (kW)", 1, { type: "UINT", scale: 0.01 }, () => plant.inverter.power),
    ],
  },
];
