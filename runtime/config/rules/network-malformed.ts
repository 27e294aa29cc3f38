/** An allow-list that cannot be read would keep out, or let in, whom nobody meant. */
import { parseNetwork } from "../networks.ts";
import type { Rule } from "./rule.ts";

export const networkMalformed: Rule = {
  code: "network-malformed",
  description: "What allowFrom names is an address or a network.",
  *check({ config, places }) {
    const { modbusServers, mqtt, metrics } = config.io;
    const listeners = [...modbusServers, ...mqtt, ...(metrics === undefined ? [] : [metrics])];
    for (const entry of listeners.flatMap(({ allowFrom }) => allowFrom ?? [])) {
      if (entry === null || entry.network === null || parseNetwork(entry.network) !== null) continue;
      const message = `"${entry.network}" is neither an address nor a network`;
      yield { at: places.of(entry, "network"), message, hint: "write 10.1.2.3, 10.1.0.0/16 or fd00::/8" };
    }
  },
};
