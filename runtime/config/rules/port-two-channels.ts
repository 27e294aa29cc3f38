/** A port is the end of one channel. */
import type { Rule } from "./rule.ts";

export const portTwoChannels: Rule = {
  code: "port-two-channels",
  description: "A port belongs to one channel.",
  *check({ portUses }) {
    const taken = new Map<object, number>();
    for (const { at, text, port } of portUses) {
      if (port === null) continue;
      const line = taken.get(port);
      if (line === undefined) taken.set(port, at.line);
      else
        yield { at, message: `${text} already is the end of a channel (line ${line})`, hint: "use a port of its own" };
    }
  },
};
