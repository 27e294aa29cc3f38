/** An MQTT broker as a config names it: `embedded`, or where it is, how it is reached and as whom. */
import { dirname, resolve } from "node:path";
import type { BrokerAddress, ClientTls, DiskBuffer, SecretSource } from "../system.ts";
import { readParts } from "./draft.ts";
import type {
  ClientTlsConfig,
  CredentialsConfig,
  DiskBufferConfig,
  MqttLinkConfig,
  SecretConfig,
} from "./module-config.generated.ts";
import { sure } from "./sure.ts";

export const EMBEDDED = "embedded";
const EMBEDDED_HOST = "127.0.0.1";
const PORT = 1883;
const TLS_PORT = 8883;

/** Where the embedded broker listens. */
export const embeddedAddress = <Host extends string | null, TcpPort extends number | null>(link: {
  readonly host?: Host;
  readonly port?: TcpPort;
}) => {
  const { host = EMBEDDED_HOST, port = PORT } = link;
  return { host, port };
};

interface BrokerUrl {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
}

/** `mqtt://host:port`, `mqtts://[::1]`. @returns null for `embedded`, and for what the schema would refuse. */
export const parseBrokerUrl = (url: string): BrokerUrl | null => {
  const [, scheme, bracketed, plain, port] = /^(mqtts?):\/\/(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(url) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return null;
  const isTls = scheme === "mqtts";
  return { isTls, host, port: port === undefined ? (isTls ? TLS_PORT : PORT) : Number(port) };
};

type BrokerConfig = Pick<MqttLinkConfig, "version" | "tls" | "credentials">;

/** @param configPath whose folder relative paths start at. */
export const brokerAddress = (
  { isTls, host, port }: BrokerUrl,
  { version, tls, credentials }: BrokerConfig,
  configPath: string,
): BrokerAddress => {
  const absolute = (path: string): string => resolve(dirname(configPath), path);
  return {
    host,
    port,
    version,
    tls: isTls ? clientTls(tls ?? {}, absolute) : null,
    credentials: credentials === undefined ? null : credentialSources(credentials, absolute),
  };
};

type Absolute = (path: string) => string;

const clientTls = ({ ca, certificate, key }: ClientTlsConfig, absolute: Absolute): ClientTls => ({
  caPath: ca === undefined ? null : absolute(ca),
  certificatePath: certificate === undefined ? null : absolute(certificate),
  keyPath: key === undefined ? null : absolute(key),
});

const credentialSources = ({ username, password }: CredentialsConfig, absolute: Absolute) => ({
  username: secretSource(username, absolute),
  password: password === undefined ? null : secretSource(password, absolute),
});

const secretSource = ({ environment, file }: SecretConfig, absolute: Absolute): SecretSource =>
  environment === undefined ? { file: absolute(sure(file)) } : { environment };

export const diskBuffer = ({ path, maxBytes, policy }: DiskBufferConfig, configPath: string): DiskBuffer => ({
  folder: resolve(dirname(configPath), path),
  maxBytes: sure(readParts(maxBytes, "size", 1)),
  policy,
});
