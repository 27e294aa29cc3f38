/** Values in the config are values of their point's type. */
import type { DraftPoint } from "../draft.ts";
import { deviceTables } from "../mappings.ts";
import type { Value } from "../module-config.generated.ts";
import { readValue } from "../values.ts";
import type { Rule } from "./rule.ts";

interface Written {
  readonly point: DraftPoint | null;
  readonly container: object | null;
  readonly key: string;
  readonly value: Value | null | undefined;
}

export const valueNotOfType: Rule = {
  code: "value-not-of-type",
  description: "initial, failSafe and substitute are values of the point's type.",
  *check(draft) {
    const { partitions, places } = draft;
    const points = [...partitions.values()].flatMap((partition) => [...partition.points.values()]);
    const written = [
      ...points.flatMap((point): Written[] => {
        const { config } = point;
        // hold is no value of any type.
        const failSafe = config?.failSafe === "hold" ? undefined : config?.failSafe;
        return [
          { point, container: config, key: "initial", value: config?.initial },
          { point, container: config, key: "failSafe", value: failSafe },
        ];
      }),
      ...deviceTables(draft).flatMap(({ mappings }) =>
        mappings.map(({ config: { onBad }, point }): Written => {
          const container = typeof onBad === "object" ? onBad : null;
          return { point, container, key: "substitute", value: container?.substitute };
        }),
      ),
    ];
    for (const { point, container, key, value } of written) {
      if (point === null || container === null || value == null) continue;
      const { name, type, bytes } = point;
      if (type === null || bytes === null) continue;
      const read = readValue({ type, bytes }, value);
      if ("value" in read) continue;
      const message = `${JSON.stringify(value)} is no value for ${name}, a ${type}`;
      yield { at: places.of(container, key), message, hint: `a ${type} takes ${read.wanted}` };
    }
  },
};
