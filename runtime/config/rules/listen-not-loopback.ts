/** Modbus and MQTT without TLS have no business on a network; secure listeners come later. */
import { listeners } from "../listeners.ts";
import type { Rule } from "./rule.ts";

export const listenNotLoopback: Rule = {
  code: "listen-not-loopback",
  description: "Servers listen on loopback only, for now.",
  *check({ config, places }) {
    for (const { container, what, host } of listeners(config)) {
      if (host === null || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$|^localhost$/.test(host)) continue;
      const message = `${what} would listen on ${host} without any protection`;
      yield { at: places.of(container, "host"), message, hint: "use 127.0.0.1; only loopback is allowed for now" };
    }
  },
};
