/** A value arrives as it was sent: a sampling channel converts nothing, and cuts no text. */
import { isText, lengthOf } from "../../system.ts";
import type { DraftPoint } from "../draft.ts";
import type { Rule } from "./rule.ts";

/** `a REAL`, `a STRING(20)`; null: that is not known. */
const kindOf = ({ type, bytes }: DraftPoint): string | null => {
  if (type === null || bytes === null) return null;
  return isText(type) ? `a ${type}(${lengthOf({ type, bytes })})` : `a ${type}`;
};

export const channelType: Rule = {
  code: "channel-type",
  description: "The ends of a sampling channel have the same type, texts also the same length.",
  *check({ pointUses }) {
    let from: (typeof pointUses)[number] | null = null;
    for (const use of pointUses) {
      if (use.by === "channelFrom") from = use;
      if (use.by !== "channelTo" || !from?.point || use.point === null) continue;
      const [source, destination] = [kindOf(from.point), kindOf(use.point)];
      if (source === null || destination === null || source === destination) continue;
      const message = `${use.text} is ${destination}, but ${from.text} is ${source}`;
      yield { at: use.at, message, hint: "give both ends the same type" };
    }
  },
};
