/** What the health monitor did, in words for the log (ARINC 653 P1 §2.4). */
import type { HealthAction } from "../health-table.ts";
import type { HealthRecord } from "../hypervisor/index.ts";
import { causeInWords } from "./fault-words.ts";

const ACTIONS: Readonly<Record<HealthAction, string>> = {
  IGNORE: "it goes on",
  PROPAGATE: "its own handler is told",
  SUSPEND: "it is suspended, its outputs are at their fail-safe values",
  IDLE: "it is stopped, its outputs are at their fail-safe values",
  WARM_START: "it starts anew, warm",
  COLD_START: "it starts anew, cold",
  SWITCH_SCHEDULE: "the module changes to another schedule",
  MODULE_RESET: "the module starts anew",
  SHUTDOWN: "the module shuts down",
};

/** `MEMORY_VIOLATION: load access fault; it starts anew, warm`. */
export const describeRecord = ({ error, trap, message, action, outcome, overBudget }: HealthRecord): string => {
  const what = trap === null ? message : causeInWords(trap);
  const budget = overBudget ? ["its restart budget is used up"] : [];
  const also = outcome === null || outcome === action ? [] : [ACTIONS[outcome]];
  return [what === "" ? error : `${error}: ${what}`, ...budget, ACTIONS[action], ...also].join("; ");
};
