/** Modbus addresses go from 0 to 65535; a value of several registers needs all of them (Modbus Application Protocol V1.1b3 §4.4). */
import { deviceTables, serverTables, width } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusAddressRange: Rule = {
  code: "modbus-address-range",
  description: "All registers of a value lie within the area.",
  *check(draft) {
    for (const { mappings, addressBase } of [...serverTables(draft), ...deviceTables(draft)]) {
      const end = 65_536 + addressBase;
      for (const mapping of mappings) {
        const { config } = mapping;
        if (config.address === null) continue;
        const at = draft.places.of(config, "address");
        const point = config.point ?? "it";
        if (config.address < addressBase) {
          const message = `${point} is at address ${config.address}, but with addressBase ${addressBase} there is none`;
          yield { at, message, hint: "the first address is 1" };
        } else if (config.address + width(mapping) > end) {
          const message = `${point} takes ${width(mapping)} registers, but the last address is ${end - 1}`;
          yield { at, message, hint: `use ${end - width(mapping)} or less` };
        }
      }
    }
  },
};
