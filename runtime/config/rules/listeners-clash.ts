/** A port can be listened on once. */
import { listeners } from "../listeners.ts";
import type { Rule } from "./rule.ts";

export const listenersClash: Rule = {
  code: "listeners-clash",
  description: "No two listeners have the same host and port.",
  *check({ config, places }) {
    const taken = new Map<string, string>();
    for (const { container, what, host, port } of listeners(config)) {
      if (host === null || port === null) continue;
      const address = `${host === "localhost" ? "127.0.0.1" : host}:${port}`;
      const other = taken.get(address);
      if (other === undefined) taken.set(address, what);
      else {
        const message = `${what} would listen on ${address}, where ${other} does already`;
        yield { at: places.of(container, "port"), message, hint: "give it a port of its own" };
      }
    }
  },
};
