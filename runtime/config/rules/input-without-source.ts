/** An input that nothing writes keeps its initial value for ever; a rig may set it, a plant cannot. */
import type { Rule } from "./rule.ts";

export const inputWithoutSource: Rule = {
  code: "input-without-source",
  description: "Every input has a source.",
  severity: "warning",
  *check({ partitions, pointUses, config, places }) {
    const writers = new Set(["channelTo", "modbusClient", "modbusServer", "command"]);
    const written = new Set(pointUses.filter(({ by }) => writers.has(by)).map(({ point }) => point));
    for (const partition of partitions.values()) {
      for (const point of partition.points.values()) {
        if (point.direction !== "input" || written.has(point) || point.config?.validityOf !== undefined) continue;
        const at =
          point.config === null
            ? places.ofKey(config.partitions ?? {}, partition.name)
            : places.ofKey(partition.config.points ?? {}, point.name);
        const message = `nothing writes ${partition.name}.${point.name}: it keeps its initial value`;
        yield { at, message, hint: "connect it with a channel or in io, or use a constant" };
      }
    }
  },
};
