/**
 * One connection to an MQTT broker from its CONNECT to its end (MQTT 3.1.1 and 5.0): mqtt.js without its queue and its store.
 *
 * Nothing is queued here: a message is taken when there is room for it in flight, and its sender hears what became of it, once.
 */
import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from "mqtt";

export interface Message {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Of MQTT 5; left out towards a broker of 3.1.1. */
  readonly properties?: {
    readonly contentType?: string;
    /** true: the payload is UTF-8. */
    readonly payloadFormatIndicator?: boolean;
  };
}

/**
 * "delivered": acknowledged by the broker; at QoS 0 written to the socket, which proves nothing. "refused": the broker does not
 * want it, now or ever (MQTT 5.0 §3.4.2.1). "lost": the connection ended before; nobody knows whether it arrived.
 */
export type Outcome = "delivered" | "refused" | "lost";

interface SessionEvents {
  connected(): void;
  received(packet: IPublishPacket): void;
  /** Messages in flight have had their outcome: there is room for others. */
  hasRoom(): void;
  /** Called once, and nothing after it: the connection is gone, and all its messages have had their outcome. */
  ended(reason: string): void;
}

/**
 * mqtt.js does not heed the limit of a broker of MQTT 5 (Receive Maximum, §3.2.2.3.3), so this class does. A broker of 3.1.1 cannot
 * tell one; those that have one take 100 or more.
 */
const MAX_IN_FLIGHT = 64;

/** Node leaves the message empty when it tried several addresses. */
const wordsOf = (error: Error): string =>
  error.message === "" && "code" in error ? String(error.code) : error.message;

/** The library reports an acknowledgement's reason code as a number, and the end of the connection without one. */
const outcomeOf = (error: Error | null | undefined): Outcome => {
  if (error == null) return "delivered";
  return "code" in error && typeof error.code === "number" ? "refused" : "lost";
};

export class BrokerSession {
  /** Resolves when the session has ended. */
  readonly over: Promise<void>;
  readonly #client: MqttClient;
  readonly #isVersion5: boolean;
  readonly #events: SessionEvents;
  /** In the order of publishing. */
  readonly #inFlight = new Set<(outcome: Outcome) => void>();
  #room = MAX_IN_FLIGHT;
  #pingsSent = 0;
  #pingsAnswered = 0;
  /** Each is answered with the PINGRESP to its ping. */
  readonly #confirmations: { readonly ping: number; readonly resolve: (isRead: boolean) => void }[] = [];
  #willHaveRoom = false;
  #isConnected = false;
  #hasEnded = false;
  #reason = "connection closed";
  #resolveOver: () => void = () => undefined;

  constructor(options: IClientOptions, events: SessionEvents) {
    this.#isVersion5 = options.protocolVersion === 5;
    this.#events = events;
    this.over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
    this.#client = mqtt.connect({
      ...options,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      // The library would write each packet, CONNECT with its password too, to the debug log of a process that asks for one.
      log: () => undefined,
    });
    this.#client.on("connect", (packet) => this.#connected(packet));
    this.#client.on("message", (_topic, _payload, packet) => {
      if (!this.#hasEnded) events.received(packet);
    });
    this.#client.on("packetsend", ({ cmd }) => {
      if (cmd === "pingreq") this.#pingsSent += 1;
    });
    this.#client.on("packetreceive", ({ cmd }) => {
      if (cmd === "pingresp") this.#answered();
    });
    this.#client.on("disconnect", ({ reasonCode }) => {
      this.#reason = `disconnected by the broker, reason code ${reasonCode ?? 0}`;
    });
    this.#client.on("error", (error) => this.#end(wordsOf(error)));
    this.#client.on("close", () => this.#end(this.#reason));
  }

  get hasRoom(): boolean {
    return this.#isConnected && this.#inFlight.size < this.#room;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * To be called only when there is room.
   * @param settled called once; at QoS 0 within this call, unless the socket is full.
   */
  publish({ topic, payload, qos, retain, properties }: Message, settled: (outcome: Outcome) => void): void {
    this.#inFlight.add(settled);
    let isWithin = true;
    const more = this.#isVersion5 && properties !== undefined ? { properties } : {};
    this.#client.publish(topic, payload, { qos, retain, ...more }, (error) => {
      if (!this.#inFlight.delete(settled)) return; // lost with the connection
      settled(outcomeOf(error));
      if (!isWithin) this.#hasRoomLater();
    });
    isWithin = false;
  }

  /** Once for all acknowledgements that came together: what follows them then leaves together, which costs the broker less as well. */
  #hasRoomLater(): void {
    if (this.#willHaveRoom) return;
    this.#willHaveRoom = true;
    setImmediate(() => {
      this.#willHaveRoom = false;
      if (!this.#hasEnded) this.#events.hasRoom();
    });
  }

  /** At QoS 1. @returns null, or why the broker will not send what fits the filter. */
  subscribe(filter: string): Promise<string | null> {
    return new Promise((resolve) => {
      this.#client.subscribe(filter, { qos: 1 }, (error) => resolve(error == null ? null : wordsOf(error)));
    });
  }

  /**
   * By a PINGREQ, which a broker answers after all that came before it.
   * @returns false: the connection ended before.
   */
  confirm(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#hasEnded) return resolve(false);
      this.#confirmations.push({ ping: this.#pingsSent + 1, resolve });
      this.#client.sendPing();
    });
  }

  /** Sends DISCONNECT: the broker drops the will. */
  leave(): void {
    if (!this.#hasEnded) this.#client.end();
  }

  /** Ends the connection at once; a broker that notices publishes the will. */
  cut(reason: string): void {
    this.#end(reason);
  }

  #connected({ properties }: IConnackPacket): void {
    if (this.#hasEnded) return;
    this.#room = Math.min(MAX_IN_FLIGHT, properties?.receiveMaximum ?? MAX_IN_FLIGHT);
    this.#isConnected = true;
    this.#events.connected();
  }

  #answered(): void {
    this.#pingsAnswered += 1;
    while (this.#confirmations[0] !== undefined && this.#confirmations[0].ping <= this.#pingsAnswered)
      this.#confirmations.shift()!.resolve(true);
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isConnected = false;
    const lost = [...this.#inFlight];
    this.#inFlight.clear();
    for (const settled of lost) settled("lost");
    for (const { resolve } of this.#confirmations.splice(0)) resolve(false);
    this.#client.end(true);
    this.#events.ended(reason);
    this.#resolveOver();
  }
}
