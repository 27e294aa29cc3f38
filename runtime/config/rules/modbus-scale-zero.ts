/** value = raw × scale + offset: with a scale of 0 the raw value says nothing, and none can be written. */
import { deviceTables, serverTables } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusScaleZero: Rule = {
  code: "modbus-scale-zero",
  description: "The scale of a mapping is not 0.",
  *check(draft) {
    for (const { mappings } of [...serverTables(draft), ...deviceTables(draft)]) {
      for (const { config } of mappings) {
        if (config.scale !== 0) continue;
        const message = `the scale of ${config.point ?? "a point"} is 0: no value could travel`;
        yield { at: draft.places.of(config, "scale"), message, hint: "value = raw × scale + offset; remove it for 1" };
      }
    }
  },
};
