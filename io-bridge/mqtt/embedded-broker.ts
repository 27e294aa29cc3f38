/**
 * A broker of our own (aedes, MQTT 3.1.1) for modules that are given none.
 *
 * Below the module's topic only the module itself publishes, and others only commands (…/set): nobody can forge a value or a
 * status. A publish that is refused, also a last will, is acknowledged and dropped, and its client stays connected, as with other
 * brokers: MQTT 3.1.1 §3.3.5 leaves only that or closing, which would cost a dashboard its subscriptions. The log says so once a
 * client. What lies outside the module's topic is everyone's, as far as memory allows: nothing is kept for a client that is away,
 * and there is a limit on everything that one can make the broker keep.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes, type Client, type PublishPacket } from "aedes";
import type { BrokerAddress, BrokerListener, Clock, MqttLink } from "../../runtime/index.ts";
import { AllowList, readAllowList } from "../allow-list.ts";
import { CannotListen, listen } from "../listen.ts";
import type { Logger } from "../logger.ts";
import type { Access } from "../modbus/server/rights.ts";
import { Repetition } from "../repetition.ts";
import { WatchedFiles } from "../watched-files.ts";
import { GatedConnection } from "./packet-gate.ts";
import * as topics from "./topics.ts";

const CONNECT_TIMEOUT_MS = 5000;
/**
 * aedes notes by the wall clock which brokers of a cluster still beat, and publishes the wills of the clients of those that do not: a
 * clock put forward would have it count itself among the dead. There is no cluster: the longest that four beats may take is a timer's.
 */
const HEARTBEAT_INTERVAL_MS = 2 ** 29 - 1;
const MAX_CONNECTIONS = 100;
/** What one client may keep in the broker's memory by one retained message. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
const LIMITS = {
  /** With the longest topic, and what is around the two. */
  packetBytes: MAX_PAYLOAD_BYTES + 64 * 1024 + 16,
  waitingBytes: 1024 * 1024,
};
/** Topics outside the module's with a retained message. */
const MAX_RETAINED = 1000;
const MAX_SUBSCRIPTIONS = 1000;
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

/** What the library's types leave out. */
type Subscriber = Client & { readonly subscriptions: object };

/**
 * aedes forgets a subscription some time after UNSUBSCRIBE was looked at, and with it a new one that came to the same filter
 * meanwhile: that would go on for ever, also when its client has left. Ended at once, it is gone before the next packet.
 */
const forgetAtOnce = (aedes: Aedes): void => {
  const unsubscribe = aedes.unsubscribe.bind(aedes);
  aedes.unsubscribe = (filter, deliver, done) => {
    unsubscribe(filter, deliver, () => undefined);
    done?.();
  };
};

