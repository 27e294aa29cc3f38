/** Who writes an input last must not depend on chance; only commands, which operators give, may come from several places. */
import type { Place } from "../places.ts";
import type { Rule } from "./rule.ts";

interface Source {
  readonly at: Place;
  /** `intake.level` */
  readonly point: string | null;
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
    for (const { name: partition, points } of partitions.values()) {
      for (const point of points.values()) {
        if (point.direction !== "input" || point.config?.validityOf == null) continue;
        const at = places.of(point.config, "validityOf");
        const what = `the validity of ${point.config.validityOf}`;
        add(point, { at, point: `${partition}.${point.name}`, what, isCommand: false });
      }
    }
    for (const { by, at, text, point } of pointUses) {
      if (point?.direction !== "input") continue;
      if (by === "channelTo") add(point, { at, point: text, what: "a channel", isCommand: false });
      if (by === "modbusClient") add(point, { at, point: text, what: "a Modbus device", isCommand: false });
      if (by === "command") add(point, { at, point: text, what: "commands", isCommand: true });
      if (by === "modbusServer" && writable.has(at.path)) {
        add(point, { at, point: text, what: "a writable Modbus address", isCommand: true });
      }
    }
    for (const [first, ...more] of sources.values()) {
      if (first === undefined) continue;
      for (const source of more) {
        if (source.isCommand && first.isCommand) continue;
        const message = `${source.point} has two sources: ${first.what} (line ${first.at.line}) and ${source.what}`;
        const hint = "keep one; to let SCADA read an input, map it to an inputRegister or discreteInput";
        yield { at: source.at, message, hint };
      }
    }
  },
};
