/**
 * A client's place at an MQTT broker: connects, and again whenever the connection is lost, with a backoff, until it is closed. Of
 * several brokers it is connected to one at a time, and goes on to the next one whenever that fails.
 *
 * Each connection is a new session with a will of its own. The library's own reconnecting would send what an earlier connection
 * left unacknowledged after newer values. Certificates and credentials are read for each CONNECT: new files count from the next.
 */
import type { IClientOptions, IPublishPacket } from "mqtt";
import { type BrokerAddress, isLoopback } from "../../runtime/index.ts";
import { Backoff } from "../backoff.ts";
import type { Logger } from "../logger.ts";
import { readClientTls, readSecret } from "../secrets.ts";
import { BrokerSession, type Message, type Outcome } from "./broker-session.ts";

/** Whose connection it is. */
export interface ConnectionUser {
  /** The will of the connection about to be made; asked once for each CONNECT. */
  will(): Message;
  /** The broker has accepted the connection. */
  connected(): void;
  /** `packet.payload` is to be copied when it is kept. */
  received(packet: IPublishPacket): void;
  /** A message in flight has had its outcome: there is room for another. */
  hasRoom(): void;
  /** The connection is gone, and all its messages have had their outcome. */
  disconnected(): void;
}

/** "waiting": for the next attempt. */
type ConnectionState = "closed" | "connecting" | "connected" | "waiting";

export interface ConnectionCounters {
  readonly state: ConnectionState;
  /** Connections made, the first included. */
  readonly connections: number;
  /** Attempts that came to nothing. */
  readonly failures: number;
  readonly published: number;
  /** Published at QoS 1 and acknowledged by the broker. */
  readonly acknowledged: number;
  /** Published, and refused by the broker or lost with the connection, as far as one can know. */
  readonly dropped: number;
  /** Published, and without an outcome yet. */
  readonly inFlight: number;
}

export interface ConnectionOptions {
  /** The config entry's name, for the log. */
  readonly name: string;
  /** The same for every connection: a broker then ends our last one, and publishes its will, before it accepts this one. */
  readonly clientId: string;
  /** One or more, the same number each time. */
  readonly addresses: () => readonly BrokerAddress[];
  /** In place of those of the address, for a broker that makes them up itself. */
  readonly credentials: { readonly username: string; readonly password: Buffer } | null;
  readonly user: ConnectionUser;
  readonly log: Logger;
}

const RECONNECT_BACKOFF_MS = { min: 250, max: 5000 };
const CONNECT_TIMEOUT_MS = 5000;
/** A broker that hangs is noticed after one and a half of these. */
const KEEPALIVE_S = 5;
/** The longest packet that a broker of MQTT 5 may send; what is for us is short. */
const MAX_INCOMING_BYTES = 256 * 1024;

