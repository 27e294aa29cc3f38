/** A text travels as it is: its characters fill registers, from the most significant byte on, in one request. */
import { isText, lengthOf } from "../../system.ts";
import { deviceTables, isBitArea, serverTables, width } from "../mappings.ts";
import type { Rule } from "./rule.ts";

/** Registers that a request can write (Modbus Application Protocol V1.1b3 §6.12). */
const MOST_REGISTERS = 123;

export const modbusText: Rule = {
  code: "modbus-text",
  description: "A STRING or WSTRING travels as one, unscaled, and fits into a request; length is for such points only.",
  *check(draft) {
    const { places } = draft;
    for (const mapping of [...serverTables(draft), ...deviceTables(draft)].flatMap(({ mappings }) => mappings)) {
      const { config, point, type } = mapping;
      if (point === null || point.type === null || type === null || isBitArea(mapping)) continue;
      const { type: pointType, bytes } = point;
      const scale = (config.scale ?? 1) !== 1 ? "scale" : (config.offset ?? 0) !== 0 ? "offset" : null;
      if (!isText(pointType) && !isText(type)) {
        if (config.length == null) continue;
        const message = `${config.point} is a ${pointType}, which has no length`;
        yield { at: places.ofKey(config, "length"), message, hint: "remove it; type says how a number travels" };
      } else if (type !== pointType) {
        const message = `${config.point} is a ${pointType} and cannot travel as a ${type}`;
        yield { at: places.of(config, "type"), message, hint: "remove type" };
      } else if (scale !== null) {
        yield { at: places.of(config, scale), message: "a text cannot be scaled", hint: "remove it" };
      } else if (config.length != null && bytes !== null && config.length > lengthOf({ type, bytes })) {
        const message = `${config.point} holds ${lengthOf({ type, bytes })} characters, not ${config.length}`;
        yield { at: places.of(config, "length"), message, hint: "make length as small, or the point as large" };
      } else if (width(mapping) > MOST_REGISTERS) {
        const message = `${config.point} takes ${width(mapping)} registers, and a request writes ${MOST_REGISTERS}`;
        const hint = `let a part of it travel: length: ${type === "STRING" ? 2 * MOST_REGISTERS : MOST_REGISTERS}`;
        yield { at: places.of(config, config.length == null ? "point" : "length"), message, hint };
      }
    }
  },
};
