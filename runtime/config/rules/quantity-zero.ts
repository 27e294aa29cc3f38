/** A slot, frame, interval or memory of nothing is a mistake, whatever was meant. */
import { isZero, parseQuantity } from "../quantities.ts";
import { quantitiesOf } from "../quantity-list.ts";
import type { Rule } from "./rule.ts";

export const quantityZero: Rule = {
  code: "quantity-zero",
  description: "Slots, frames, periods, timeouts and sizes are longer than nothing.",
  *check({ config, places, clock }) {
    for (const { at, text, kind, least } of quantitiesOf(config, places, clock)) {
      const quantity = parseQuantity(text, kind);
      if (least === 0 || quantity === null || !isZero(quantity)) continue;
      yield { at, message: `"${at.path}" must be more than ${text}`, hint: "give it a length, or remove the entry" };
    }
  },
};
