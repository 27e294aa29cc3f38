/** A value is read by one request, or its halves are of different times. */
import { deviceTables, width } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusReadLimit: Rule = {
  code: "modbus-read-limit",
  description: "All registers of a value are within its device's maxReadRegisters.",
  *check(draft) {
    const devices = draft.config.io.modbusClients.flatMap((client) => client.devices);
    for (const [index, { mappings, owner }] of deviceTables(draft).entries()) {
      const most = devices[index]?.maxReadRegisters ?? null;
      for (const mapping of mappings) {
        const { config, type } = mapping;
        if (most === null || width(mapping) <= most) continue;
        const message = `${config.point} (${type}) takes ${width(mapping)} registers, but ${owner} gives ${most} at a time`;
        yield {
          at: draft.places.of(config, "point"),
          message,
          hint: `make maxReadRegisters ${width(mapping)} or more`,
        };
      }
    }
  },
};
