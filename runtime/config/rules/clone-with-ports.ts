/** A message goes to one partition: it cannot be copied to a clone, too. */
import type { Rule } from "./rule.ts";

export const cloneWithPorts: Rule = {
  code: "clone-with-ports",
  description: "A partition that has clones has no ports.",
  *check({ config, partitions, places }) {
    for (const clone of config.clones) {
      const ports = [...(partitions.get(clone.of ?? "")?.ports.keys() ?? [])];
      if (ports.length === 0) continue;
      yield {
        at: places.of(clone, "of"),
        message: `${clone.of} has the port ${ports[0]}, and cannot be cloned`,
        hint: "a port has one partition: make another partition with a channel of its own",
      };
    }
  },
};
