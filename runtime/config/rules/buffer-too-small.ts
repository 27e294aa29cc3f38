/** A buffer drops its oldest segment as a whole: too small a one would hold next to nothing. */
import { readParts } from "../draft.ts";
import type { Rule } from "./rule.ts";

const LEAST_BYTES = 1024 * 1024;

export const bufferTooSmall: Rule = {
  code: "buffer-too-small",
  description: "A buffer has room for 1 MiB or more.",
  *check({ config, places }) {
    for (const { buffer } of [...config.io.mqtt, ...config.io.sparkplug]) {
      const bytes = readParts(buffer?.maxBytes ?? null, "size", 1);
      if (buffer === undefined || bytes === null || bytes === 0 || bytes >= LEAST_BYTES) continue;
      const message = `a buffer of ${buffer.maxBytes} is too small`;
      yield { at: places.of(buffer, "maxBytes"), message, hint: "make it 1 MiB or more; 64 MiB is usual" };
    }
  },
};
