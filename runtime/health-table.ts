/**
 * The vocabulary of the health monitor: which errors there are, at which level each action works, and which pairs of both make
 * no sense (ARINC 653 P1 §2.4). Config fills tables with it, the hypervisor obeys them.
 */
import type { Cycles } from "./units.ts";

/** What can go wrong, with the codes of partitions/sdk/partita.h. */
export const HEALTH_ERRORS = {
  DEADLINE_MISSED: 1,
  APPLICATION_ERROR: 2,
  NUMERIC_ERROR: 3,
  ILLEGAL_REQUEST: 4,
  STACK_OVERFLOW: 5,
  MEMORY_VIOLATION: 6,
  HARDWARE_FAULT: 7,
  PARTITION_INIT: 8,
  CONFIG_ERROR: 9,
  POWER_FAIL: 10,
  PORT_ERROR: 11,
  WATCHDOG_TIMER: 12,
} as const;
export type HealthError = keyof typeof HEALTH_ERRORS;
export const HEALTH_ERROR_NAMES = Object.keys(HEALTH_ERRORS) as readonly HealthError[];

/** Those that a guest raises itself, through the partita device. */
export const RAISED_ERRORS = [
  "DEADLINE_MISSED",
  "APPLICATION_ERROR",
  "NUMERIC_ERROR",
  "ILLEGAL_REQUEST",
  "STACK_OVERFLOW",
] as const satisfies readonly HealthError[];

/** The errors that traps are, by their causes, when they come to the monitor (RISC-V Privileged §3.1.15). */
export const ERROR_OF_TRAP = {
  instructionAddressMisaligned: "HARDWARE_FAULT",
  instructionAccessFault: "MEMORY_VIOLATION",
  illegalInstruction: "ILLEGAL_REQUEST",
  breakpoint: "APPLICATION_ERROR",
  loadAddressMisaligned: "HARDWARE_FAULT",
  loadAccessFault: "MEMORY_VIOLATION",
  storeAddressMisaligned: "HARDWARE_FAULT",
  storeAccessFault: "MEMORY_VIOLATION",
  environmentCallFromUser: "ILLEGAL_REQUEST",
  environmentCallFromMachine: "ILLEGAL_REQUEST",
} as const satisfies Record<string, HealthError>;
export type TrapName = keyof typeof ERROR_OF_TRAP;

export type HealthLevel = "process" | "partition" | "module";

/** Whom an action works on. The order gives the codes of partita.h, from 1. */
export const ACTION_LEVELS = {
  IGNORE: "process",
  PROPAGATE: "process",
  SUSPEND: "partition",
  IDLE: "partition",
  WARM_START: "partition",
  COLD_START: "partition",
  SWITCH_SCHEDULE: "module",
  MODULE_RESET: "module",
  SHUTDOWN: "module",
} as const satisfies Record<string, HealthLevel>;
export type HealthAction = keyof typeof ACTION_LEVELS;
export const HEALTH_ACTIONS = Object.keys(ACTION_LEVELS) as readonly HealthAction[];
export type PartitionAction = {
  [A in HealthAction]: (typeof ACTION_LEVELS)[A] extends "partition" ? A : never;
}[HealthAction];

/** As partita.h codes it. */
export const actionCode = (action: HealthAction): number => 1 + HEALTH_ACTIONS.indexOf(action);

/** sizeof(struct partita_health_record), of partitions/sdk/health.h: 14 words, and the registers x0 … x31. */
export const HEALTH_RECORD_BYTES = 4 * (14 + 32);

/** Modes in which a partition's errors are judged; it has none while IDLE. */
export const PARTITION_STATES = ["COLD_START", "WARM_START", "NORMAL"] as const;
export type PartitionState = (typeof PARTITION_STATES)[number];
/** INIT: the first major frame after power-on or a reset. */
export const MODULE_STATES = ["INIT", "RUNNING"] as const;
export type ModuleState = (typeof MODULE_STATES)[number];

