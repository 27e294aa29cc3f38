/** Modules for tests of the health monitor: a partition that errs, and one beside it. */
import { PARTITA_ERROR_CODES, PARTITA_REGISTERS as REGISTER } from "../../runtime/board/index.ts";
import {
  type HealthAction,
  type HealthReaction,
  PARTITION_STATES,
  type PartitionHealth,
  reactionsOf,
} from "../../runtime/health-table.ts";
import type { HealthRecord } from "../../runtime/hypervisor/index.ts";
import { encode, X } from "../../runtime/isa/index.ts";
import { boot, halt, output } from "./boot.ts";
import { copier, Guest } from "./guests.ts";
import type { PartitionSketch, SystemSketch } from "./systems.ts";

/** The same for every error in every state. */
export const table = (
  action: HealthAction | null,
  more: Partial<HealthReaction> = {},
): Pick<PartitionHealth, "reactions"> => ({
  reactions: reactionsOf(PARTITION_STATES, () => ({ action, otherwise: "IDLE", schedule: null, log: true, ...more })),
});

/** A partition `a` with 400 cycles of 1000, and one beside it. */
export const beside = (a: PartitionSketch, more: Partial<SystemSketch> = {}): SystemSketch => ({
  partitions: { a: { outputs: [{ failSafe: 99 }], ...a }, b: { image: copier(), inputs: 1, outputs: 1 } },
  majorFrame: 1000,
  slots: [
    ["a", 0, 400],
    ["b", 400, 400],
  ],
  ...more,
});

export const bootWith = (image: Uint8Array, health: Partial<PartitionHealth>, more: Partial<SystemSketch> = {}) => {
  const booted = boot(beside({ image, health }, more));
  const records = (): HealthRecord[] =>
    booted.incidents.flatMap(({ incident }) => (incident.kind === "error" ? [incident.record] : []));
  return { ...booted, records };
};

/** Publishes 7, then misbehaves. */
export const publisher = (): Guest => output(new Guest(7), 0, X.s2).normal().tell(REGISTER.PUBLISH_OUTPUTS);
export const raiser = (): Uint8Array =>
  halt(publisher().tellConstant(REGISTER.RAISE_ERROR, PARTITA_ERROR_CODES.NUMERIC_ERROR));
export const wildLoad = (): Uint8Array =>
  halt(
    publisher()
      .constant(X.t0, 0x1234_5678)
      .add(encode("lw", { rd: X.t1, rs1: X.t0, imm: 0 })),
  );
