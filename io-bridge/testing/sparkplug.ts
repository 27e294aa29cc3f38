/** For tests of Sparkplug: a broker that notes every packet that it gets, an edge node on a test module, and its payloads read. */
import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type Client, type ConnectPacket } from "aedes";
import { type BrokerAddress, hostClock, type SparkplugNode } from "../../runtime/index.ts";
import { type Bridge, startBridge } from "../bridge.ts";
import { encodePayload, type Metric } from "../sparkplug/payload.ts";
import { decodePayload, type ReceivedPayload } from "../sparkplug/received.ts";
import type { Cleanups } from "./mosquitto.ts";
import { eventually, logBook, type PointText, refOf, TestBoard, testSystem } from "./test-module.ts";

/** What a client did, in the order in which the broker saw it. */
export type Seen =
  | { readonly kind: "connect"; readonly packet: ConnectPacket; readonly session: number }
  | { readonly kind: "subscribe"; readonly topic: string; readonly qos: number; readonly session: number }
  | Published
  | { readonly kind: "disconnect"; readonly session: number };

export interface Published {
  readonly kind: "publish";
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly payload: ReceivedPayload;
  readonly session: number;
  readonly atMs: number;
}

export class NotingBroker {
  readonly port: number;
  readonly seen: Seen[] = [];
  readonly #server: Server;
  readonly #aedes: Aedes;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Map<Client, number>();
  #isAway = false;

