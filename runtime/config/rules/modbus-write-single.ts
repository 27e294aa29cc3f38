/** A value of several registers that is written one register at a time is, in between, neither the old nor the new one. */
import { deviceTables, width } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusWriteSingle: Rule = {
  code: "modbus-write-single",
  description: "An output of a device with writeSingle: always takes one register.",
  *check(draft) {
    const devices = draft.config.io.modbusClients.flatMap((client) => client.devices);
    for (const [index, { mappings, owner }] of deviceTables(draft).entries()) {
      if (devices[index]?.writeSingle !== "always") continue;
      for (const mapping of mappings) {
        const { config, point, type } = mapping;
        if (point?.direction !== "output" || width(mapping) === 1) continue;
        const message = `${config.point} (${type}) takes ${width(mapping)} registers, but ${owner} is written one at a time`;
        const hint = "use a type of one register, with a scale, or remove writeSingle";
        yield { at: draft.places.of(config, "point"), message, hint };
      }
    }
  },
};
