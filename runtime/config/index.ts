/** From a config file to a System: the front door of runtime/config. */
export { type LoadedSystem, loadSystem } from "./load-system.ts";
export { inParts, parseQuantity, showDuration } from "./quantities.ts";
export { scheduleFigures } from "./schedule-figures.ts";
export type { ConfigTools, StCompilation } from "./tools.ts";
