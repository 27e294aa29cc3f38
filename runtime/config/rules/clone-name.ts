/** A clone is a partition as any other, with a name of its own. */
import { cloneNames } from "../clones.ts";
import type { Rule } from "./rule.ts";

export const cloneName: Rule = {
  code: "clone-name",
  description: "A clone has a name that no other partition has.",
  *check({ config, partitionNames, places }) {
    const taken = new Set(partitionNames);
    for (const clone of config.clones) {
      const names = cloneNames(clone);
      const known = names.find((name) => taken.has(name));
      for (const name of names) taken.add(name);
      if (known === undefined) continue;
      yield {
        at: places.of(clone, "name"),
        message: `there is a partition ${known} already`,
        hint: "give the clone another name",
      };
    }
  },
};
