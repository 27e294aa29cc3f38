/** A program declares its points itself, as AT variables; those of an image that says nothing are declared here, in full. */
import type { Rule } from "./rule.ts";

const KEYS = ["symbol", "type", "direction"] as const;

export const pointDeclaration: Rule = {
  code: "point-declaration",
  description: "Points of an image have symbol, type and direction; those of a program have none of these.",
  *check({ partitions, places }) {
    for (const { name: partition, config, declaredBy } of partitions.values()) {
      const points = config.points ?? {};
      for (const [name, point] of Object.entries(points)) {
        if (declaredBy === "guest") {
          for (const key of KEYS.filter((candidate) => point[candidate] != null)) {
            const message = `${partition} declares ${name} itself: ${key} cannot be given here`;
            yield { at: places.ofKey(point, key), message, hint: "remove it; the AT variable says it" };
          }
        }
        if (declaredBy !== "config") continue;
        const missing = KEYS.filter((key) => point[key] === undefined);
        if (missing.length === 0) continue;
        const message = `the point ${name} of an image needs ${missing.join(" and ")}`;
        const hint = `for example ${name}: { symbol: ${name}, type: REAL, direction: input }`;
        yield { at: places.ofKey(points, name), message, hint };
      }
    }
  },
};
