/** A command writes an input; outputs belong to the guest. */
import type { Rule } from "./rule.ts";

export const commandNotInput: Rule = {
  code: "command-not-input",
  description: "Commands are for inputs.",
  *check({ pointUses }) {
    for (const { by, at, text, point } of pointUses) {
      if (by !== "command" || point?.direction !== "output") continue;
      yield {
        at,
        message: `${text} is an output: no command can set it`,
        hint: "publish it instead, or name an input",
      };
    }
  },
};
