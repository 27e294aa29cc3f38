/** A port is declared by a program, or under an image's `ports:`. */
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const unknownPort: Rule = {
  code: "unknown-port",
  description: "A port named in a channel is one that the partition has.",
  *check({ portUses }) {
    for (const { at, partition, text } of portUses) {
      const name = text?.split(".")[1] ?? "";
      const names = partition?.portNames;
      if (partition === null || !names || names.has(name)) continue;
      const message = `${partition.name} has no port "${name}"`;
      yield { at, message, hint: didYouMean(name, [...names], `ports of ${partition.name}`) };
    }
  },
};
