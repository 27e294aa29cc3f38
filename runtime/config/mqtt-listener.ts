/** Who may connect to an embedded broker, from the config of one that no rule has anything against. */
import { dirname, resolve } from "node:path";
import type { BrokerListener } from "../system.ts";
import { embeddedAddress } from "./broker.ts";
import { isExposed, isRestricted } from "./listeners.ts";
import type { MqttLinkConfig } from "./module-config.generated.ts";
import { allowedNetwork } from "./network-listener.ts";

export const mqttListener = (link: MqttLinkConfig, configPath: string): BrokerListener => {
  const { allowFrom, allowFile } = link;
  return {
    allowFrom: allowFrom?.map(allowedNetwork) ?? null,
    allowFile: allowFile === undefined ? null : resolve(dirname(configPath), allowFile),
    isExposed: isExposed({ host: embeddedAddress(link).host, isProtected: isRestricted(link) }),
  };
};