export class BrokerConnection {
  readonly #options: ConnectionOptions;
  readonly #backoff = new Backoff(RECONNECT_BACKOFF_MS);
  readonly #counters = { connections: 0, failures: 0, published: 0, acknowledged: 0, dropped: 0 };
  #state: ConnectionState = "closed";
  /** Which of the addresses it is. */
  #at = 0;
  #session: BrokerSession | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isClosing = false;
  /** Before the next attempt, at least. */
  #pauseMs = 0;
  /** Said once, until a connection is made: the next attempts fail for the same reason, mostly. */
  #isLossTold = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Where it is connected, or tries to be. */
  get address(): BrokerAddress {
    const addresses = this.#options.addresses();
    return addresses[this.#at % addresses.length]!;
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  /** Whether `publish` may be called. */
  get hasRoom(): boolean {
    return this.#session?.hasRoom ?? false;
  }

  get counters(): ConnectionCounters {
    return { state: this.#state, ...this.#counters, inFlight: this.#session?.inFlight ?? 0 };
  }

  /** Connects, and stays connected until `close`; after that it may be opened anew. */
  open(): void {
    this.#isClosing = false;
    this.#warnOfReadablePasswords();
    this.#connect();
  }

  /**
   * To be called only when there is room.
   * @param settled called once with what became of the message; at QoS 0 within this call, unless the socket is full.
   */
  publish(message: Message, settled: (outcome: Outcome) => void = () => undefined): void {
    const session = this.#session;
    if (session === null || !session.hasRoom) throw new Error(`no room for a message to ${message.topic}`);
    this.#counters.published += 1;
    session.publish(message, (outcome) => {
      if (outcome !== "delivered") this.#counters.dropped += 1;
      else if (message.qos === 1) this.#counters.acknowledged += 1;
      settled(outcome);
    });
  }

  /** At QoS 1, for this connection; what the broker refuses is logged. */
  async subscribe(filter: string): Promise<void> {
    const session = this.#session;
    const reason = await session?.subscribe(filter);
    if (reason == null || session !== this.#session) return;
    this.#options.log.warn({ link: this.#options.name, topic: filter, reason }, "MQTT link: subscription failed");
  }

  /** Resolves when the broker has read all that was published before; false: the connection ended, and nobody knows. */
  async confirm(): Promise<boolean> {
    return (await this.#session?.confirm()) ?? false;
  }

  /**
   * Leaves the broker, as `close` does, for the next one, or to come back when it is the only one, after `pauseMs` at least.
   * What is published before `farewell` resolves is still sent.
   */
  moveOn(farewell: () => Promise<void>, pauseMs: number, timeoutMs: number): void {
    this.#pauseMs = pauseMs;
    this.#isLossTold = true; // it is none
    const session = this.#session;
    const timer = setTimeout(() => session?.cut("left"), timeoutMs);
    void session?.over.then(() => clearTimeout(timer));
    void farewell().then(() => session?.leave());
  }

  /**
   * Leaves for good: when `farewell` resolves, what is last having been published, DISCONNECT keeps the will from being published.
   * Without a connection there is no farewell. Within `timeoutMs`, whatever the broker does.
   */
  async close(farewell: () => Promise<void>, timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const session = this.#session;
    if (session !== null && this.isConnected) {
      let timer: NodeJS.Timeout | undefined;
      const timedOut = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      void farewell().then(() => session.leave());
      await Promise.race([session.over, timedOut]);
      clearTimeout(timer);
    }
    session?.cut("closed");
    this.#state = "closed";
  }

  #connect(): void {
    this.#state = "connecting";
    const { user } = this.#options;
    let options: IClientOptions;
    try {
      options = this.#clientOptions();
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#session = new BrokerSession(options, {
      connected: () => this.#connected(),
      received: (packet) => user.received(packet),
      hasRoom: () => user.hasRoom(),
      ended: (reason) => this.#lost(reason),
    });
  }

  /** @throws when a certificate or a secret cannot be read. */
  #clientOptions(): IClientOptions {
    const { clientId, user } = this.#options;
    const { host, port, version, tls } = this.address;
    const secrets = { ...(tls !== null && readClientTls(tls)), ...this.#login() };
    const { topic, payload, qos, retain } = user.will();
    return {
      ...secrets,
      protocol: tls === null ? "mqtt" : "mqtts",
      host,
      port,
      clientId,
      protocolVersion: version === "v5" ? 5 : 4,
      ...(version === "v5" && { properties: { maximumPacketSize: MAX_INCOMING_BYTES } }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      will: { topic, payload: Buffer.from(payload), qos, retain },
    };
  }

  #login(): { username?: string; password?: Buffer | string } {
    if (this.#options.credentials !== null) return this.#options.credentials;
    const { credentials } = this.address;
    if (credentials === null) return {};
    const { username, password } = credentials;
    return { username: readSecret(username), ...(password !== null && { password: readSecret(password) }) };
  }

  #warnOfReadablePasswords(): void {
    const { name, addresses, log } = this.#options;
    for (const { host, port, tls, credentials } of addresses()) {
      const isReadable = tls === null && credentials !== null && credentials.password !== null && !isLoopback(host);
      if (!isReadable) continue;
      log.warn(
        { link: name, host, port },
        "the broker's password travels unencrypted, for anybody to read; use mqtts://",
      );
    }
  }

  #connected(): void {
    const { name, user, log } = this.#options;
    const { host, port } = this.address;
    log.info({ link: name, host, port }, "MQTT link connected");
    this.#state = "connected";
    this.#counters.connections += 1;
    this.#isLossTold = false;
    this.#backoff.reset();
    user.connected();
  }

  /** The connection has ended, or was not made. */
  #lost(reason: string): void {
    const wasConnected = this.isConnected;
    this.#session = null;
    this.#state = "waiting";
    if (!wasConnected) this.#counters.failures += 1;
    if (!this.#isClosing) {
      if (!this.#isLossTold) this.#tell(reason);
      this.#at += 1;
      this.#retry = setTimeout(() => this.#connect(), Math.max(this.#pauseMs, this.#backoff.next()));
      this.#pauseMs = 0;
    }
    if (wasConnected) this.#options.user.disconnected();
  }

  #tell(reason: string): void {
    const { name, log } = this.#options;
    const { host, port } = this.address;
    log.warn({ link: name, host, port, reason }, "MQTT link not connected");
    this.#isLossTold = true;
  }
}
