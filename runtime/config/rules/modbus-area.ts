/** Coils and discrete inputs are bits; only coils and holding registers can be written (Modbus Application Protocol V1.1b3 §4.3). */
import { deviceTables, isBitArea, serverTables } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusArea: Rule = {
  code: "modbus-area",
  description: "The area fits the point: bits hold a BOOL, and an output goes where a device can be written.",
  *check(draft) {
    const { places } = draft;
    for (const { mappings } of [...serverTables(draft), ...deviceTables(draft)]) {
      for (const mapping of mappings) {
        const { config, point, type } = mapping;
        if (!isBitArea(mapping)) continue;
        if (point?.type && point.type !== "BOOL") {
          const message = `${config.point} is a ${point.type}, but a ${config.area} holds one bit`;
          yield { at: places.of(config, "area"), message, hint: "use inputRegister or holdingRegister" };
        } else if (type !== null && type !== "BOOL") {
          const message = `a ${config.area} cannot hold a ${type}`;
          yield { at: places.of(config, "type"), message, hint: "remove type, or use a register" };
        } else if ((config.scale ?? 1) !== 1 || (config.offset ?? 0) !== 0) {
          const message = `a bit cannot be scaled`;
          yield { at: places.of(config, (config.scale ?? 1) === 1 ? "offset" : "scale"), message, hint: "remove it" };
        }
      }
    }
    for (const { mappings } of deviceTables(draft)) {
      for (const { config, point } of mappings) {
        if (point?.direction !== "output") continue;
        if (config.area === null || config.area === "coil" || config.area === "holdingRegister") continue;
        const message = `${config.point} is an output, but a device's ${config.area} cannot be written`;
        const hint = point.type === "BOOL" ? "use coil" : "use holdingRegister";
        yield { at: places.of(config, "area"), message, hint };
      }
    }
  },
};
