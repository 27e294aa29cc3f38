/** The bench for the tests of the packaging line: module and plant together, and what an operator does at his screen. */
import { fileURLToPath } from "node:url";
import { PackagingLine } from "./plants/packaging/index.ts";
import { type Rig, type RigTestBody, rigTest } from "./rig/index.ts";

const MODULE = fileURLToPath(new URL("../configs/packaging.yaml", import.meta.url));

/** States and commands as ISA-TR88.00.02 numbers them. */
export const STATE = {
  CLEARING: 1,
  STOPPED: 2,
  IDLE: 4,
  SUSPENDED: 5,
  EXECUTE: 6,
  ABORTED: 9,
  HELD: 11,
  COMPLETED: 17,
} as const;
const COMMAND = { RESET: 1, START: 2, STOP: 3, HOLD: 4, UNHOLD: 5, ABORT: 8, CLEAR: 9 } as const;

/** A test body with a rig and a line of its own. */
export const onPackaging = (body: (rig: Rig, plant: PackagingLine) => void | Promise<void>): RigTestBody =>
  rigTest(MODULE, { plant: () => new PackagingLine() }, body);

export const order = (rig: Rig, command: keyof typeof COMMAND): void => {
  rig.set("line.command", COMMAND[command]);
  rig.set("line.execute", true);
  rig.runFrames(2);
  rig.set("line.execute", false);
  rig.runFrames(2);
};

export const reaches = (rig: Rig, state: keyof typeof STATE, within: `${number} s`): number =>
  rig.runUntil(() => rig.number("line.state") === STATE[state], { within });

/** From STOPPED or COMPLETED to EXECUTE. */
export const startBatch = (rig: Rig, { recipe, size }: { readonly recipe: number; readonly size: number }): void => {
  rig.runFrames(5);
  rig.set("line.recipeNumber", recipe);
  rig.set("line.batchSize", size);
  order(rig, "RESET");
  reaches(rig, "IDLE", "3 s");
  order(rig, "START");
  reaches(rig, "EXECUTE", "5 s");
};
