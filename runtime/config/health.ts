/** Health tables as a config writes them, made into what the hypervisor obeys: every error has a reaction in every state. */
import {
  defaultAction,
  defaultHealth,
  defaultModuleHealth,
  HEALTH_ERROR_NAMES,
  type HealthAction,
  type HealthError,
  type HealthReaction,
  MODULE_STATES,
  type ModuleState,
  PARTITION_STATES,
  type PartitionHealth,
  type PartitionState,
  type Reactions,
  type RestartBudget,
  reactionsOf,
} from "../health-table.ts";
import type { Cycles } from "../units.ts";
import type {
  HealthEntryConfig,
  HealthTableConfig,
  ModuleConfig,
  ModuleHealthConfig,
  ModuleHealthEntryConfig,
  PartitionConfig,
} from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";

/** The entries that a table has. */
export function* entriesOf<Entry>(
  table: Readonly<Partial<Record<HealthError, Entry>>>,
): Generator<readonly [error: HealthError, entry: Entry]> {
  for (const error of HEALTH_ERROR_NAMES) {
    const entry = table[error];
    if (entry !== undefined) yield [error, entry];
  }
}

type WrittenAction = HealthAction | "MODULE";

/** What an entry means in a state. A warm start needs data that a partition which starts cold does not have yet. */
const actionIn = (error: HealthError, state: PartitionState, entry: HealthEntryConfig | undefined): WrittenAction => {
  const action = entry?.in[state] ?? entry?.action ?? defaultAction(error);
  return action === "WARM_START" && state === "COLD_START" ? "COLD_START" : action;
};

/** Every action that an entry names, and where: in a state, or in all that it does not name. */
export function* actionsOf({ action, in: states }: Partly<HealthEntryConfig>) {
  if (action != null)
    yield { key: "action" as const, action, states: PARTITION_STATES.filter((state) => !states[state]) };
  for (const state of PARTITION_STATES) {
    const other = states[state];
    if (other != null) yield { key: state, action: other, states: [state] };
  }
}

/** The same of an entry of the module's table. */
export function* moduleActionsOf({ action, in: states }: Partly<ModuleHealthEntryConfig>) {
  if (action != null) yield { key: "action" as const, action };
  for (const state of MODULE_STATES) {
    const other = states[state];
    if (other != null) yield { key: state, action: other };
  }
}

export class HealthResolver {
  readonly #config: ModuleConfig;
  readonly #cycles: (text: string) => Cycles;

  constructor(config: ModuleConfig, cycles: (text: string) => Cycles) {
    this.#config = config;
    this.#cycles = cycles;
  }

  partition({ health, traps, watchdog }: Partly<PartitionConfig>): PartitionHealth {
    const table = health == null ? undefined : this.#config.health[health];
    return {
      table: health ?? null,
      reactions:
        table === undefined
          ? defaultHealth.reactions
          : reactionsOf(PARTITION_STATES, (error, state) => this.#reaction(error, state, table[error])),
      restartBudget: this.#restartBudget(table?.restartBudget),
      claimedTraps: traps.filter((trap) => trap !== null),
      watchdog: watchdog == null ? null : this.#cycles(watchdog),
    };
  }

  module(): Reactions<ModuleState> {
    const table: ModuleHealthConfig = this.#config.moduleHealth;
    return reactionsOf(MODULE_STATES, (error, state) => {
      const entry = table[error];
      const action = entry?.in[state] ?? entry?.action;
      const usual = defaultModuleHealth[error][state];
      return action === undefined ? usual : { ...usual, action, schedule: this.#schedule(entry?.schedule) };
    });
  }

  #reaction(error: HealthError, state: PartitionState, entry: HealthEntryConfig | undefined): HealthReaction {
    const action = actionIn(error, state, entry);
    const { otherwise = "IDLE" } = entry ?? {};
    return {
      action: action === "MODULE" ? null : action,
      otherwise: otherwise === "WARM_START" && state === "COLD_START" ? "COLD_START" : otherwise,
      schedule: this.#schedule(entry?.schedule),
      log: entry?.log ?? defaultHealth.reactions[error][state].log,
    };
  }

  #restartBudget(budget: HealthTableConfig["restartBudget"]): RestartBudget | null {
    if (budget === undefined) return null;
    const { count, window, then, schedule } = budget;
    return { count, window: this.#cycles(window), exhausted: then, schedule: this.#schedule(schedule) };
  }

  #schedule(name: string | undefined): number | null {
    return name === undefined ? null : Object.keys(this.#config.schedules).indexOf(name);
  }
}
