/** Clients cannot write what a guest writes, nor where the protocol only reads. */
import { canBeWritten, serverTables } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusAccess: Rule = {
  code: "modbus-access",
  description: "access: write stands at inputs in coils and holding registers.",
  *check(draft) {
    for (const { mappings } of serverTables(draft)) {
      for (const mapping of mappings) {
        const { config, point } = mapping;
        if (config.access !== "write" || canBeWritten(mapping) !== false) continue;
        const message =
          point?.direction === "output"
            ? `${config.point} is an output: its partition writes it, and no client`
            : `a client cannot write a ${config.area}`;
        const hint = point?.direction === "output" ? "remove access" : "use coil or holdingRegister";
        yield { at: draft.places.of(config, "access"), message, hint };
      }
    }
  },
};
