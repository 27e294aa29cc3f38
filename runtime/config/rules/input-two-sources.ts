/** Who writes an input last must not depend on chance; only commands, which operators give, may come from several places. */
import type { Place } from "../places.ts";
import type { Rule } from "./rule.ts";

interface Source {
  readonly at: Place;
  readonly what: string;
  readonly isCommand: boolean;
}

export const inputTwoSources: Rule = {
  code: "input-two-sources",
  description: "An input has one source: a channel, a Modbus client, a validity, or any number of command writers.",
  *check({ config, partitions, pointUses, places }) {
    const writable = new Set(
      config.io.modbusServers
        .flatMap(({ points }) => points)
        .filter(({ area }) => area === "coil" || area === "holdingRegister")
        .map((mapping) => places.of(mapping, "point").path),
    );
    const sources = new Map<object, Source[]>();
    const add = (point: object, source: Source): void => {
      sources.set(point, [...(sources.get(point) ?? []), source]);
    };
    for (const { points } of partitions.values()) {
      for (const point of points.values()) {
        if (point.direction !== "input" || point.config?.validityOf === undefined) continue;
        const at = places.of(point.config, "validityOf");
        add(point, { at, what: `the validity of ${point.config.validityOf}`, isCommand: false });
      }
    }
    for (const { by, at, point } of pointUses) {
      if (point?.direction !== "input") continue;
      if (by === "channelTo") add(point, { at, what: "a channel", isCommand: false });
      if (by === "modbusClient") add(point, { at, what: "a Modbus device", isCommand: false });
      if (by === "command") add(point, { at, what: "MQTT commands", isCommand: true });
      if (by === "modbusServer" && writable.has(at.path)) {
        add(point, { at, what: "a writable Modbus address", isCommand: true });
      }
    }
    for (const [point, [first, ...more]] of sources) {
      if (first === undefined) continue;
      for (const source of more) {
        if (source.isCommand && first.isCommand) continue;
        const name = (point as { name: string }).name;
        const message = `${name} has two sources: ${first.what} (line ${first.at.line}) and ${source.what}`;
        const hint = "keep one; to let SCADA read an input, map it to an inputRegister or discreteInput";
        yield { at: source.at, message, hint };
      }
    }
  },
};
