/** A validity input tells the guest whether another of its inputs can be trusted. */
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const validityOf: Rule = {
  code: "validity-of",
  description: "validityOf is given for a BOOL input and names another input of the same partition.",
  *check({ partitions, places }) {
    for (const { name: partition, points, pointNames } of partitions.values()) {
      for (const { name, type, direction, config } of points.values()) {
        if (config?.validityOf == null) continue;
        const at = places.of(config, "validityOf");
        if (type !== null && direction !== null && (type !== "BOOL" || direction !== "input")) {
          const message = `${name} is a ${type} ${direction}, but a validity is a BOOL input`;
          yield { at, message, hint: "declare it as a BOOL input" };
        }
        const inputs = [...points.values()].filter((point) => point.direction !== "output" && point.name !== name);
        const names = inputs.map((point) => point.name);
        if (names.includes(config.validityOf)) continue;
        if (pointNames === null || (!points.has(config.validityOf) && pointNames.has(config.validityOf))) continue;
        const message = `validityOf must name another input of ${partition}; "${config.validityOf}" is none`;
        yield { at, message, hint: didYouMean(config.validityOf, names, `other inputs of ${partition}`) };
      }
    }
  },
};
