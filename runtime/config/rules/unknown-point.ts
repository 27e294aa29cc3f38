/** A point is an AT variable of a program, or declared under an image's `points:`. */
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const unknownPoint: Rule = {
  code: "unknown-point",
  description: "A point named in a channel, in io or under a program's points is one that the partition has.",
  *check({ partitions, pointUses, places }) {
    const described = [...partitions.values()].flatMap((partition) => {
      const points = partition.config.points ?? {};
      return Object.keys(points).map((name) => ({ at: places.ofKey(points, name), partition, name }));
    });
    const used = pointUses.map(({ at, partition, text }) => ({
      at,
      partition,
      name: text?.split(".")[1] ?? "",
    }));
    for (const { at, partition, name } of [...described, ...used]) {
      const names = partition?.pointNames;
      if (partition === null || !names || names.has(name)) continue;
      yield {
        at,
        message: `${partition.name} has no point "${name}"`,
        hint: didYouMean(name, [...names], `points of ${partition.name}`),
      };
    }
  },
};
