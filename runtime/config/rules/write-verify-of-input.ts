/** writeVerify is for what is written; an input is read. */
import { deviceTables } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const writeVerifyOfInput: Rule = {
  code: "write-verify-of-input",
  description: "Only outputs have writeVerify.",
  *check(draft) {
    for (const { mappings } of deviceTables(draft)) {
      for (const { config, point } of mappings) {
        if (point?.direction !== "input" || config.writeVerify == null) continue;
        const message = `${config.point} is an input: writeVerify has no meaning for it`;
        yield { at: draft.places.ofKey(config, "writeVerify"), message, hint: "remove it" };
      }
    }
  },
};
