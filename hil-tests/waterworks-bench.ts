/** The bench for the tests of the waterworks: module and plant together, and what an operator does with his hands. */
import { fileURLToPath } from "node:url";
import { Waterworks, type WaterworksOptions } from "./plants/waterworks/index.ts";
import { type Rig, type RigTestBody, rigTest } from "./rig/index.ts";

export const MODULE = fileURLToPath(new URL("../configs/waterworks.yaml", import.meta.url));

/** A test body with a rig and a plant of its own, the plant as `options` say. */
export const onWaterworks = (
  options: WaterworksOptions,
  body: (rig: Rig, plant: Waterworks) => void | Promise<void>,
): RigTestBody => rigTest(MODULE, { plant: (seed) => new Waterworks({ seed, ...options }) }, body);

/** Presses and lets go of a push-button on the operator's screen. */
export const press = (rig: Rig, button: string): void => {
  rig.set(button, true);
  rig.runFrames(2);
  rig.set(button, false);
  rig.runFrames(1);
};
