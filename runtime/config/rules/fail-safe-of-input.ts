/** A stopped partition has no effect on its inputs; what they take when their source fails is said where the source is. */
import type { Rule } from "./rule.ts";

export const failSafeOfInput: Rule = {
  code: "fail-safe-of-input",
  description: "Only outputs have a fail-safe value.",
  *check({ partitions, places }) {
    for (const { points } of partitions.values()) {
      for (const { name, direction, config } of points.values()) {
        if (direction !== "input" || config?.failSafe == null) continue;
        const message = `${name} is an input: it has no fail-safe value`;
        const hint = "remove it; onBad at a Modbus device says what an input takes when the device fails";
        yield { at: places.ofKey(config, "failSafe"), message, hint };
      }
    }
  },
};
