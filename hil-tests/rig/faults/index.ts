/** Faults: what can be injected, and what it does to signals and lines. */
export {
  type DeviceFault,
  type Fault,
  faultWords,
  type HostFault,
  type PartitionFault,
  type SignalFault,
  targetOf,
} from "./fault.ts";
export { HostJitter } from "./host-jitter.ts";
export { Line, type Passage, type Words } from "./line.ts";
export { SignalDisturbance } from "./signal-disturbance.ts";
