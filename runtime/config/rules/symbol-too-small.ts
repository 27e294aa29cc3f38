/** A point of four bytes over a variable of two would take its neighbour along. */
import { isText } from "../../system.ts";
import type { Rule } from "./rule.ts";

export const symbolTooSmall: Rule = {
  code: "symbol-too-small",
  description: "The variable of a point is as large as the point's type.",
  *check({ partitions, places }) {
    for (const { image, points } of partitions.values()) {
      for (const { type, bytes, config } of points.values()) {
        const size = image?.facts.symbols.get(config?.symbol ?? "")?.size ?? 0;
        // A label has no size: nothing is known of its variable.
        if (config === null || type === null || bytes === null || size === 0 || size >= bytes) continue;
        const [what, key] = isText(type) ? ([`${type} with its NUL`, "length"] as const) : ([type, "type"] as const);
        const message = `a ${what} takes ${bytes} bytes, but ${config.symbol} has only ${size}`;
        yield { at: places.of(config, key), message, hint: "declare the point as the variable is declared" };
      }
    }
  },
};
