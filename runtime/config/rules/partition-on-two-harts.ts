/** A partition's memory belongs to one hart's worker (design.md §2a), in whichever schedule. */
import type { Rule } from "./rule.ts";

export const partitionOnTwoHarts: Rule = {
  code: "partition-on-two-harts",
  description: "All slots of a partition, in all schedules, are on one hart.",
  *check({ schedules, places }) {
    const home = new Map<string, { readonly hart: number; readonly schedule: string }>();
    const all = schedules.flatMap(({ name, slots }) => slots.map(({ config }) => ({ config, schedule: name })));
    for (const { config, schedule } of all) {
      const { partition, hart } = config;
      if (partition === null || hart === null) continue;
      const first = home.get(partition) ?? { hart, schedule };
      home.set(partition, first);
      if (first.hart === hart) continue;
      const elsewhere = first.schedule === schedule ? "" : ` in schedule ${first.schedule}`;
      const message = `${partition} has slots on hart ${first.hart}${elsewhere} and on hart ${hart}`;
      yield { at: places.of(config, "hart"), message, hint: "a partition stays on one hart: its memory is there" };
    }
  },
};
