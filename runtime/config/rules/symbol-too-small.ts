/** A point of four bytes over a variable of two would take its neighbour along. */
import { POINT_TYPES } from "../../system.ts";
import type { Rule } from "./rule.ts";

export const symbolTooSmall: Rule = {
  code: "symbol-too-small",
  description: "The variable of a point is as large as the point's type.",
  *check({ partitions, places }) {
    for (const { config, image } of partitions.values()) {
      for (const point of Object.values(config.points ?? {})) {
        const size = image?.facts.symbols.get(point.symbol ?? "")?.size ?? 0;
        const { symbol, type } = point;
        // A label has no size: nothing is known of its variable.
        if (type == null || size === 0 || size >= POINT_TYPES[type].bytes) continue;
        const message = `a ${type} takes ${POINT_TYPES[type].bytes} bytes, but ${symbol} has only ${size}`;
        yield { at: places.of(point, "type"), message, hint: "declare the point as the type that the variable has" };
      }
    }
  },
};
