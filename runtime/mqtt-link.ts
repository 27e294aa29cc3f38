/** What a System says of MQTT: brokers, how they are reached, what is published and what waits on disk (MQTT 3.1.1, 5.0). */
import type { AllowedNetwork, PointRef } from "./system.ts";

export interface MqttPublication {
  readonly point: PointRef;
  /** Report when |new − last reported| > deadband (any change for BOOL and texts, or when 0). */
  readonly deadband: number;
  /** No sooner than this after the last report of the point, ms. */
  readonly minReportMs: number;
  /** At the latest this long after it, even when unchanged, ms; 0: never. */
  readonly maxReportMs: number;
}

/** Where a secret is found when it is needed: the name of an environment variable, or the absolute path of a file. */
export type SecretSource = { readonly environment: string } | { readonly file: string };

/** Absolute paths of PEM files, read for each connection. */
export interface ClientTls {
  /** Authorities that the server's certificate is checked by; null: those that Node trusts. */
  readonly caPath: string | null;
  /** The client's own certificate and its key: both or neither. */
  readonly certificatePath: string | null;
  readonly keyPath: string | null;
}

/** How an MQTT broker is reached. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** Of MQTT. */
  readonly version: "v3.1.1" | "v5";
  /** null: plain TCP. */
  readonly tls: ClientTls | null;
  readonly credentials: { readonly username: SecretSource; readonly password: SecretSource | null } | null;
}

/** Who may connect to an embedded broker. */
export interface BrokerListener {
  /** null, and no `allowFile`: clients may come from anywhere. */
  readonly allowFrom: readonly AllowedNetwork[] | null;
  /** Absolute path of a file with more of them, read again when it changes. */
  readonly allowFile: string | null;
  /** Anybody on a network may connect. */
  readonly isExposed: boolean;
}

/** What could not be sent waits on disk. */
export interface DiskBuffer {
  /** Absolute path. */
  readonly folder: string;
  readonly maxBytes: number;
  /** What goes when it is full: the oldest, or what is new. */
  readonly policy: "dropOldest" | "dropNewest";
}

export interface MqttLink extends BrokerAddress {
  readonly name: string;
  /** "embedded": Partita is the broker, listening on host and port. "external": it connects to the one there. */
  readonly broker: "embedded" | "external";
  /** Of an embedded broker. */
  readonly listener: BrokerListener | null;
  /** First level of every topic; the whole is `prefix/module/partition/point`. */
  readonly topicPrefix: string;
  /** Of telemetry. What is sent later, from the buffer, is always acknowledged. */
  readonly qos: 0 | 1;
  /** null: what is reported while the broker is away is lost, but for the latest. */
  readonly buffer: DiskBuffer | null;
  readonly publications: readonly MqttPublication[];
  /** Input points that `…/set` may write. */
  readonly commands: readonly PointRef[];
}
