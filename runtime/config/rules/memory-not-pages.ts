/** RAM is a WebAssembly memory and is protected in pages. */
import type { Rule } from "./rule.ts";

const PAGE = 4096;

export const memoryNotPages: Rule = {
  code: "memory-not-pages",
  description: "A partition's memory is a whole number of 4 KiB pages.",
  *check({ partitions, places }) {
    for (const { name, config, memoryBytes } of partitions.values()) {
      if (memoryBytes === null || memoryBytes % PAGE === 0) continue;
      const rounded = Math.ceil(memoryBytes / PAGE) * (PAGE / 1024);
      const message = `the memory of ${name}, ${config.memory}, is no whole number of 4 KiB pages`;
      yield { at: places.of(config, "memory"), message, hint: `the next that fits is ${rounded} KiB` };
    }
  },
};
