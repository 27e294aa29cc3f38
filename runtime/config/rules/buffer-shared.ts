/** A buffer is the queue of one link: two that use its folder would take each other's records. */
import { normalize } from "node:path";
import { named } from "../partly.ts";
import type { Rule } from "./rule.ts";

export const bufferShared: Rule = {
  code: "buffer-shared",
  description: "Each buffer has a folder of its own.",
  *check({ config, places }) {
    const owners = new Map<string, string>();
    for (const { name, buffer } of [...config.io.mqtt, ...config.io.sparkplug]) {
      if (buffer === undefined || buffer.path === null) continue;
      const folder = normalize(`${buffer.path}/`);
      const owner = owners.get(folder);
      if (owner === undefined) owners.set(folder, named("link", name));
      else {
        const message = `${buffer.path} is the buffer of ${owner} already`;
        yield { at: places.of(buffer, "path"), message, hint: "give each a folder of its own" };
      }
    }
  },
};
