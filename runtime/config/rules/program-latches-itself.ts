/** A program latches at the start of a scan and publishes at its end; copying at slot edges would tear a scan apart. */
import type { Rule } from "./rule.ts";

export const programLatchesItself: Rule = {
  code: "program-latches-itself",
  description: "A program's latch is guest.",
  *check({ partitions, places }) {
    for (const { name, config } of partitions.values()) {
      if (config.program === undefined || config.latch !== "auto") continue;
      const message = `${name} is a program, which latches its inputs itself: latch cannot be auto`;
      yield {
        at: places.of(config, "latch"),
        message,
        hint: "remove it; auto is for images that do not know the partita device",
      };
    }
  },
};
