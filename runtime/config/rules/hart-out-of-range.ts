/** Harts are counted from 0. */
import type { Rule } from "./rule.ts";

export const hartOutOfRange: Rule = {
  code: "hart-out-of-range",
  description: "A slot is on a hart that the board has.",
  *check({ config, schedules, places }) {
    const { harts } = config.board;
    for (const { config: slot } of schedules.flatMap(({ slots }) => slots)) {
      if (harts === null || slot.hart === null || slot.hart < harts) continue;
      const message = `there is no hart ${slot.hart}: the board has ${harts}, counted from 0`;
      yield { at: places.of(slot, "hart"), message, hint: `use 0 to ${harts - 1}, or set board.harts` };
    }
  },
};
