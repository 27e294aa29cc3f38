/** A partition's errors are judged by a table that exists. */
import { namesIn } from "../draft.ts";
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const unknownHealthTable: Rule = {
  code: "unknown-health-table",
  description: "A partition's health table is one of the module's.",
  *check({ config, partitions, places }) {
    const tables = namesIn(config.health, places);
    if (tables === null) return;
    for (const { config: partition } of partitions.values()) {
      const name = partition.health;
      if (name == null || tables.includes(name)) continue;
      const at = places.of(partition, "health");
      yield { at, message: `there is no health table "${name}"`, hint: didYouMean(name, tables, "health tables") };
    }
  },
};
