/** A value arrives as it was sent: a sampling channel converts nothing. */
import type { Rule } from "./rule.ts";

export const channelType: Rule = {
  code: "channel-type",
  description: "The ends of a sampling channel have the same type.",
  *check({ pointUses }) {
    let from: (typeof pointUses)[number] | null = null;
    for (const use of pointUses) {
      if (use.by === "channelFrom") from = use;
      if (use.by !== "channelTo" || !from?.point?.type || !use.point?.type) continue;
      if (use.point.type === from.point.type) continue;
      const message = `${use.text} is a ${use.point.type}, but ${from.text} is a ${from.point.type}`;
      yield { at: use.at, message, hint: "give both ends the same type" };
    }
  },
};