const isOfThisMachine = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

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
  readonly #listener: BrokerListener;
  readonly #sparingly: Repetition;
  readonly #connections = new Set<GatedConnection>();
  /** What a connection's client may do; null: only the module itself may come from there. */
  readonly #access = new WeakMap<Duplex, Access | null>();
  /** Outside the module's topic. */
  readonly #retained = new Set<string>();
  readonly #server: Server;
  #allowed = new AllowList([]);
  #watched: WatchedFiles | null = null;
  #aedes: Aedes | null = null;
  #port = 0;

  constructor({ name, host, port, listener, topicPrefix }: MqttLink, moduleName: string, clock: Clock, log: Logger) {
    this.#ownClient = topics.clientId(moduleName, name);
    this.credentials = { username: this.#ownClient, password: randomBytes(32) };
    this.#module = topics.moduleTopic(topicPrefix, moduleName);
    this.#name = name;
    this.#host = host;
    this.#wantedPort = port;
    this.#listener = listener ?? { allowFrom: null, allowFile: null, isExposed: false };
    this.#sparingly = new Repetition(clock);
    this.#log = log;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("drop", (from) => this.#refuse("too many clients", from?.remoteAddress));
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#host, port: this.#port };
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  /** How the module's own client reaches it. */
  get clientAddress(): BrokerAddress {
    const listensEverywhere = this.#host === "0.0.0.0" || this.#host === "::";
    const host = listensEverywhere ? "127.0.0.1" : this.#host;
    return { host, port: this.#port, version: "v3.1.1", tls: null, credentials: null };
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    const entry = `io.mqtt "${this.#name}"`;
    const { allowFrom, allowFile, isExposed } = this.#listener;
    this.#allowed = await readAllowList(allowFrom, allowFile).catch((error: Error) => {
      throw new CannotListen(entry, `${this.#host}:${this.#wantedPort}`, error.message, "mend the file, or its path");
    });
    this.#aedes = await this.#createBroker();
    this.#port = await listen(this.#server, entry, this.#host, this.#wantedPort);
    this.#server.on("error", (error) => this.#failed(error));
    if (allowFile !== null) this.#watched = new WatchedFiles([allowFile], () => void this.reload());
    const fields = { link: this.#name, host: this.#host, port: this.#port };
    this.#log.info(fields, "MQTT broker listening");
    if (isExposed) this.#log.warn(fields, "insecure: anybody who reaches this MQTT broker may read and command");
  }

  /** Ends when the subscribers have what was published before, or do not take it. */
  async stop(): Promise<void> {
    this.#watched?.stop();
    // aedes acknowledges a message before it passes it on, over several turns of the event loop.
    for (let turn = 0; turn < TURNS_TO_DELIVER; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const closed = [...this.#connections].map(
      (connection) => new Promise<void>((resolve) => connection.once("close", () => resolve())),
    );
    for (const connection of this.#connections) connection.end();
    await Promise.race([Promise.all(closed), new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref())]);
    const aedes = this.#aedes;
    if (aedes !== null) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Reads the list again: what changed holds from the next connection on; a file that cannot be used leaves everything as it was. */
  async reload(): Promise<void> {
    const { allowFrom, allowFile } = this.#listener;
    if (allowFile === null) return;
    try {
      this.#allowed = await readAllowList(allowFrom, allowFile);
      this.#log.info({ link: this.#name }, "MQTT broker: changed allow-list read");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error({ link: this.#name, reason }, "MQTT broker: the allow-list that changed cannot be used");
    }
  }

  async #createBroker(): Promise<Aedes> {
    const aedes = await Aedes.createBroker({
      connectTimeout: CONNECT_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      preConnect: (_client, packet, done) => {
        packet.clean = true;
        done(null, true);
      },
      authenticate: (client, _username, password, done) => done(null, this.#mayConnect(client, password)),
      authorizePublish: (client, packet, done) => {
        if (packet.payload.length > MAX_PAYLOAD_BYTES) return done(new Error("payload too long"));
        if (!this.#mayPublish(client, packet.topic)) this.#drop(client, packet);
        else if (packet.retain) this.#retain(packet);
        done(null);
      },
      authorizeSubscribe: (client, subscription, done) => {
        const isTooMany = Object.keys((client as Subscriber).subscriptions).length >= MAX_SUBSCRIPTIONS;
        done(null, isTooMany ? null : subscription);
      },
    });
    forgetAtOnce(aedes);
    aedes.addListener("error", (error: Error) => this.#failed(error)); // not in the library's own list of events
    aedes.on("clientError", (client, error) => this.#cutOff(client.id, error));
    aedes.on("connectionError", (client, error) => this.#cutOff(client.id, error));
    return aedes;
  }

  #failed(error: Error): void {
    this.#log.error({ link: this.#name, reason: error.message }, "MQTT broker failed");
  }

  #accept(socket: Socket): void {
    const from = socket.remoteAddress ?? "";
    const access = this.#allowed.accessOf(from);
    if (access === null && !isOfThisMachine(from)) {
      socket.destroy();
      this.#refuse("not on the allow-list", from);
      return;
    }
    const connection = new GatedConnection(socket, LIMITS);
    this.#access.set(connection, access);
    this.#connections.add(connection);
    connection.on("close", () => this.#connections.delete(connection));
    this.#aedes?.handle(connection);
  }

  #refuse(reason: string, from: string | undefined): void {
    this.#sparingly.sparingly(reason, (leftOut) => {
      const fields = { link: this.#name, from, reason, ...(leftOut > 0 && { leftOut }) };
      this.#log.warn(fields, "MQTT broker: connection refused");
    });
  }

  /** Another client of the module's own name would also take its place (MQTT-3.1.4-2). */
  #mayConnect(client: Client, password: Buffer | undefined): boolean {
    if (client.id === this.#ownClient) return password?.equals(this.credentials.password) === true;
    return this.#accessOf(client) !== null;
  }

  #accessOf(client: Client): Access | null {
    return this.#access.get(client.conn) ?? null;
  }

  #mayPublish(client: Client | null, topic: string): boolean {
    if (topic.startsWith(BROKER_TOPICS)) return false;
    if (client?.id === this.#ownClient) return true;
    if (client !== null && this.#accessOf(client) !== "write") return false;
    const isOfModule = topic === this.#module || topic.startsWith(`${this.#module}/`);
    return !isOfModule || topics.isCommand(this.#module, topic);
  }

  /** Without a place for it the message goes on, but is not kept. */
  #retain(packet: PublishPacket): void {
    const { topic, payload } = packet;
    if (topic.startsWith(`${this.#module}/`)) return;
    if (payload.length === 0) this.#retained.delete(topic);
    else if (this.#retained.size < MAX_RETAINED) this.#retained.add(topic);
    else if (!this.#retained.has(topic)) packet.retain = false;
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
