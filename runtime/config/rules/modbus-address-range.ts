/** Modbus addresses go from 0 to 65535; a value of several registers needs all of them (Modbus Application Protocol V1.1b3 §4.4). */
import { deviceTables, serverTables, width } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusAddressRange: Rule = {
  code: "modbus-address-range",
  description: "All registers of a value lie within the area.",
  *check(draft) {
    for (const { mappings } of [...serverTables(draft), ...deviceTables(draft)]) {
      for (const mapping of mappings) {
        const { config } = mapping;
        if (config.address === null || config.address + width(mapping) <= 65_536) continue;
        const message = `${config.point ?? "it"} takes ${width(mapping)} registers, but the last address is 65535`;
        yield { at: draft.places.of(config, "address"), message, hint: `use ${65_536 - width(mapping)} or less` };
      }
    }
  },
};
