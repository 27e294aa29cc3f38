/**
 * The trace: what a partition did, as a stream of binary events, little-endian. The same bytes are hashed, exported and
 * compared (design.md, "Hashes").
 *
 * | bytes | field |
 * |---|---|
 * | 0–7 | board cycle |
 * | 8–11 | major frame |
 * | 12–13 | slot, its index in the schedule |
 * | 14–15 | partition |
 * | 16–17 | kind |
 * | 18–19 | length of the payload |
 * | 20 … | payload |
 */
import type { Hasher, HashStream } from "./hashes.ts";

/** Numbers are part of every recording's hashes: add at the end, change none. Payloads in brackets. */
export const EVENT_KINDS = {
  /** The inputs that a LATCH copied [a cell each, as hypervisor/point-cells.ts has them, then a quality each]. */
  latch: 1,
  /** The outputs that a PUBLISH read [a cell each]. */
  publish: 2,
  /** [u32 port, u32 status, message] */
  send: 3,
  /** [u32 port, u32 status, message] */
  receive: 4,
  /** [the byte written] */
  uart: 5,
  /** An application error raised through the partita device [u32 code, u32 detail, text]. */
  error: 6,
  /** A trap that the guest could not take [u32 mcause, u32 pc, u32 mtval]. */
  fault: 7,
  /** [u32 from, u32 to] */
  mode: 8,
  /** The hart as a slot left it [registers, pc, counters]. */
  slotEnd: 9,
  /** [nothing] */
  suspended: 10,
  resumed: 11,
  /** A system partition asks for a schedule [u32 schedule, u32 status]. */
  scheduleRequest: 12,
  /** The module goes on in another schedule when this frame is over [u32 from, u32 to]. */
  scheduleSwitch: 13,
  /** The partition has another program [u64 XXH64 of its image]. */
  replaced: 20,
  /** It has the state of another partition [u32 which]. */
  cloned: 21,
  /** A message that is too long for an event [u32 port, u32 status, u32 length, u64 XXH64 of the message]. */
  sendLarge: 22,
  receiveLarge: 23,
  /** The outside upset the hart or its RAM [u32 address, or index of the hart's word; u32 bit, or what pc becomes]. */
  upset: 24,
  /** An error was judged [u32 error, u32 action]. */
  health: 14,
  /** A system partition asks something of another, or of the module, which is 0xffff_ffff [u32 partition, u32 command, u32 status]. */
  control: 15,
} as const;
export type EventKind = keyof typeof EVENT_KINDS;

export interface TraceEvent {
  readonly cycle: number;
  readonly frame: number;
  readonly slot: number;
  readonly partition: number;
  readonly kind: EventKind;
  readonly payload: Uint8Array;
}

/** Where events go besides the hash. */
export interface EventSink {
  /** Whole events of one partition, in order. The buffer is reused: copy what is to be kept. */
  events(partition: number, bytes: Uint8Array): void;
}

const HEADER_BYTES = 20;
const LARGEST_PAYLOAD = 0xffff;
/**
 * A log begins with room for a frame of few slots and grows as far as the longest one needs: what many partitions write, each in its
 * turn, is to stay in the host's caches.
 */
const FIRST_BUFFER_BYTES = 1024;
const LARGEST_BUFFER_BYTES = 2 * (HEADER_BYTES + LARGEST_PAYLOAD);

/** Longer payloads are copied as a whole; for shorter ones the call costs more than it saves. */
const LONG = 64;

const NOTHING = new Uint8Array(0);

/** The place of the next event: the log reads it when an event is written. */
export interface EventPlace {
  readonly cycle: number;
  readonly frame: number;
  readonly slot: number;
  readonly partition: number;
}

/** One partition's events of the current frame, written without allocation once the log has grown, and their hash. */
export class EventLog {
  readonly #hasher: Hasher;
  readonly #sink: EventSink | null;
  readonly #partition: number;
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #used = 0;
  /** Length and hash of a long message. */
  readonly #digest = new Uint8Array(12);
  readonly #digestView = new DataView(this.#digest.buffer);
  /** The buffer as far as the latest frame filled it: most frames are as long as the one before. */
  #frameBytes = NOTHING;
  /** Only in a frame whose events outgrow the buffer. */
  #stream: HashStream | null = null;

  constructor(partition: number, hasher: Hasher, sink: EventSink | null) {
    this.#partition = partition;
    this.#hasher = hasher;
    this.#sink = sink;
  }

