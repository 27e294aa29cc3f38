/** A port can be listened on once, and a serial port is one program's. */
import { listeners, serialUsers } from "../listeners.ts";
import type { Rule } from "./rule.ts";

export const listenersClash: Rule = {
  code: "listeners-clash",
  description:
    "No two listeners have the same host and port, and nobody else is on a server's or client's serial port.",
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
    for (const { serial, what } of serialUsers(config)) {
      if (serial.path === null) continue;
      const other = taken.get(serial.path);
      if (other === undefined) taken.set(serial.path, what);
      else {
        const message = `${what} would use ${serial.path}, which ${other} has already`;
        yield { at: places.of(serial, "path"), message, hint: "give it a serial port of its own" };
      }
    }
  },
};
