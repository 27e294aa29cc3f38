/** The health tables of a module as `partita check` shows them: by table, what its errors lead to, and whom it is for. */
import { showDuration } from "../config/index.ts";
import {
  ACTION_LEVELS,
  HEALTH_ERROR_NAMES,
  type HealthError,
  type HealthReaction,
  MODULE_STATES,
  PARTITION_STATES,
  type PartitionHealth,
  type Reactions,
} from "../health-table.ts";
import type { Partition, System } from "../system.ts";

const WIDTH = 100;
const INDENT = "    ";

export const healthReport = (system: System): string => {
  const tables = new Map<string | null, Partition[]>();
  for (const partition of system.partitions) {
    const { table } = partition.health;
    tables.set(table, [...(tables.get(table) ?? []), partition]);
  }
  const lines = [...tables].flatMap(([table, partitions]) => tableLines(system, table, partitions));
  return `health\n${[...lines, ...moduleLines(system)].map((line) => `${line}\n`).join("")}`;
};

const tableLines = (system: System, table: string | null, partitions: readonly Partition[]): readonly string[] => {
  const { reactions, restartBudget } = partitions[0]!.health;
  const of = partitions.map(({ name, health }) => `${name}${remarks(health, system)}`).join(", ");
  const budget =
    restartBudget === null
      ? []
      : [
          `${INDENT}at most ${restartBudget.count} restarts in ${showDuration(restartBudget.window, system.clock)}, then ` +
            `${restartBudget.exhausted}${toSchedule(restartBudget.schedule, system)}`,
        ];
  return [
    ...wrapped(`  ${table ?? "by default"}: `, of),
    ...budget,
    ...reactionLines(reactions, PARTITION_STATES, "NORMAL", system, true),
  ];
};

const moduleLines = (system: System): readonly string[] => {
  const isUsed = system.partitions.some(({ health: { reactions } }) =>
    HEALTH_ERROR_NAMES.some((error) => PARTITION_STATES.some((state) => reactions[error][state].action === null)),
  );
  const shown: readonly HealthError[] = isUsed ? HEALTH_ERROR_NAMES : ["POWER_FAIL"];
  return ["  the module:", ...reactionLines(system.health, MODULE_STATES, "RUNNING", system, false, shown)];
};

/** ` (watchdog 100 ms, claims loadAccessFault)` */
const remarks = ({ watchdog, claimedTraps }: PartitionHealth, { clock }: System): string => {
  const found = [
    ...(watchdog === null ? [] : [`watchdog ${showDuration(watchdog, clock)}`]),
    ...(claimedTraps.length === 0 ? [] : [`claims ${claimedTraps.join(" ")}`]),
  ];
  return found.length === 0 ? "" : ` (${found.join(", ")})`;
};

const toSchedule = (schedule: number | null, { schedules }: System): string =>
  schedule === null ? "" : ` to ${schedules[schedule]?.name}`;

/** One line for the errors that lead to the same, in every state. */
const reactionLines = <State extends string>(
  reactions: Reactions<State>,
  states: readonly State[],
  usual: State,
  system: System,
  showsOtherwise: boolean,
  errors: readonly HealthError[] = HEALTH_ERROR_NAMES,
): readonly string[] => {
  const lines = new Map<string, HealthError[]>();
  for (const error of errors) {
    const most = reactions[error][usual];
    const others = states.flatMap((state) => {
      const { action } = reactions[error][state];
      // That a partition which starts cold cannot start warm goes without saying.
      const isSame = action === most.action || (most.action === "WARM_START" && action === "COLD_START");
      return isSame ? [] : [`${state}: ${action ?? "MODULE"}`];
    });
    const otherwise = showsOtherwise && mayBeImpossible(most) ? `, otherwise ${most.otherwise}` : "";
    const exceptions = others.length === 0 ? "" : ` (${others.join(", ")})`;
    const what = `${most.action ?? "MODULE"}${toSchedule(most.schedule, system)}${exceptions}${otherwise}`;
    lines.set(what, [...(lines.get(what) ?? []), error]);
  }
  return [...lines].flatMap(([what, leading]) => wrapped(`${INDENT}${what}: `, leading.join(", ")));
};

const mayBeImpossible = ({ action }: HealthReaction): boolean =>
  action === null || ACTION_LEVELS[action] !== "partition";

/** `text` behind `head`, in lines of at most WIDTH. */
const wrapped = (head: string, text: string): readonly string[] => {
  const lines = [head];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last.length + word.length > WIDTH && last.trim() !== "") lines.push(`${INDENT}  `);
    lines[lines.length - 1] += `${word} `;
  }
  return lines.map((line) => line.trimEnd());
};

export const healthAsJson = ({ partitions, clock }: System): readonly object[] =>
  partitions.map(({ name, health: { table, reactions, restartBudget, claimedTraps, watchdog } }) => ({
    partition: name,
    table,
    reactions,
    restartBudget,
    claimedTraps,
    watchdogNs: watchdog === null ? null : (watchdog * 1e9) / clock,
  }));
