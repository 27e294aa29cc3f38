/** From a config file to a System: the front door of runtime/config. */
export { encodeLibrary } from "./library-file.ts";
export { loadRequirements, type ModuleRequirements } from "./load-requirements.ts";
export { type LoadedSystem, loadSystem } from "./load-system.ts";
export { isLoopback, parseNetwork } from "./networks.ts";
export { inParts, parseQuantity, showDuration } from "./quantities.ts";
export type { TimeRequirement } from "./requirements.ts";
export { RULES } from "./rules/index.ts";
export type { Rule } from "./rules/rule.ts";
export { type ScheduleFigures, scheduleFigures } from "./schedule-figures.ts";
export { readLibraries, readSources, type StSources } from "./st-sources.ts";
export { didYouMean, suggested } from "./suggestion.ts";
export type { ConfigTools, StCompilation } from "./tools.ts";
export { type WrittenSchedule, writeSchedule } from "./write-schedule.ts";
