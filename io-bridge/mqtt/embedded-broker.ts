/**
 * A broker of our own (aedes, MQTT 3.1.1) for modules that are given none.
 *
 * Below the module's topic only the module itself publishes, and others only commands (…/set): nobody can forge a value or a
 * status. A publish that is refused, also a last will, is acknowledged and dropped, and its client stays connected, as with other
 * brokers: MQTT 3.1.1 §3.3.5 leaves only that or closing, which would cost a dashboard its subscriptions. The log says so once a
 * client. What lies outside the module's topic is everyone's.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type Client, type PublishPacket } from "aedes";
import type { BrokerAddress, MqttLink } from "../../runtime/index.ts";
import { listen } from "../listen.ts";
import type { Logger } from "../logger.ts";
import * as topics from "./topics.ts";

/** A subscriber that does not read is cut off after this; until then it holds up the others. */
const DRAIN_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 5000;
const MAX_CONNECTIONS = 100;
/** What one client may keep in the broker's memory by one retained message. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Turns of the event loop after which every acknowledged message has been written to its subscribers' sockets. */
const TURNS_TO_DELIVER = 50;
/** How long clients may take to close their side. */
const GOODBYE_MS = 200;
/** The broker's own topics: some of them make it close clients. */
const BROKER_TOPICS = "$SYS/";
/** Where what is refused goes, emptied; nothing listens there. */
const NOWHERE = `${BROKER_TOPICS}refused`;
/** Clients remembered as told; beyond that many they are forgotten, and told again. */
const MOST_TOLD = 256;
/** What is logged of a topic or name that a client chose. */
const MOST_SHOWN = 100;

export class EmbeddedBroker {
  /** How the module's own client shows that it is it. */
  readonly credentials: { readonly username: string; readonly password: Buffer };
  readonly #ownClient: string;
  readonly #module: string;
  /** Clients whose refused publishes were logged. */
  readonly #told = new Set<string>();
  readonly #name: string;
  readonly #host: string;
  readonly #wantedPort: number;
  readonly #log: Logger;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #aedes: Aedes | null = null;
  #port = 0;

  constructor({ name, host, port, topicPrefix }: MqttLink, moduleName: string, log: Logger) {
    this.#ownClient = topics.clientId(moduleName, name);
    this.credentials = { username: this.#ownClient, password: randomBytes(32) };
    this.#module = topics.moduleTopic(topicPrefix, moduleName);
    this.#name = name;
    this.#host = host;
    this.#wantedPort = port;
    this.#log = log;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#host, port: this.#port };
  }

  /** How the module's own client reaches it. */
  get clientAddress(): BrokerAddress {
    const listensEverywhere = this.#host === "0.0.0.0" || this.#host === "::";
    const host = listensEverywhere ? "127.0.0.1" : this.#host;
    return { host, port: this.#port, version: "v3.1.1", tls: null, credentials: null };
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    const aedes = await Aedes.createBroker({
      drainTimeout: DRAIN_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Another client of that name would also take the module's place (MQTT-3.1.4-2).
      authenticate: (client, _username, password, done) =>
        done(null, client.id !== this.#ownClient || password?.equals(this.credentials.password) === true),
      authorizePublish: (client, packet, done) => {
        if (packet.payload.length > MAX_PAYLOAD_BYTES) return done(new Error("payload too long"));
        if (!this.#mayPublish(client, packet.topic)) this.#drop(client, packet);
        done(null);
      },
    });
    const failed = (error: Error): void =>
      this.#log.error({ link: this.#name, reason: error.message }, "MQTT broker failed");
    aedes.addListener("error", failed); // not in the library's own list of events
    aedes.on("clientError", (client, error) => this.#cutOff(client.id, error));
    aedes.on("connectionError", (client, error) => this.#cutOff(client.id, error));
    this.#aedes = aedes;
    this.#port = await listen(this.#server, `io.mqtt "${this.#name}"`, this.#host, this.#wantedPort);
    this.#server.on("error", failed);
    this.#log.info({ link: this.#name, host: this.#host, port: this.#port }, "MQTT broker listening");
  }

  /** Ends when the subscribers have what was published before, or do not take it. */
  async stop(): Promise<void> {
    // aedes acknowledges a message before it passes it on, over several turns of the event loop.
    for (let turn = 0; turn < TURNS_TO_DELIVER; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const socket of this.#sockets) socket.end();
    await Promise.race([Promise.all(closed), new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref())]);
    const aedes = this.#aedes;
    if (aedes !== null) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    this.#aedes?.handle(socket);
  }

  #mayPublish(client: Client | null, topic: string): boolean {
    if (topic.startsWith(BROKER_TOPICS)) return false;
    if (client?.id === this.#ownClient) return true;
    const isOfModule = topic === this.#module || topic.startsWith(`${this.#module}/`);
    return !isOfModule || topics.isCommand(this.#module, topic);
  }

  /** The packet goes on, empty and to where nobody listens: an error would make aedes close the client. */
  #drop(client: Client | null, packet: PublishPacket): void {
    const { topic } = packet;
    Object.assign(packet, { topic: NOWHERE, payload: Buffer.alloc(0), retain: false });
    const id = client?.id ?? "";
    if (this.#told.has(id)) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(id);
    this.#log.warn(
      { link: this.#name, topic: topic.slice(0, MOST_SHOWN), client: id.slice(0, MOST_SHOWN) },
      "MQTT broker: publish refused, only commands (…/set) are taken there; not said again of this client",
    );
  }

  #cutOff(client: string, error: Error): void {
    this.#log.debug({ link: this.#name, client, reason: error.message }, "MQTT broker: client cut off");
  }
}
