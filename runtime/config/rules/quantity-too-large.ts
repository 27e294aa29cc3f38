/** Limits of what can be counted: 2^53 cycles, the host's longest timer, the largest memory and message. */
import { inParts, parseQuantity } from "../quantities.ts";
import { quantitiesOf } from "../quantity-list.ts";
import type { Rule } from "./rule.ts";

export const quantityTooLarge: Rule = {
  code: "quantity-too-large",
  description: "A quantity is within what the board and the host can count.",
  *check({ config, places, clock }) {
    for (const { at, text, kind, countedIn, perBase, most } of quantitiesOf(config, places, clock)) {
      const quantity = parseQuantity(text, kind);
      if (quantity === null || perBase === null) continue;
      if (quantity.numerator * BigInt(perBase) <= quantity.denominator * BigInt(most)) continue;
      const parts = inParts(quantity, perBase);
      const counted = parts === null ? "" : ` (${parts} ${countedIn})`;
      yield {
        at,
        message: `${text}${counted} is more than the ${most} ${countedIn} possible here`,
        hint: "make it smaller",
      };
    }
  },
};
