/** Loads the file that says how the controllers of a module are compared with each of them alone. */
import { loadTypescript } from "../load-typescript.ts";
import type { ConsolidationOptions } from "./consolidation.ts";

/** @throws when there is no such file, it cannot be executed, or exports nothing of the kind. */
export const loadConsolidation = async (file: string): Promise<ConsolidationOptions> => {
  const options = await loadTypescript(file);
  if (isConsolidation(options)) return options;
  throw new Error(`${file} does not export a consolidation by default: defineConsolidation({ … })`);
};

const isConsolidation = (value: unknown): value is ConsolidationOptions =>
  typeof value === "object" && value !== null && "config" in value && "scenario" in value;
