/** A point's value lies in RAM, where the latch can reach it. */
import { POINT_TYPES } from "../../system.ts";
import type { Rule } from "./rule.ts";

const RAM = 0x8000_0000;

export const symbolOutsideMemory: Rule = {
  code: "symbol-outside-memory",
  description: "The variable of a point lies in the partition's memory.",
  *check({ partitions, places }) {
    for (const { config, image, memoryBytes } of partitions.values()) {
      if (image === null || memoryBytes === null) continue;
      for (const point of Object.values(config.points)) {
        const place = image.facts.symbols.get(point.symbol ?? "");
        if (place === undefined || point.type === undefined) continue;
        const end = place.address + POINT_TYPES[point.type].bytes;
        if (place.address >= RAM && end <= RAM + memoryBytes) continue;
        const address = `0x${place.address.toString(16)}`;
        const message = `${point.symbol} is at ${address}, outside the partition's memory`;
        yield { at: places.of(point, "symbol"), message, hint: "name a variable; RAM starts at 0x80000000" };
      }
    }
  },
};
