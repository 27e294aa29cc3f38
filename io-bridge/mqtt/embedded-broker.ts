/** A broker of our own (aedes, MQTT 3.1.1) for modules that are given none. */
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { listen } from "../listen.ts";
import type { Logger } from "../logger.ts";

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

export class EmbeddedBroker {
  readonly #name: string;
  readonly #host: string;
  readonly #wantedPort: number;
  readonly #log: Logger;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #aedes: Aedes | null = null;
  #port = 0;

  constructor({ name, host, port }: { name: string; host: string; port: number }, log: Logger) {
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

  /** @throws CannotListen */
  async start(): Promise<void> {
    const aedes = await Aedes.createBroker({
      drainTimeout: DRAIN_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      authorizePublish: (_client, packet, done) =>
        done(packet.payload.length > MAX_PAYLOAD_BYTES ? new Error("payload too long") : null),
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

  #cutOff(client: string, error: Error): void {
    this.#log.debug({ link: this.#name, client, reason: error.message }, "MQTT broker: client cut off");
  }
}
