/** Faults: what can be injected, and what it does to signals and lines. */
export { type DeviceFault, type Fault, faultWords, type PartitionFault, type SignalFault } from "./fault.ts";
export { Line, type Passage, type Words } from "./line.ts";
export { SignalDisturbance } from "./signal-disturbance.ts";
