/** Where a server listens on the network, and for whom, from the config of one that no rule has anything against. */
import { dirname, resolve } from "node:path";
import type { AllowedNetwork, NetworkListener } from "../system.ts";
import { isExposed, isProtectedMetrics } from "./listeners.ts";
import type { AllowedNetworkConfig, MetricsConfig, ServerTlsConfig } from "./module-config.generated.ts";
import { parseNetwork } from "./networks.ts";
import { sure } from "./sure.ts";

interface NetworkConfig {
  readonly host: string;
  readonly port: number;
  readonly allowFrom?: readonly AllowedNetworkConfig[];
  readonly allowFile?: string;
  readonly tls?: ServerTlsConfig;
}

/** @param configPath whose folder relative paths start at. */
export const networkListener = (
  { host, port, allowFrom, allowFile, tls }: NetworkConfig,
  isProtected: boolean,
  configPath: string,
): NetworkListener => {
  const file = (path: string): string => resolve(dirname(configPath), path);
  return {
    host,
    port,
    allowFrom: allowFrom?.map(allowedNetwork) ?? null,
    allowFile: allowFile === undefined ? null : file(allowFile),
    tls:
      tls === undefined
        ? null
        : { certificatePath: file(tls.certificate), keyPath: file(tls.key), caPath: file(tls.ca) },
    isExposed: isExposed({ host, isProtected }),
  };
};

export const allowedNetwork = ({ network, access }: AllowedNetworkConfig): AllowedNetwork => ({
  ...sure(parseNetwork(network)),
  access,
});

export const metricsListener = (metrics: MetricsConfig | undefined, configPath: string): NetworkListener | null =>
  metrics === undefined ? null : networkListener(metrics, isProtectedMetrics(metrics), configPath);