  /** Adds one event; a payload beyond 65,535 bytes becomes several of the same kind. */
  write(at: EventPlace, kind: number, payload: Uint8Array, length: number = payload.length): void {
    let from = 0;
    do {
      const part = Math.min(length - from, LARGEST_PAYLOAD);
      this.#header(at, kind, part);
      this.#append(payload, from, part);
      from += part;
    } while (from < length);
  }

  /** Adds one event of two words, and the first `tailBytes` of `tail` behind them, cut off where an event is full. */
  writeWords(
    at: EventPlace,
    kind: number,
    first: number,
    second: number,
    tail: Uint8Array = NOTHING,
    tailBytes: number = tail.length,
  ): void {
    const length = Math.min(8 + tailBytes, LARGEST_PAYLOAD);
    this.#header(at, kind, length);
    this.#view.setUint32(this.#used, first, true);
    this.#view.setUint32(this.#used + 4, second, true);
    this.#used += 8;
    this.#append(tail, 0, length - 8);
  }

  /** Adds that the first `length` bytes of `message` were sent or received at a port: themselves, or their hash when they are many. */
  writeMessage(
    at: EventPlace,
    kind: "send" | "receive",
    port: number,
    status: number,
    message: Uint8Array,
    length: number,
  ): void {
    if (8 + length <= LARGEST_PAYLOAD) {
      this.writeWords(at, EVENT_KINDS[kind], port, status, message, length);
      return;
    }
    this.#digestView.setUint32(0, length, true);
    this.#digestView.setBigUint64(4, this.#hasher.hash(message.subarray(0, length)), true);
    this.writeWords(at, EVENT_KINDS[`${kind}Large`], port, status, this.#digest);
  }

  /** Ends the frame. @returns the XXH64 over its events. */
  endFrame(): bigint {
    if (this.#frameBytes.length !== this.#used) this.#frameBytes = this.#buffer.subarray(0, this.#used);
    const bytes = this.#frameBytes;
    const hash = this.#stream === null ? this.#hasher.hash(bytes) : this.#stream.add(bytes).digest();
    if (this.#used > 0) this.#sink?.events(this.#partition, bytes);
    this.#stream = null;
    this.#used = 0;
    return hash;
  }

  /** There is room: `#header` saw to it. */
  #append(bytes: Uint8Array, from: number, length: number): void {
    if (length > LONG)
      this.#buffer.set(length === bytes.length ? bytes : bytes.subarray(from, from + length), this.#used);
    else for (let i = 0; i < length; i++) this.#buffer[this.#used + i] = bytes[from + i]!;
    this.#used += length;
  }

  #header(at: EventPlace, kind: number, payloadBytes: number): void {
    const needed = this.#used + HEADER_BYTES + payloadBytes;
    if (needed > LARGEST_BUFFER_BYTES) this.#spill();
    else if (needed > this.#buffer.length) this.#grow(needed);
    const view = this.#view;
    const start = this.#used;
    view.setUint32(start, at.cycle, true); // modulo 2^32
    view.setUint32(start + 4, Math.floor(at.cycle / 2 ** 32), true);
    view.setUint32(start + 8, at.frame, true);
    view.setUint16(start + 12, at.slot, true);
    view.setUint16(start + 14, at.partition, true);
    view.setUint16(start + 16, kind, true);
    view.setUint16(start + 18, payloadBytes, true);
    this.#used = start + HEADER_BYTES;
  }

  #grow(needed: number): void {
    const before = this.#buffer;
    this.#buffer = new Uint8Array(Math.min(Math.max(needed, 2 * before.length), LARGEST_BUFFER_BYTES));
    this.#buffer.set(before);
    this.#view = new DataView(this.#buffer.buffer);
    this.#frameBytes = NOTHING;
  }

  /** The buffer is more than half full, and has room for any event then. */
  #spill(): void {
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#stream ??= this.#hasher.stream();
    this.#stream.add(bytes);
    this.#sink?.events(this.#partition, bytes);
    this.#used = 0;
  }
}

const KIND_NAMES = new Map<number, EventKind>(
  Object.entries(EVENT_KINDS).map(([name, number]) => [number, name as EventKind]),
);

/** The events in `bytes`, as a sink gets them; payloads are views of it. */
export function* decodeEvents(bytes: Uint8Array): Generator<TraceEvent> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint16(at + 18, true);
    yield {
      cycle: view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32,
      frame: view.getUint32(at + 8, true),
      slot: view.getUint16(at + 12, true),
      partition: view.getUint16(at + 14, true),
      kind: KIND_NAMES.get(view.getUint16(at + 16, true))!,
      payload: bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length),
    };
    at += HEADER_BYTES + length;
  }
}
