/** Differential consolidation: one board against many. */
export type { Difference, OutputAgreement } from "./agreement.ts";
export {
  type ConsolidationOptions,
  type ConsolidationReport,
  type ControllerAgreement,
  compareConsolidation,
  defineConsolidation,
} from "./consolidation.ts";
export { loadConsolidation } from "./load-consolidation.ts";
export { consolidationHtml, consolidationText } from "./report.ts";