  private constructor(aedes: Aedes, server: Server) {
    this.#aedes = aedes;
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    server.on("connection", (socket) => {
      if (this.#isAway) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      aedes.handle(socket);
    });
    aedes.preConnect = (client, packet, done) => {
      this.#connects(client, packet);
      done(null, true);
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const { topic, qos } = subscription;
      if (client !== null) this.#note(client, { kind: "subscribe", topic, qos });
      done(null, subscription);
    };
    aedes.authorizePublish = (client, { topic, qos, retain, payload: bytes }, done) => {
      const payload = topic.startsWith("spBv1.0/") ? decodePayload(Buffer.from(bytes)) : null;
      if (client !== null && payload !== null)
        this.#note(client, { kind: "publish", topic, qos, retain, payload, atMs: hostClock.nowMs() });
      done(null);
    };
    aedes.on("clientDisconnect", (client) => this.#note(client, { kind: "disconnect" }));
  }

  static async start(cleanups: Cleanups): Promise<NotingBroker> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const broker = new NotingBroker(await Aedes.createBroker(), server);
    cleanups.add(() => broker.#end());
    return broker;
  }

  get published(): readonly Published[] {
    return this.seen.filter((event): event is Published => event.kind === "publish");
  }

  #connects(client: Client, packet: ConnectPacket): void {
    this.#sessions.set(client, this.#sessions.size);
    this.#note(client, { kind: "connect", packet });
  }

  /** The messages of a type (`DDATA`) so far. */
  of(type: string): readonly Published[] {
    return this.published.filter(({ topic }) => topic.split("/")[2] === type);
  }

  /** As a host application does. */
  send(topic: string, payload: Buffer | string, more: { readonly retain?: boolean } = {}): Promise<void> {
    const { retain = false } = more;
    return new Promise((resolve, reject) => {
      const packet = { cmd: "publish", topic, payload, qos: 1, retain, dup: false } as const;
      this.#aedes.publish(packet, (error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
  }

  /** What the broker passes on, wills too. */
  listen(filter: string, heard: (topic: string) => void): Promise<void> {
    return new Promise((resolve) => {
      const take = ({ topic }: { readonly topic: string }, done: () => void): void => {
        heard(topic);
        done();
      };
      this.#aedes.subscribe(filter, take, () => resolve());
    });
  }

  command(topic: string, ...metrics: readonly Metric[]): Promise<void> {
    return this.send(topic, encodePayload({ timestamp: Math.round(hostClock.nowMs()), metrics }));
  }

  hostIs(online: boolean, timestamp: number): Promise<void> {
    return this.send("spBv1.0/STATE/scada", JSON.stringify({ online, timestamp }), { retain: true });
  }

  /** Cuts everyone off; nobody gets in until `comeBack`. */
  goAway(): void {
    this.#isAway = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  #note(client: Client, event: WithoutSession<Seen>): void {
    const session = this.#sessions.get(client);
    if (session !== undefined) this.seen.push({ ...event, session } as Seen);
  }

  async #end(): Promise<void> {
    this.goAway();
    this.#server.close();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
  }
}

type WithoutSession<Event> = Event extends unknown ? Omit<Event, "session"> : never;

const PLANT = {
  basin: ["in setpoint REAL", "in limit INT", "in label STRING", "out level REAL", "out steps DINT", "out total ULINT"],
  drive: ["out speed REAL", "out running BOOL", "in start BOOL"],
} as const satisfies Record<string, readonly PointText[]>;
const plain = testSystem(PLANT);
const everything = Object.entries(PLANT).flatMap(([partition, points]) =>
  points.map((text) => ({
    point: refOf(plain, `${partition}.${text.split(" ")[1]}`),
    ...{ deadband: 0, minReportMs: 0, maxReportMs: 0 },
  })),
);

const addressOf = (port: number): BrokerAddress => ({
  ...{ host: "127.0.0.1", port, version: "v3.1.1", tls: null, credentials: null },
});

/** Of all points of `PLANT`, at the brokers that listen on these ports. */
export const edgeNode = (ports: readonly number[], more: Partial<SparkplugNode> = {}): SparkplugNode => ({
  ...{ name: "hosts", servers: ports.map(addressOf), groupId: "Plant", edgeNodeId: "works", primaryHostId: null },
  ...{ useAliases: false, buffer: null, publications: everything },
  commands: ["basin.setpoint", "basin.limit", "basin.label", "drive.start"].map((name) => refOf(plain, name)),
  ...more,
});

export interface RunningNode {
  readonly board: TestBoard;
  readonly bridge: Bridge;
  readonly counters: () => ReturnType<Bridge["counters"]>["sparkplug"][string];
  readonly log: ReturnType<typeof logBook>["lines"];
  readonly stop: () => Promise<void>;
}

/** Runs a module with this edge node until the test ends. */
export const startNode = async (
  cleanups: Cleanups,
  config: SparkplugNode,
  { stopped = [] }: { readonly stopped?: readonly string[] } = {},
): Promise<RunningNode> => {
  const system = testSystem(PLANT, { sparkplug: [config] });
  const board = new TestBoard(system, hostClock);
  for (const partition of stopped) board.stopped.add(partition);
  board.slot();
  const { log, lines } = logBook();
  const bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log });
  const stop = async (): Promise<void> => {
    for (const { name } of system.partitions) board.stopped.add(name);
    board.slot();
    await bridge.stop();
    board.stop();
  };
  cleanups.add(stop);
  return { board, bridge, log: lines, stop, counters: () => bridge.counters().sparkplug[config.name]! };
};

/** A broker, and an edge node that has been born there with its devices. */
export const bornNode = async (cleanups: Cleanups, more: Partial<SparkplugNode> = {}) => {
  const broker = await NotingBroker.start(cleanups);
  const node = await startNode(cleanups, edgeNode([broker.port], more));
  await eventually("all births", () => broker.of("DBIRTH").length >= Object.keys(PLANT).length);
  return { broker, ...node };
};

/** The title of a test, with the specification's statements that it shows. */
export const shows = (title: string, ...statements: readonly `tck-id-${string}`[]): string =>
  `${title} (${statements.join(", ")})`;

/** By name; of a message with aliases by those of a birth. */
export const metricIn = ({ payload }: Published, name: string) =>
  payload.metrics.find((metric) => metric.name === name);
