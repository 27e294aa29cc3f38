/** What says how another's broker is reached would do nothing where the broker, or its URL, has no use for it. */
import { EMBEDDED, parseBrokerUrl } from "../broker.ts";
import type { Rule } from "./rule.ts";

export const mqttBrokerAccess: Rule = {
  code: "mqtt-broker-access",
  description:
    "credentials, buffer and version v5 are for a broker other than the embedded one, tls for a mqtts:// URL.",
  *check({ config, places }) {
    for (const node of config.io.sparkplug) {
      const { name, tls, brokers } = node;
      const isUsed = brokers.some((url) => url === null || parseBrokerUrl(url)?.isTls === true);
      if (tls === undefined || isUsed) continue;
      const message = `tls is given, but ${name ?? "this node"} does not use it: its brokers are ${brokers.join(", ")}`;
      yield { at: places.ofKey(node, "tls"), message, hint: "write them as mqtts://host:port, or remove tls" };
    }
    for (const link of config.io.mqtt) {
      const { broker, name, tls, credentials, buffer, version } = link;
      if (broker === null) continue;
      if (tls !== undefined && parseBrokerUrl(broker)?.isTls !== true) {
        const message = `tls is given, but ${name ?? "this link"} does not use it: its broker is ${broker}`;
        yield { at: places.ofKey(link, "tls"), message, hint: "write the broker as mqtts://host:port, or remove tls" };
      }
      if (broker !== EMBEDDED) continue;
      if (credentials !== undefined) {
        const message = `credentials are given, but ${name ?? "this link"} has an embedded broker, which knows the module`;
        yield {
          at: places.ofKey(link, "credentials"),
          message,
          hint: "remove them, or name the broker that asks for them",
        };
      }
      if (buffer !== undefined) {
        const message = `a buffer is given, but ${name ?? "this link"} has an embedded broker, which is never away`;
        yield { at: places.ofKey(link, "buffer"), message, hint: "remove it, or name a broker" };
      }
      if (version === "v5") {
        const hint = "remove version, or name a broker that speaks v5";
        yield { at: places.ofKey(link, "version"), message: "the embedded broker speaks MQTT v3.1.1 only", hint };
      }
    }
  },
};
