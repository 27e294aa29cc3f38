/** A bit of a register holds a BOOL, as it is; coils and discrete inputs are bits already. */
import { type DraftMapping, deviceTables, isBitArea, serverTables } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusBit: Rule = {
  code: "modbus-bit",
  description: "A bit is one of a register, and its point a BOOL.",
  *check(draft) {
    const { places } = draft;
    for (const { mappings } of [...serverTables(draft), ...deviceTables(draft)]) {
      for (const mapping of mappings) {
        const { config } = mapping;
        if (typeof config.bit !== "number") continue;
        const trouble = troubleOf(mapping);
        if (trouble === null) continue;
        yield { at: places.of(config, trouble.key), message: trouble.message, hint: trouble.hint };
      }
    }
  },
};

interface Trouble {
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

const troubleOf = (mapping: DraftMapping): Trouble | null => {
  const { config, point, type } = mapping;
  if (isBitArea(mapping)) {
    return { key: "bit", message: `a ${config.area} is a bit itself`, hint: "remove bit, or use a register" };
  }
  const typeAt = config.type === undefined ? "bit" : "type";
  for (const found of [point?.type ?? null, type]) {
    if (found === null || found === "BOOL") continue;
    const message = `${config.point} travels as ${found}, but a bit of a register is a BOOL`;
    return { key: typeAt, message, hint: "remove bit, or use a BOOL point" };
  }
  const key = (["scale", "offset"] as const).find((each) => (config[each] ?? 0) !== (each === "scale" ? 1 : 0));
  return key === undefined ? null : { key, message: "a bit cannot be scaled", hint: "remove it" };
};
