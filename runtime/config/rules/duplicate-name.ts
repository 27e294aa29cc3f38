/** Logs and statistics tell servers, clients, devices and links apart by name. */
import type { Rule } from "./rule.ts";

export const duplicateName: Rule = {
  code: "duplicate-name",
  description: "Entries of one list in io have different names.",
  *check({ config, places }) {
    const { modbusServers, modbusClients, mqtt, sparkplug } = config.io;
    for (const list of [
      modbusServers,
      modbusClients,
      mqtt,
      sparkplug,
      modbusClients.flatMap(({ devices }) => devices),
    ]) {
      const lines = new Map<string, number>();
      for (const entry of list) {
        if (entry.name === null) continue;
        const at = places.of(entry, "name");
        const line = lines.get(entry.name);
        if (line === undefined) lines.set(entry.name, at.line);
        else
          yield { at, message: `"${entry.name}" is the name of another (line ${line})`, hint: "give it another name" };
      }
    }
  },
};
