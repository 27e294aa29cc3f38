/** A program declares its points itself, as AT variables; those of an image that says nothing are declared here, in full. */
import { isText } from "../../system.ts";
import type { PointConfig } from "../module-config.generated.ts";
import type { Partly } from "../partly.ts";
import type { Rule } from "./rule.ts";

const KEYS = ["symbol", "type", "direction", "length"] as const;

/** That the declaration of an image's point must have. */
const neededBy = ({ type }: Partly<PointConfig>): readonly (typeof KEYS)[number][] =>
  KEYS.filter((key) => key !== "length" || (type != null && isText(type)));

export const pointDeclaration: Rule = {
  code: "point-declaration",
  description:
    "Points of an image have symbol, type and direction, texts a length; those of a program have none of these.",
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
        const needed = neededBy(point);
        if (point.length != null && point.type != null && !needed.includes("length")) {
          const message = `${name} is a ${point.type}, which has no length`;
          yield { at: places.ofKey(point, "length"), message, hint: "remove it, or make it a STRING or WSTRING" };
        }
        const missing = needed.filter((key) => point[key] === undefined);
        if (missing.length === 0) continue;
        const message = `the point ${name} of an image needs ${missing.join(" and ")}`;
        const type = missing.includes("length") ? `${point.type}, length: 20` : "REAL";
        const hint = `for example ${name}: { symbol: ${name}, type: ${type}, direction: input }`;
        yield { at: places.ofKey(points, name), message, hint };
      }
    }
  },
};
