/** A clock slower than any task could use is a missing k or M. */
import type { Rule } from "./rule.ts";

const SLOWEST = 1000;

export const clockTooSlow: Rule = {
  code: "clock-too-slow",
  description: "The board runs at 1 kHz or more.",
  *check({ config, places, clock }) {
    if (clock === null || clock === 0 || clock >= SLOWEST) return;
    const message = `a board clock of ${config.board.clock} is too slow; it must be at least 1 kHz`;
    yield { at: places.of(config.board, "clock"), message, hint: "one instruction takes one cycle; 100 MHz is usual" };
  },
};