/** What one error leads to in one state. */
export interface HealthReaction {
  /** null: what the module's table says. */
  readonly action: HealthAction | null;
  /**
   * What becomes of the partition when its guest cannot go on after IGNORE or an action on the module, because it stands at an
   * instruction that traps, and when PROPAGATE finds no handler.
   */
  readonly otherwise: PartitionAction;
  /** Of SWITCH_SCHEDULE: index in the module's schedules. */
  readonly schedule: number | null;
  readonly log: boolean;
}

export type Reactions<State extends string> = Readonly<Record<HealthError, Readonly<Record<State, HealthReaction>>>>;

/** How often the monitor may restart a partition, and what it does instead when that is used up. */
export interface RestartBudget {
  readonly count: number;
  /** So many restarts in any stretch of board time as long as this. */
  readonly window: Cycles;
  /** What happens instead of a restart that is over it. */
  readonly exhausted: Exclude<HealthAction, "IGNORE" | "PROPAGATE" | "WARM_START" | "COLD_START">;
  readonly schedule: number | null;
}

export interface PartitionHealth {
  /** Of its table; null: it has the default one. */
  readonly table: string | null;
  readonly reactions: Reactions<PartitionState>;
  readonly restartBudget: RestartBudget | null;
  /** Traps that come to the monitor although the guest has a handler. */
  readonly claimedTraps: readonly TrapName[];
  /** It is to publish, or to kick the watchdog, at least so often; null: it has none. */
  readonly watchdog: Cycles | null;
}

/** What is done about an error that nobody configured: what a guest can go on after, it goes on after. */
export const defaultAction = (error: HealthError): HealthAction =>
  isTrapOnly(error) || error === "PARTITION_INIT" || error === "WATCHDOG_TIMER" ? "IDLE" : "IGNORE";

/** It comes of nothing but traps: the guest stands at an instruction that would trap again. */
const isTrapOnly = (error: HealthError): boolean => error === "MEMORY_VIOLATION" || error === "HARDWARE_FAULT";

export const reactionsOf = <State extends string>(
  states: readonly State[],
  reactionOf: (error: HealthError, state: State) => HealthReaction,
): Reactions<State> => {
  const inStates = (error: HealthError) =>
    Object.fromEntries(states.map((state) => [state, reactionOf(error, state)])) as Record<State, HealthReaction>;
  return Object.fromEntries(HEALTH_ERROR_NAMES.map((error) => [error, inStates(error)])) as Reactions<State>;
};

const reaction = (action: HealthAction): HealthReaction => ({ action, otherwise: "IDLE", schedule: null, log: true });

/** Of a partition that the config gives no table. */
export const defaultHealth: PartitionHealth = {
  table: null,
  // A port that is not connected is a warning of the config; the log need not repeat it.
  reactions: reactionsOf(PARTITION_STATES, (error) => ({
    ...reaction(defaultAction(error)),
    log: error !== "CONFIG_ERROR",
  })),
  restartBudget: null,
  claimedTraps: [],
  watchdog: null,
};

/** Where the config gives the module none. */
export const defaultModuleHealth: Reactions<ModuleState> = reactionsOf(MODULE_STATES, () => reaction("SHUTDOWN"));

/** What is wrong with an action of a partition's table, as the end of a sentence; null: nothing. */
export const objectionTo = (error: HealthError, state: PartitionState, action: HealthAction): string | null => {
  if (action === "IGNORE" && isTrapOnly(error)) return "the guest stands at an instruction that would trap again";
  if (error === "PARTITION_INIT" && (action === "IGNORE" || action === "PROPAGATE" || action === "SUSPEND")) {
    return "the guest has ended, and nothing is left to go on";
  }
  if (state === "COLD_START" && action === "WARM_START") {
    return "a partition that fails while it starts cold has no data yet that a warm start could keep";
  }
  return null;
};

/** The same for an action of the module's table. */
export const moduleObjectionTo = (error: HealthError, action: HealthAction): string | null => {
  if (ACTION_LEVELS[action] === "partition") return "it works on a partition; give it in the partition's table";
  if (action === "PROPAGATE" && error !== "POWER_FAIL") return "the partition has handed this error up to the module";
  if (action === "MODULE_RESET" && error === "POWER_FAIL") return "a reset does not bring the power back";
  return null;
};
