/** A kernel finds its command line: the device tree that holds it lies above the image. */
import type { Rule } from "./rule.ts";

/** More than a tree with the longest command line takes, wherever its page begins. */
const TREE_BYTES = 8192;

export const noRoomForBootArguments: Rule = {
  code: "no-room-for-boot-arguments",
  description: "A partition with bootArguments has room for a device tree above its image.",
  *check({ partitions, places }) {
    for (const { name, config, image, memoryBytes } of partitions.values()) {
      if (typeof config.bootArguments !== "string" || config.bootArguments === "") continue;
      if (image === null || memoryBytes === null || image.facts.loadedBytes > memoryBytes) continue;
      if (image.facts.loadedBytes + TREE_BYTES <= memoryBytes) continue;
      const needed = Math.ceil((image.facts.loadedBytes + TREE_BYTES) / 4096) * 4;
      yield {
        at: places.of(config, "bootArguments"),
        message: `${image.path} leaves no room in ${name}'s memory for the device tree that would hold its bootArguments`,
        hint: `give it ${needed} KiB or more`,
      };
    }
  },
};
