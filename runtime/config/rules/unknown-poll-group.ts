/** A point of a device is polled with one of the device's groups. */
import { namesIn } from "../draft.ts";
import { named } from "../partly.ts";
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const unknownPollGroup: Rule = {
  code: "unknown-poll-group",
  description: "A mapping's poll group is one of its device's.",
  *check({ config, places }) {
    for (const device of config.io.modbusClients.flatMap(({ devices }) => devices)) {
      const groups = namesIn(device.pollGroups, places);
      for (const mapping of device.points) {
        if (groups === null || mapping.pollGroup === null || groups.includes(mapping.pollGroup)) continue;
        const message = `${named("device", device.name)} has no poll group "${mapping.pollGroup}"`;
        yield {
          at: places.of(mapping, "pollGroup"),
          message,
          hint: didYouMean(mapping.pollGroup, groups, "poll groups"),
        };
      }
    }
  },
};
