/** A clock slower than any task could use is a missing k or M. */
import { CLOCK, readParts } from "../draft.ts";
import type { Rule } from "./rule.ts";

export const clockTooSlow: Rule = {
  code: "clock-too-slow",
  description: "The board runs at 1 kHz or more.",
  *check({ config, places }) {
    const clock = readParts(config.board.clock, "frequency", 1);
    if (clock === null || clock === 0 || clock >= CLOCK.least) return;
    const message = `a board clock of ${config.board.clock} is too slow; it must be at least 1 kHz`;
    yield { at: places.of(config.board, "clock"), message, hint: "one instruction takes one cycle; 100 MHz is usual" };
  },
};
