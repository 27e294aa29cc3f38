/** A partition runs one guest. */
import type { Rule } from "./rule.ts";

export const programOrImage: Rule = {
  code: "program-or-image",
  description: "A partition has either a program or an image.",
  *check({ partitions, config, places }) {
    for (const { name, config: partition } of partitions.values()) {
      if (partition.program === null || partition.image === null) continue;
      if ((partition.program === undefined) !== (partition.image === undefined)) continue;
      const both = partition.program !== undefined;
      yield {
        at: both ? places.of(partition, "image") : places.ofKey(config.partitions ?? {}, name),
        message: both ? `${name} has both a program and an image` : `${name} has neither a program nor an image`,
        hint: "program: names a Structured Text file, image: an ELF executable; give one of them",
      };
    }
  },
};
