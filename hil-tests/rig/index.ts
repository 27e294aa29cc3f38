/**
 * `partita/rig`: hardware-in-the-loop tests of a module in virtual time, faster than real time and the same every time. Where
 * vitest runs, `expect(rig)` knows the statements about time of `matchers.ts`.
 */
export type { FieldDevice, FieldSignal, Plant, Quantity, Wire } from "../plants/plant.ts";
export { allOf, fieldsOf, type Restore } from "../plants/restore.ts";
export type { RigIncident } from "./bench.ts";
export { Campaign, type CampaignOptions, defineCampaign, type Invariant, type Sweep } from "./campaign/campaign.ts";
export type { Schedule, ScheduledFault } from "./campaign/schedule.ts";
export type { Capture } from "./capture.ts";
export type { Aliases, Channel } from "./channels.ts";
export {
  type ConsolidationOptions,
  type ConsolidationReport,
  type ControllerAgreement,
  compareConsolidation,
  consolidationHtml,
  consolidationText,
  type Difference,
  defineConsolidation,
  type OutputAgreement,
} from "./consolidation/index.ts";
export type { Duration } from "./duration.ts";
export { above, below, between, type Expected, near, type ValueCondition } from "./expected.ts";
export {
  type DeviceFault,
  type Fault,
  faultWords,
  type HostFault,
  type PartitionFault,
  type SignalFault,
} from "./faults/index.ts";
export type { TraceCloseness } from "./golden-trace.ts";
export type { Injection } from "./injection.ts";
export type { Moment } from "./past.ts";
export { type RecordingPlace, recorded, replayTest } from "./recordings.ts";
export { Rig } from "./rig.ts";
export { RigFailure } from "./rig-failure.ts";
export type { InjectionOptions, RigCheckpoint, RigOptions } from "./rig-options.ts";
export { type RigTestBody, type RigTestOptions, rigTest } from "./rig-test.ts";
export * from "./signals/index.ts";
export type { Stimulus } from "./stimulus.ts";

if (process.env["VITEST"] !== undefined) await import("./matchers.ts");
