/** The health monitor's record of one error, and the message that a system partition receives of it (partitions/sdk/partita.h). */
import { TRAP_CAUSES, type TrapCause } from "../hart/index.ts";
import {
  ACTION_LEVELS,
  actionCode,
  HEALTH_ERRORS,
  type HealthAction,
  type HealthError,
  type HealthLevel,
  PARTITION_STATES,
  type PartitionState,
} from "../health-table.ts";
import type { GuestAddress } from "../units.ts";
import type { BoardInstant } from "./outside.ts";

export interface HealthRecord extends BoardInstant {
  /** Of this partition's errors, from 1. */
  readonly sequence: number;
  readonly error: HealthError;
  /** The partition's mode then. */
  readonly state: PartitionState;
  readonly action: HealthAction;
  /** What became of the partition itself; null: its guest goes on. */
  readonly outcome: HealthAction | null;
  /** The action is that of the restart budget, which was used up. */
  readonly overBudget: boolean;
  /** What trapped; null: the error was raised or noticed. */
  readonly trap: TrapCause | null;
  /** Of the instruction at which it happened. */
  readonly pc: GuestAddress;
  /** Of a trap what mtval would hold, else the detail that the guest gave. */
  readonly value: number;
  /** What the guest said of it. */
  readonly message: string;
  /** x0 … x31. */
  readonly registers: Int32Array;
}

const levelOf = ({ action }: Pick<HealthRecord, "action">): HealthLevel => ACTION_LEVELS[action];

const LEVEL_CODES: Readonly<Record<HealthLevel, number>> = { process: 1, partition: 2, module: 3 };
const NO_TRAP = 0xffff_ffff;
const REGISTERS_AT = 56;
/** Writes a record as `struct partita_health_record`. @param lost records that found no place in the queue since the last one. */
export const encodeHealthRecord = (record: HealthRecord, lost: number, into: DataView): void => {
  const { cycle } = record;
  const words = [
    record.sequence,
    record.partition,
    cycle % 2 ** 32,
    Math.floor(cycle / 2 ** 32),
    record.frame,
    record.slot,
    HEALTH_ERRORS[record.error],
    LEVEL_CODES[levelOf(record)],
    actionCode(record.action),
    1 + PARTITION_STATES.indexOf(record.state),
    record.trap === null ? NO_TRAP : TRAP_CAUSES[record.trap],
    record.pc,
    record.value,
    lost,
  ];
  for (const [index, word] of words.entries()) into.setUint32(4 * index, word, true);
  for (const [index, word] of record.registers.entries()) into.setInt32(REGISTERS_AT + 4 * index, word, true);
};
