/** Libraries are Structured Text, which only a program can take from. */
import type { Rule } from "./rule.ts";

export const librariesWithoutProgram: Rule = {
  code: "libraries-without-program",
  description: "A partition with libraries has a program that takes from them.",
  *check({ partitions, places }) {
    for (const { name, config } of partitions.values()) {
      if (config.libraries === undefined || config.program !== undefined) continue;
      yield {
        at: places.ofKey(config, "libraries"),
        message: `${name} has libraries, but no program that could use them`,
        hint: "an image is linked already: leave the libraries out, or give the program instead of the image",
      };
    }
  },
};
