/** A program declares its ports itself. */
import type { Rule } from "./rule.ts";

export const portDeclaration: Rule = {
  code: "port-declaration",
  description: "Only an image's ports are declared in the config.",
  *check({ partitions, places }) {
    for (const { name: partition, config, declaredBy } of partitions.values()) {
      if (declaredBy !== "guest") continue;
      for (const name of Object.keys(config.ports ?? {})) {
        const message = `${partition} is a program, which declares its ports itself: ${name} cannot be declared here`;
        yield { at: places.ofKey(config.ports ?? {}, name), message, hint: "remove it" };
      }
    }
  },
};
