/** `partita/rig`: hardware-in-the-loop tests of a module in virtual time, faster than real time and the same every time. */
export type { FieldDevice, FieldSignal, Plant, Wire } from "../plants/plant.ts";
export type { Duration } from "./duration.ts";
export { Rig, type RigCheckpoint, RigFailure, type RigIncident, type RigOptions } from "./rig.ts";
export { rigTest } from "./rig-test.ts";
