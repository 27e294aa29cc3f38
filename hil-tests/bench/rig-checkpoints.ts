/** What a rig's checkpoint costs: to take one, and to go back to it. */
import { hostClock } from "../../runtime/index.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { Rig } from "../rig/index.ts";
import { WATERWORKS } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const REPEATS = 20;

/** Medians, ms. */
export interface CheckpointCosts {
  readonly checkpointMs: number;
  readonly restoreMs: number;
}

const timeOf = (action: () => void): number => {
  const begin = hostClock.monotonicMs();
  action();
  return hostClock.monotonicMs() - begin;
};

export const measureCheckpoints = async ({ rounds, say }: SectionOptions): Promise<CheckpointCosts> => {
  say("checkpoints");
  const rig = await Rig.boot(WATERWORKS, { plant: new Waterworks({ seed: 1 }) });
  rig.runFor("10 s");
  const [taking, restoring]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < REPEATS * rounds; repeat++) {
    let checkpoint = rig.checkpoint();
    taking.push(
      timeOf(() => {
        checkpoint = rig.checkpoint();
      }),
    );
    rig.runFrames(5);
    restoring.push(timeOf(() => rig.restore(checkpoint)));
  }
  return { checkpointMs: median(taking), restoreMs: median(restoring) };
};
