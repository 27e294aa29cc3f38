/** A guest that looks an unconnected port up is told that there is none; often a channel was forgotten. */
import type { Rule } from "./rule.ts";

export const portUnconnected: Rule = {
  code: "port-unconnected",
  description: "Every port has a channel.",
  severity: "warning",
  *check({ partitions, portUses, config, places }) {
    const connected = new Set(portUses.map(({ port }) => port));
    for (const partition of partitions.values()) {
      for (const port of partition.ports.values()) {
        if (connected.has(port)) continue;
        const ports = partition.config.ports ?? {};
        const at = Object.hasOwn(ports, port.name)
          ? places.ofKey(ports, port.name)
          : places.ofKey(config.partitions ?? {}, partition.name);
        const message = `port ${port.name} of ${partition.name} is not connected: the guest will not find it`;
        yield { at, message, hint: "add a channel for it" };
      }
    }
  },
};
