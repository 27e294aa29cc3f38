/**
 * Store and forward: reports that could not be published wait on disk, also while the module is down, and follow in order when
 * the broker is back, acknowledged one by one. One whose acknowledgement is lost is sent again: at least once, and its sequence
 * number tells a consumer which it knows already.
 */
import type { Clock, DiskBuffer } from "../../runtime/index.ts";
import type { Logger } from "../logger.ts";
import { nextRun } from "../store/run-number.ts";
import { SegmentStore, type StoreCounters } from "../store/segment-store.ts";
import type { BrokerConnection } from "./broker-connection.ts";
import type { Message } from "./broker-session.ts";

/** The sequence numbers of a run. */
const NUMBERS_A_RUN = 2 ** 32;

export class History {
  readonly #store: SegmentStore;
  readonly #folder: string;
  readonly #name: string;
  readonly #log: Logger;
  #sequence: number | null;

  /** @param name of the config entry, for the log. */
  constructor(buffer: DiskBuffer, name: string, clock: Clock, log: Logger) {
    this.#store = new SegmentStore({ ...buffer, name, clock, log });
    this.#folder = buffer.folder;
    this.#name = name;
    this.#log = log;
    this.#sequence = this.#firstOfRun();
  }

  get counters(): StoreCounters {
    return this.#store.counters;
  }

  /** Greater than any before, those of earlier runs included; null when the disk does not tell of those. */
  nextSequence(): number | null {
    if (this.#sequence === null) return null;
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % NUMBERS_A_RUN === 0 ? this.#firstOfRun() : sequence + 1;
    return sequence;
  }

  /** To be on disk with the next `flush`. */
  keep({ topic, payload }: Pick<Message, "topic" | "payload">): void {
    this.#store.append(Buffer.from(JSON.stringify([topic, String(payload)])));
  }

  flush(): void {
    this.#store.flush();
  }

  /** Publishes what waits, the oldest first, as far as the connection has room. */
  forward(connection: BrokerConnection, properties: Message["properties"]): void {
    while (connection.hasRoom) {
      const record = this.#store.take();
      if (record === null) return;
      const [topic, payload]: [string, string] = JSON.parse(record.payload.toString());
      connection.publish({ topic, payload, qos: 1, retain: false, ...(properties && { properties }) }, (outcome) => {
        // What the broker refuses it would refuse again.
        if (outcome !== "lost") this.#store.delivered(record);
      });
    }
  }

  /** What was in flight is sent again on the next connection. */
  disconnected(): void {
    this.#store.rewind();
  }

  close(): void {
    this.#store.close();
  }

  #firstOfRun(): number | null {
    try {
      return nextRun(this.#folder) * NUMBERS_A_RUN;
    } catch (error) {
      const fields = { link: this.#name, folder: this.#folder, reason: error instanceof Error ? error.message : error };
      this.#log.warn(fields, "buffer: unusable, reports have no sequence numbers");
      return null;
    }
  }
}
