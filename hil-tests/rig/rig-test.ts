/** A test on a rig of its own: boots the module, and lets whatever fails tell virtual time, frame and values. */
import type { Plant } from "../plants/plant.ts";
import { Rig, RigFailure } from "./rig.ts";

/**
 * The body of a test, for any test runner: `test("fills the reservoir", rigTest(config, () => new Plant(), (rig, plant) => …))`.
 * Each test has a module and a plant of its own.
 */
export const rigTest =
  <Model extends Plant>(
    configPath: string,
    plant: () => Model,
    body: (rig: Rig, plant: Model) => void | Promise<void>,
  ): (() => Promise<void>) =>
  async () => {
    const model = plant();
    const rig = await Rig.boot(configPath, { plant: model });
    try {
      await body(rig, model);
    } catch (error) {
      // The test runner's own error with its comparison stays what it is; it only learns where in the run it happened.
      if (error instanceof Error && !(error instanceof RigFailure)) error.message += `\n${rig.situation()}`;
      throw error;
    }
  };
