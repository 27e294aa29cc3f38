/** Every message that can be sent fits into the channel, and every message of the channel into the receiver's buffer. */

import { readParts } from "../draft.ts";
import type { Rule } from "./rule.ts";

export const messageSize: Rule = {
  code: "message-size",
  description: "A channel's maxMessageSize fits the ports at its ends.",
  *check({ config, partitions, places }) {
    const portOf = (text: string | null) => {
      const [partition = "", name = ""] = text?.split(".") ?? [];
      return partitions.get(partition)?.ports.get(name);
    };
    for (const channel of config.channels) {
      if (channel.type !== "queuing" && channel.type !== "samplingMessage") continue;
      const most = readParts(channel.maxMessageSize, "size", 1);
      const at = places.of(channel, "maxMessageSize");
      const sent = portOf(channel.from)?.messageBytes ?? null;
      if (most !== null && sent !== null && sent > most) {
        const message = `${channel.from} sends messages of ${sent} bytes, more than ${channel.maxMessageSize}`;
        yield { at, message, hint: `make maxMessageSize ${sent} B or more` };
      }
      for (const to of [channel.to].flat()) {
        const room = portOf(to)?.messageBytes ?? null;
        if (most === null || room === null || room >= most) continue;
        const message = `${to} has room for ${room} bytes, less than ${channel.maxMessageSize}`;
        yield { at, message, hint: `make maxMessageSize ${room} B or less` };
      }
    }
  },
};
