/** From a config file to a System: the front door of runtime/config. */
export { type LoadedSystem, loadSystem } from "./load-system.ts";
export { inParts, parseQuantity, type Quantity, showDuration } from "./quantities.ts";
export type { TimeRequirement } from "./requirements.ts";
export { RULES } from "./rules/index.ts";
export { type ScheduleFigures, scheduleFigures } from "./schedule-figures.ts";
export type { ConfigTools, ImageFacts, StCompilation } from "./tools.ts";
