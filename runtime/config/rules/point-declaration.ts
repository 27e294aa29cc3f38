/** A program declares its points itself, as AT variables; those of an image that says nothing are declared here, in full. */
import type { Rule } from "./rule.ts";

const KEYS = ["symbol", "type", "direction"] as const;

export const pointDeclaration: Rule = {
  code: "point-declaration",
  description: "Points of an image have symbol, type and direction; those of a program have none of these.",
  *check({ partitions, places }) {
    for (const { name: partition, config, image } of partitions.values()) {
      const declaresItself = config.program !== undefined || (image !== null && image.facts.manifest !== null);
      if (!declaresItself && config.image === undefined) continue;
      for (const [name, point] of Object.entries(config.points)) {
        if (declaresItself) {
          for (const key of KEYS.filter((candidate) => point[candidate] !== undefined)) {
            const message = `${partition} declares ${name} itself: ${key} cannot be given here`;
            yield { at: places.ofKey(point, key), message, hint: "remove it; the AT variable says it" };
          }
          continue;
        }
        const missing = KEYS.filter((key) => point[key] === undefined && !places.writtenKeys(point).includes(key));
        if (missing.length === 0) continue;
        const message = `the point ${name} of an image needs ${missing.join(" and ")}`;
        const hint = `for example ${name}: { symbol: ${name}, type: REAL, direction: input }`;
        yield { at: places.ofKey(config.points, name), message, hint };
      }
    }
  },
};
