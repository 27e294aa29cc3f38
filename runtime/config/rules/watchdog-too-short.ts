/** A program publishes once a scan: a watchdog that does not wait so long bites every time. */
import { readParts } from "../draft.ts";
import { showDuration } from "../quantities.ts";
import type { Rule } from "./rule.ts";

export const watchdogTooShort: Rule = {
  code: "watchdog-too-short",
  description: "A program's watchdog is longer than the interval of its quickest task.",
  *check({ partitions, places, tickRate }) {
    for (const { name, config, tasks } of partitions.values()) {
      const watchdog = readParts(config.watchdog ?? null, "duration", tickRate);
      const quickest = Math.min(...tasks.map(({ interval }) => interval));
      if (watchdog === null || watchdog === 0 || tasks.length === 0 || watchdog > quickest) continue;
      const interval = showDuration(quickest, tickRate);
      yield {
        at: places.of(config, "watchdog"),
        message: `the watchdog of ${name} expires after ${config.watchdog}, but its program publishes every ${interval} at most`,
        hint: `make it longer than ${interval}; two or three intervals are usual`,
      };
    }
  },
};
