/** Records of the health monitor tell about all partitions: only a system partition may read them. */
import { HEALTH_RECORD_BYTES } from "../../health-table.ts";
import { HEALTH_SOURCE, readParts } from "../draft.ts";
import type { Rule } from "./rule.ts";

export const healthChannel: Rule = {
  code: "health-channel",
  description: "A channel from health goes to a system partition, and has room for a record.",
  *check({ config, partitions, places }) {
    for (const channel of config.channels) {
      if (channel.type !== "queuing" || channel.from !== HEALTH_SOURCE) continue;
      const receiver = partitions.get(channel.to?.split(".")[0] ?? "");
      if (receiver?.config.system === false) {
        const message = `${receiver.name} is no system partition, and records of the health monitor tell about all`;
        yield { at: places.of(channel, "to"), message, hint: `make it one: system: true` };
      }
      const most = readParts(channel.maxMessageSize, "size", 1);
      if (most === null || most >= HEALTH_RECORD_BYTES) continue;
      const message = `a record of the health monitor has ${HEALTH_RECORD_BYTES} bytes, more than ${channel.maxMessageSize}`;
      const at = places.of(channel, "maxMessageSize");
      yield { at, message, hint: `make maxMessageSize ${HEALTH_RECORD_BYTES} B` };
    }
  },
};
