/** The image with its data and stack lies in the partition's RAM. */
import type { Rule } from "./rule.ts";

export const imageTooLarge: Rule = {
  code: "image-too-large",
  description: "An image fits into its partition's memory.",
  *check({ partitions, places }) {
    for (const { name, config, image, memoryBytes } of partitions.values()) {
      if (image === null || memoryBytes === null || image.facts.loadedBytes <= memoryBytes) continue;
      const needed = Math.ceil(image.facts.loadedBytes / 4096) * 4;
      yield {
        at: places.of(config, "memory"),
        message: `${image.path} needs ${image.facts.loadedBytes} bytes of RAM, but ${name} has only ${config.memory}`,
        hint: `give it ${needed} KiB or more`,
      };
    }
  },
};
