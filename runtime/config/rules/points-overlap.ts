/** An input in the bits of another point would change that one with every latch; outputs may be read in more than one way. */
import { POINT_TYPES } from "../../system.ts";
import type { DraftPoint } from "../draft.ts";
import type { Rule } from "./rule.ts";

export const pointsOverlap: Rule = {
  code: "points-overlap",
  description: "An input shares its place in RAM with no other point.",
  *check({ partitions, config, places }) {
    for (const partition of partitions.values()) {
      if (partition.image === null) continue;
      const ordered = [...partition.points.values()].filter(({ address }) => address > 0);
      ordered.sort((a, b) => firstBit(a) - firstBit(b));
      for (const [index, point] of ordered.entries()) {
        for (const other of ordered.slice(index + 1)) {
          if (firstBit(other) >= firstBit(point) + bits(point)) break;
          if (point.direction === "output" && other.direction === "output") continue;
          const declared = Object.hasOwn(partition.config.points, other.name);
          yield {
            at: declared
              ? places.ofKey(partition.config.points, other.name)
              : places.ofKey(config.partitions, partition.name),
            message: `${other.name} and ${point.name} of ${partition.name} lie in the same place in RAM`,
            hint: "give each point a variable of its own",
          };
        }
      }
    }
  },
};

const firstBit = ({ address, bit }: DraftPoint): number => address * 8 + (bit ?? 0);

const bits = ({ bit, type }: DraftPoint): number => (bit === null ? POINT_TYPES[type].bytes * 8 : 1);
