/** A test on a rig of its own: boots the module, and lets whatever fails tell virtual time, frame and values, and draw them. */
import type { Plant } from "../plants/plant.ts";
import type { Aliases } from "./channels.ts";
import { keepEvidence, keepForReport, type RunningTest } from "./evidence.ts";
import { Rig } from "./rig.ts";
import { RigFailure } from "./rig-failure.ts";

export interface RigTestOptions<Model extends Plant> {
  /** Makes the test's own plant; what is random in it comes from the seed. */
  readonly plant: (seed: number) => Model;
  /** The test's own names of channels: `{ level: "intake.level" }`. */
  readonly alias?: Aliases;
}

/** What a test runner is given; vitest hands it the test that runs. */
export type RigTestBody = (test?: RunningTest) => Promise<void>;

/** Another run of the same tests with other noise; a failure names the one that it had. */
const seedOfRun = (): number => {
  const text = process.env["PARTITA_SEED"] ?? "1";
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`PARTITA_SEED is "${text}", and not a whole number`);
};

/**
 * The body of a test: `test("fills the reservoir", rigTest(config, { plant: (seed) => new Reservoir(seed) }, (rig, plant) => …))`.
 * Each test has a module and a plant of its own. With `PARTITA_COVERAGE=1` what runs of its Structured Text is counted.
 */
export const rigTest =
  <Model extends Plant>(
    configPath: string,
    { plant, alias = {} }: RigTestOptions<Model>,
    body: (rig: Rig, plant: Model) => void | Promise<void>,
  ): RigTestBody =>
  async (test) => {
    const seed = seedOfRun();
    const model = plant(seed);
    const rig = await Rig.boot(configPath, { plant: model, alias, records: true });
    try {
      await body(rig, model);
    } catch (error) {
      // The test runner's own error with its comparison stays what it is; it only learns where in the run it happened.
      if (!(error instanceof Error)) throw error;
      const tells = error instanceof RigFailure || error.message.includes(rig.situation());
      const parts = [error.message, ...(tells ? [] : [rig.situation()]), ...(await keepEvidence(rig, seed, test))];
      error.message = parts.join("\n");
      throw error;
    } finally {
      if (test !== undefined) keepForReport(rig, seed, test);
    }
  };
