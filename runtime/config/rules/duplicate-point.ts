/** A point has one topic a link, and is one metric of an edge node. */
import type { Rule } from "./rule.ts";

export const duplicatePoint: Rule = {
  code: "duplicate-point",
  description: "A link publishes a point once and takes commands for it once.",
  *check({ config, places }) {
    const links = [...config.io.mqtt, ...config.io.sparkplug];
    const lists = [
      ...links.map(({ publish }) =>
        publish.map((publication) => ({ at: places.of(publication, "point"), name: publication.point })),
      ),
      ...links.map(({ commands }) => commands.map((name, index) => ({ at: places.of(commands, index), name }))),
    ];
    for (const list of lists) {
      const lines = new Map<string, number>();
      for (const { at, name } of list) {
        if (name === null) continue;
        const line = lines.get(name);
        if (line === undefined) lines.set(name, at.line);
        else yield { at, message: `${name} is listed twice (first in line ${line})`, hint: "remove one of the two" };
      }
    }
  },
};
