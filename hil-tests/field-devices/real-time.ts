/** Lets real time pass over a plant model, in fixed steps, with its devices' registers brought up to date around each. */
import type { Clock } from "../../runtime/index.ts";
import type { DeviceRegisters } from "../plants/device-registers.ts";
import type { Plant } from "../plants/plant.ts";

const STEP_MS = 20;
/** After a pause of the host (a laptop that slept) the plant goes on from where it was. */
const LONGEST_CATCH_UP_MS = 1000;

/** @returns what stops it. */
export const runInRealTime = (plant: Plant, devices: readonly DeviceRegisters[], clock: Clock): (() => void) => {
  let simulated = clock.monotonicMs();
  const advance = (): void => {
    const now = clock.monotonicMs();
    simulated = Math.max(simulated, now - LONGEST_CATCH_UP_MS);
    while (now - simulated >= STEP_MS) {
      for (const device of devices) device.actuate();
      plant.step(STEP_MS / 1000);
      simulated += STEP_MS;
    }
    for (const device of devices) device.sense();
  };
  const timer = setInterval(advance, STEP_MS);
  return () => clearInterval(timer);
};
