/** Values in the config are values of their point's type. */
import { deviceTables } from "../mappings.ts";
import { readValue } from "../values.ts";
import type { Rule } from "./rule.ts";

export const valueNotOfType: Rule = {
  code: "value-not-of-type",
  description: "initial, failSafe and substitute are values of the point's type.",
  *check(draft) {
    const { partitions, places } = draft;
    const points = [...partitions.values()].flatMap((partition) => [...partition.points.values()]);
    const written = [
      ...points.flatMap(({ name, type, config }) => [
        { name, type, container: config, key: "initial", value: config?.initial },
        // hold is no value of any type.
        {
          name,
          type,
          container: config,
          key: "failSafe",
          value: config?.failSafe === "hold" ? undefined : config?.failSafe,
        },
      ]),
      ...deviceTables(draft).flatMap(({ mappings }) =>
        mappings.map(({ config: { onBad }, point }) => {
          const container = typeof onBad === "object" ? onBad : null;
          return { name: point?.name, type: point?.type, container, key: "substitute", value: container?.substitute };
        }),
      ),
    ];
    for (const { name, type, container, key, value } of written) {
      if (type == null || container === null || value == null) continue;
      const read = readValue(type, value);
      if ("value" in read) continue;
      const message = `${JSON.stringify(value)} is no value for ${name}, a ${type}`;
      yield { at: places.of(container, key), message, hint: `a ${type} takes ${read.wanted}` };
    }
  },
};
