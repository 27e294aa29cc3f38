/** An input in the bits of another point would change that one with every latch; outputs may be read in more than one way. */
import type { DraftPoint } from "../draft.ts";
import type { Rule } from "./rule.ts";

export const pointsOverlap: Rule = {
  code: "points-overlap",
  description: "An input shares its place in RAM with no other point.",
  *check({ partitions, config, places }) {
    for (const partition of partitions.values()) {
      if (partition.image === null) continue;
      const ordered = [...partition.points.values()].flatMap(inRam);
      ordered.sort((a, b) => a.first - b.first);
      for (const [index, point] of ordered.entries()) {
        for (const other of ordered.slice(index + 1)) {
          if (other.first >= point.end) break;
          if (point.direction !== "input" && other.direction !== "input") continue;
          const points = partition.config.points ?? {};
          yield {
            at: Object.hasOwn(points, other.name)
              ? places.ofKey(points, other.name)
              : places.ofKey(config.partitions ?? {}, partition.name),
            message: `${other.name} and ${point.name} of ${partition.name} lie in the same place in RAM`,
            hint: "give each point a variable of its own",
          };
        }
      }
    }
  },
};

/** With the bits that it takes, of all those in RAM. */
const inRam = (point: DraftPoint) => {
  const { address, bit, bytes } = point;
  if (address === null || bytes === null) return [];
  const first = address * 8 + (bit ?? 0);
  return [{ ...point, first, end: first + (bit === null ? bytes * 8 : 1) }];
};
