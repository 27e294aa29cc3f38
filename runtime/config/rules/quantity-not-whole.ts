/** Time is instructions: what the board counts must come out in whole cycles, what the host waits in whole milliseconds. */
import { inParts, parseQuantity } from "../quantities.ts";
import { quantitiesOf } from "../quantity-list.ts";
import type { Rule } from "./rule.ts";

export const quantityNotWhole: Rule = {
  code: "quantity-not-whole",
  description: "A quantity is a whole number of cycles, milliseconds, bytes or hertz.",
  *check({ config, places, clock, partitions }) {
    for (const { at, text, kind, countedIn, perBase } of quantitiesOf(config, places, clock)) {
      const quantity = parseQuantity(text, kind);
      if (quantity === null || perBase === null) continue;
      if ((quantity.numerator * BigInt(perBase)) % quantity.denominator === 0n) continue;
      const message = `${text} is no whole number of ${countedIn}`;
      yield { at, message, hint: countedIn === "cycles" ? cycleHint(config.board.clock, perBase) : ONES[countedIn] };
    }
    for (const { config: partition, image } of partitions.values()) {
      const at = places.of(partition, partition.program === undefined ? "image" : "program");
      for (const { intervalNs } of image?.facts.manifest?.tasks ?? []) {
        const quantity = { numerator: BigInt(intervalNs), denominator: 1_000_000_000n };
        if (clock === null || inParts(quantity, clock) !== null) continue;
        const message = `its task's interval of ${intervalNs / 1e6} ms is no whole number of cycles`;
        yield { at, message, hint: cycleHint(config.board.clock, clock) };
      }
    }
  },
};

const ONES = {
  milliseconds: "timers of the host count milliseconds",
  bytes: "the smallest size is 1 B",
  hertz: "the smallest step of the clock is 1 Hz",
} as const;

const cycleHint = (clock: string | null, hertz: number): string =>
  `at ${clock} a cycle takes ${Number((1e9 / hertz).toPrecision(6))} ns; use a multiple of it, or another clock`;
