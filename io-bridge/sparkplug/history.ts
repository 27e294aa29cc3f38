/**
 * Store and forward of an edge node. Reports that cannot be sent wait on disk, and follow, in order, as historical values. Sparkplug
 * sends data at QoS 0, which tells nothing of what became of them: what was sent counts only when the broker has shown that it read
 * on, and is history, told again, when the connection ends before. A value that comes twice has the same timestamp both times.
 */
import type { Clock, DiskBuffer, Quality } from "../../runtime/index.ts";
import type { Logger } from "../logger.ts";
import { SegmentStore, type StoreCounters, type StoredRecord } from "../store/segment-store.ts";
import { DATA_TYPES, type ScalarType, type ScalarValue } from "./data-types.ts";
import type { Report } from "./device.ts";

interface DeviceReport {
  readonly device: string;
  readonly report: Report;
}

/** As it waits on disk. */
interface Waiting extends DeviceReport {
  readonly record: StoredRecord;
}

/** Reports of one device, in order. */
interface Batch {
  readonly reports: readonly Report[];
  readonly records: readonly StoredRecord[];
}

interface Sent {
  readonly live: DeviceReport[];
  readonly records: StoredRecord[];
}

const NOTHING: Sent = { live: [], records: [] };
/** How often the broker is asked how far it has read, at most. */
const CONFIRM_PERIOD_MS = 200;

export class History {
  readonly #store: SegmentStore;
  /** Looked at, and not taken. */
  #ahead: Waiting | null = null;
  /** Sent, and perhaps not read by the broker. */
  #sent: Sent = { live: [], records: [] };
  /** The same, while the broker is asked about it. */
  #asked: Sent | null = null;
  #askAtMs = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;

  /** @param name of the config entry, for the log. */
  constructor(buffer: DiskBuffer, name: string, clock: Clock, log: Logger) {
    this.#store = new SegmentStore({ ...buffer, name, clock, log });
    this.#clock = clock;
  }

  get counters(): StoreCounters {
    return this.#store.counters;
  }

  /** To be on disk with the next `flush`. */
  keep(device: string, report: Report): void {
    this.#store.append(encoded({ device, report }));
  }

  flush(): void {
    this.#store.flush();
  }

  /** Whose reports are the oldest that wait; null: none do. */
  nextDevice(): string | null {
    this.#ahead ??= this.#next();
    return this.#ahead?.device ?? null;
  }

  /** The oldest that wait: of one device, `most` at most. */
  take(most: number): Batch {
    const device = this.nextDevice();
    const taken: Waiting[] = [];
    while (taken.length < most && device !== null && this.nextDevice() === device) {
      taken.push(this.#ahead!);
      this.#ahead = null;
    }
    return { reports: taken.map(({ report }) => report), records: taken.map(({ record }) => record) };
  }

  /** The batch was sent. */
  sentBatch({ records }: Batch): void {
    this.#sent.records.push(...records);
  }

  sentLive(device: string, reports: readonly Report[]): void {
    this.#sent.live.push(...reports.map((report) => ({ device, report })));
  }

  /**
   * Has the broker asked, now and then, how far it has read; what it has read is told.
   * @param ask resolves to true when it has read all that was sent before.
   */
  confirm(ask: () => Promise<boolean>): void {
    const nowMs = this.#clock.monotonicMs();
    const { live, records } = this.#sent;
    if (this.#asked !== null || live.length + records.length === 0 || nowMs < this.#askAtMs) return;
    this.#askAtMs = nowMs + CONFIRM_PERIOD_MS;
    const asked = this.#sent;
    this.#asked = asked;
    this.#sent = { live: [], records: [] };
    void ask().then((isRead) => {
      if (!isRead || this.#asked !== asked) return;
      this.#asked = null;
      this.#told(asked);
    });
  }

  /** The broker has read everything. */
  allRead(): void {
    for (const sent of [this.#asked ?? NOTHING, this.#sent]) this.#told(sent);
    this.#asked = null;
    this.#sent = { live: [], records: [] };
  }

  /** The connection is gone: what the broker may not have read is told again. */
  disconnected(): void {
    for (const { device, report } of [...(this.#asked ?? NOTHING).live, ...this.#sent.live]) this.keep(device, report);
    this.#asked = null;
    this.#sent = { live: [], records: [] };
    this.#ahead = null;
    this.#store.rewind();
  }

  close(): void {
    this.#store.close();
  }

  #next(): Waiting | null {
    for (;;) {
      const record = this.#store.take();
      if (record === null) return null;
      const report = decoded(record.payload);
      if (report !== null) return { ...report, record };
      this.#store.delivered(record);
    }
  }

  #told({ records }: Sent): void {
    for (const record of records) this.#store.delivered(record);
  }
}

/** As JSON, with the value as text: 64 bits and NaN, too, come back as they were. */
const encoded = ({ device, report: { metric, type, value, quality, timestamp } }: DeviceReport): Buffer =>
  Buffer.from(JSON.stringify([device, metric, type, Object.is(value, -0) ? "-0" : String(value), quality, timestamp]));

/** @returns null: it is another's. */
const decoded = (record: Buffer): DeviceReport | null => {
  const fields: unknown = JSON.parse(record.toString());
  if (!Array.isArray(fields) || fields.length !== 6) return null;
  const [device, metric, type, text, quality, timestamp] = fields as [
    ...[device: string, metric: string, type: ScalarType, text: string, quality: Quality, timestamp: number],
  ];
  return { device, report: { metric, type, value: valueFrom(type, text), quality, timestamp } };
};

const valueFrom = (type: ScalarType, text: string): ScalarValue => {
  switch (DATA_TYPES[type].field) {
    case "booleanValue":
      return text === "true";
    case "stringValue":
      return text;
    case "longValue":
      return BigInt(text);
    default:
      return Number(text);
  }
};
