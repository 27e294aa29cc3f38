/** A recording counts the 8-byte words of a partition's points in 16 bits (runtime/trace/recording-format.ts). */
import type { Rule } from "./rule.ts";

const WORD_BYTES = 8;
const MOST_WORDS = 65_536;

export const pointsTooLarge: Rule = {
  code: "points-too-large",
  description: "The points of a partition take 512 KiB at most, each at least 8 bytes of it.",
  *check({ partitions, config, places }) {
    for (const { name, points } of partitions.values()) {
      const words = [...points.values()].reduce((sum, { bytes }) => sum + Math.ceil((bytes ?? 0) / WORD_BYTES), 0);
      if (words <= MOST_WORDS) continue;
      yield {
        at: places.ofKey(config.partitions ?? {}, name),
        message: `the points of ${name} take ${Math.ceil((words * WORD_BYTES) / 1024)} KiB, and there is room for 512`,
        hint: "shorten its texts, or send what is large through a port",
      };
    }
  },
};
