/** Requirements, slots, channels and io name partitions that exist. */
import { cloneNames } from "../clones.ts";
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const unknownPartition: Rule = {
  code: "unknown-partition",
  description: "A partition named in a slot, action, channel or mapping is one of the module's.",
  *check({ config, partitionNames, pointUses, portUses, places }) {
    if (partitionNames === null) return;
    const known = new Set<string | null>([...partitionNames, ...config.clones.flatMap(cloneNames)]);
    const originals = config.clones.filter(({ of }) => of !== null && !partitionNames.includes(of));
    for (const clone of originals) {
      const hint = didYouMean(clone.of ?? "", partitionNames, "partitions");
      yield { at: places.of(clone, "of"), message: `there is no partition "${clone.of}"`, hint };
    }
    const schedules = Object.values(config.schedules ?? {});
    const slots = schedules.flatMap((schedule) => schedule.slots);
    const restarted = schedules.flatMap(({ onEntry }) =>
      Object.keys(onEntry ?? {}).map((name) => ({ at: places.ofKey(onEntry ?? {}, name), name })),
    );
    const named = [
      ...restarted,
      ...slots.map((slot) => ({ at: places.of(slot, "partition"), name: slot.partition })),
      ...Object.values(config.partitions ?? {}).flatMap(({ requires }) =>
        (requires?.after ?? []).map((name, at) => ({ at: places.of(requires?.after ?? [], at), name })),
      ),
      ...[...pointUses, ...portUses].map(({ at, text }) => ({ at, name: text?.split(".")[0] ?? null })),
    ];
    for (const { at, name } of named) {
      if (name === null || known.has(name)) continue;
      yield { at, message: `there is no partition "${name}"`, hint: didYouMean(name, partitionNames, "partitions") };
    }
  },
};
