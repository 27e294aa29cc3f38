/** A least that is more than the most. */
import { readParts } from "../draft.ts";
import type { Rule } from "./rule.ts";

export const rangeReversed: Rule = {
  code: "range-reversed",
  description: "minReport is at most maxReport, and a backoff's min at most its max.",
  *check({ config, places }) {
    const ranges = [
      ...config.io.modbusClients.map(({ reconnectBackoff }) => ({
        container: reconnectBackoff,
        keys: ["min", "max"],
        least: reconnectBackoff.min,
        most: reconnectBackoff.max,
      })),
      ...[...config.io.mqtt, ...config.io.sparkplug].flatMap(({ publish }) =>
        publish.map((publication) => ({
          container: publication,
          keys: ["minReport", "maxReport"],
          least: publication.minReport,
          most: publication.maxReport,
        })),
      ),
    ];
    for (const { container, keys, least, most } of ranges) {
      const [low, high] = [readParts(least, "duration", 1000), readParts(most, "duration", 1000)];
      // maxReport 0: never because of age.
      if (low === null || high === null || low <= high || high === 0) continue;
      const written = places.writtenKeys(container);
      const key = keys.find((candidate) => written.includes(candidate)) ?? "";
      const message = `${keys[0]} (${least}) is more than ${keys[1]} (${most})`;
      yield { at: places.of(container, key), message, hint: `make ${keys[0]} shorter, or ${keys[1]} longer` };
    }
  },
};
