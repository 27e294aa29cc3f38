/** An external broker's address is in its URL, and who may connect to it is its own business. */
import { EMBEDDED, parseBrokerUrl } from "../broker.ts";
import type { Rule } from "./rule.ts";

export const mqttBrokerAddress: Rule = {
  code: "mqtt-broker-address",
  description:
    "host, port and who may connect are for an embedded broker only; a broker's URL has a port from 1 to 65535.",
  *check({ config, places }) {
    for (const link of config.io.mqtt) {
      if (link.broker === null || link.broker === EMBEDDED) continue;
      for (const key of ["host", "port", "allowFrom", "allowFile", "insecure"] as const) {
        if (link[key] == null || link[key] === false) continue;
        const message = `${key} is for an embedded broker, but ${link.name ?? "this link"} connects to ${link.broker}`;
        const isAddress = key === "host" || key === "port";
        const hint = isAddress ? "put it into the URL: mqtt://host:port" : "remove it";
        yield { at: places.ofKey(link, key), message, hint };
      }
    }
    const urls = [
      ...config.io.mqtt.map((link) => ({ at: places.of(link, "broker"), url: link.broker })),
      ...config.io.sparkplug.flatMap(({ brokers }) =>
        brokers.map((url, index) => ({ at: places.of(brokers, index), url })),
      ),
    ];
    for (const { at, url } of urls) {
      const port = parseBrokerUrl(url ?? EMBEDDED)?.port ?? 1;
      if (port >= 1 && port <= 65_535) continue;
      yield { at, message: `${url} has no possible port`, hint: "ports go from 1 to 65535" };
    }
  },
};
