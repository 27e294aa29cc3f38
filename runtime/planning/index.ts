/** Slot tables thought through before anything runs: made from requirements, and judged by what they do to data. */
export { type Demand, hyperperiodOf, jobCount, type Plan, type PlannedSlot, type Requirement } from "./demand.ts";
export { type Latency, latenciesOf, MOST_CHAINS } from "./latency.ts";
export { plan } from "./plan.ts";
export { openSolver } from "./solver.ts";
