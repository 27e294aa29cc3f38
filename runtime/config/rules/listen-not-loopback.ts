/** A server that anybody on a network can connect to is a decision, and no oversight. */
import { isExposed, listeners } from "../listeners.ts";
import type { Rule } from "./rule.ts";

export const listenNotLoopback: Rule = {
  code: "listen-not-loopback",
  description: "What listens beyond loopback uses TLS, or says who may connect, or says that it is insecure.",
  *check({ config, places }) {
    for (const listener of listeners(config)) {
      const { container, what, host } = listener;
      if (!isExposed(listener) || ("insecure" in container && container.insecure === true)) continue;
      const message = `${what} would listen on ${host} without any protection`;
      const tls = "transport" in container ? "transport: tls, or " : "";
      const hint = `use 127.0.0.1, or ${tls}allowFrom: [{ network: … }]; insecure: true lets anybody in`;
      yield { at: places.of(container, "host"), message, hint };
    }
  },
};
