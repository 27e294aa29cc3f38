/** onBad is for what is read; a failing device has no effect on an output. */
import { deviceTables } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const onBadOfOutput: Rule = {
  code: "on-bad-of-output",
  description: "Only inputs have onBad.",
  *check(draft) {
    for (const { mappings } of deviceTables(draft)) {
      for (const { config, point } of mappings) {
        if (point?.direction !== "output" || config.onBad == null) continue;
        const message = `${config.point} is an output: onBad has no meaning for it`;
        yield { at: draft.places.ofKey(config, "onBad"), message, hint: "remove it" };
      }
    }
  },
};
