/**
 * Requests to a running board, through a ring in shared memory: its thread takes them at the starts of frames, waits for none, and
 * answers each with a message. In the ring a request is a u32 length of what follows, a u32 id, a u8 kind, and its content.
 */
import { type Command, decodeCommand, encodeCommand } from "../hypervisor/index.ts";
import { type BoardLook, type LookPart, type LookWish, wholeLook } from "./board-look.ts";
import { ByteRing } from "./byte-ring.ts";
import { type Snapshot, wholeSnapshot } from "./snapshot.ts";

const RING_BYTES = 1 << 16;
const LENGTH_BYTES = 4;
const HEADER_BYTES = 9;
const KINDS = { command: 1, look: 2, snapshot: 3 } as const;
/** So often what did not fit into the ring is tried again. */
const RETRY_MS = 5;

/** What the board says to a request. */
export interface BoardAnswer {
  readonly id: number;
  /** Before whose first boundary the request was taken: a command takes effect in it. */
  readonly frame: number;
  /** Of a look: what the thread that answers sees. */
  readonly look: LookPart | null;
  /** Of a snapshot: what the thread that answers holds. */
  readonly snapshot: Snapshot | null;
}

export type Request =
  | { readonly id: number; readonly kind: "command"; readonly command: Command }
  | { readonly id: number; readonly kind: "look"; readonly wish: LookWish }
  /** null: the whole module. */
  | { readonly id: number; readonly kind: "snapshot"; readonly partitions: readonly number[] | null };

/** The run ended before the board came to the request. */
export class BoardHasEnded extends Error {
  override readonly name = "BoardHasEnded";

  constructor() {
    super("the module has stopped");
  }
}

interface WholeAnswer extends Omit<BoardAnswer, "id" | "look"> {
  readonly look: BoardLook | null;
}

interface Waiting {
  /** Of some of the board's threads so far. */
  readonly looks: LookPart[];
  readonly snapshots: Snapshot[];
  readonly resolve: (answer: WholeAnswer) => void;
  readonly reject: (reason: BoardHasEnded) => void;
}

/** The main thread's end. */
export class BoardRequests {
  readonly #ring = new ByteRing(RING_BYTES);
  readonly #waiting = new Map<number, Waiting>();
  readonly #threads: number;
  #lastId = 0;
  /** What did not fit into the ring yet, in order. */
  #backlog: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** @param threads of the board. */
  constructor(threads = 1) {
    this.#threads = threads;
  }

  get shared(): SharedArrayBuffer {
    return this.#ring.shared;
  }

  /** @returns the frame in which the command takes effect. @throws BoardHasEnded */
  async order(command: Command): Promise<number> {
    return (await this.#ask(KINDS.command, encodeCommand(command))).frame;
  }

  /** What is at the places between two frames. @throws BoardHasEnded */
  async look({ places = [], health = false }: Partial<LookWish> = {}): Promise<BoardLook> {
    const { look } = await this.#ask(KINDS.look, new TextEncoder().encode(JSON.stringify({ places, health })));
    if (look === null) throw new Error("the board took a look for a command");
    return look;
  }

  /**
   * The state between two frames of the module, or of these partitions. The board only copies it.
   * @throws BoardHasEnded
   */
  async snapshot(partitions: readonly number[] | null): Promise<Snapshot> {
    const { snapshot } = await this.#ask(KINDS.snapshot, new TextEncoder().encode(JSON.stringify(partitions)));
    if (snapshot === null) throw new Error("the board took a snapshot for something else");
    return snapshot;
  }

  /** A command is answered by one of the board's threads, all else by each. */
  answered({ id, frame, look, snapshot }: BoardAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const { looks, snapshots } = waiting;
    if (look !== null && looks.push(look) < this.#threads) return;
    if (snapshot !== null && snapshots.push(snapshot) < this.#threads) return;
    this.#waiting.delete(id);
    waiting.resolve({
      frame,
      look: look === null ? null : wholeLook(looks),
      snapshot: snapshot === null ? null : wholeSnapshot(snapshots),
    });
  }

  /** No answer comes any more. */
  ended(): void {
    this.#hasEnded = true;
    clearInterval(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(new BoardHasEnded());
    this.#waiting.clear();
  }

  #ask(kind: number, content: Uint8Array): Promise<WholeAnswer> {
    if (this.#hasEnded) return Promise.reject(new BoardHasEnded());
    const id = ++this.#lastId;
    const request = new Uint8Array(HEADER_BYTES + content.length);
    const view = new DataView(request.buffer);
    view.setUint32(0, HEADER_BYTES - LENGTH_BYTES + content.length, true);
    view.setUint32(LENGTH_BYTES, id, true);
    view.setUint8(8, kind);
    request.set(content, HEADER_BYTES);
    this.#backlog.push(request);
    this.#pass();
    return new Promise((resolve, reject) => this.#waiting.set(id, { looks: [], snapshots: [], resolve, reject }));
  }

  #pass(): void {
    for (let [first] = this.#backlog; first !== undefined; [first] = this.#backlog) {
      const passed = this.#ring.offer(first);
      if (passed < first.length) this.#backlog[0] = first.subarray(passed);
      else this.#backlog.shift();
      if (passed < first.length) break;
    }
    clearInterval(this.#timer);
    this.#timer = this.#backlog.length === 0 ? undefined : setInterval(() => this.#pass(), RETRY_MS);
  }
}

const NOTHING: readonly Request[] = [];

/** The board's end. */
export class RequestReader {
  readonly #ring: ByteRing;
  readonly #length = new Uint8Array(LENGTH_BYTES);
  /** The request that is coming, without its length; null: not even its length is all there. */
  #request: Uint8Array | null = null;
  /** Bytes of it, or of its length, that are there. */
  #filled = 0;

  constructor(shared: SharedArrayBuffer) {
    this.#ring = new ByteRing(shared);
  }

  /** The requests that are there, in order of arrival. */
  take(): readonly Request[] {
    if (!this.#ring.hasBytes) return NOTHING;
    const requests: Request[] = [];
    for (let rest = this.#ring.read(); rest.length > 0; ) {
      const into = this.#request ?? this.#length;
      const part = rest.subarray(0, into.length - this.#filled);
      into.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled < into.length) break;
      if (this.#request !== null) requests.push(requestOf(this.#request));
      this.#request = this.#request === null ? new Uint8Array(new DataView(into.buffer).getUint32(0, true)) : null;
      this.#filled = 0;
    }
    return requests;
  }
}

/** @param request as in the ring, behind its length. */
const requestOf = (request: Uint8Array): Request => {
  const view = new DataView(request.buffer);
  const id = view.getUint32(0, true);
  const content = request.subarray(HEADER_BYTES - LENGTH_BYTES);
  const kind = view.getUint8(4);
  if (kind === KINDS.command) return { id, kind: "command", command: decodeCommand(content) };
  const asked = JSON.parse(new TextDecoder().decode(content));
  return kind === KINDS.look ? { id, kind: "look", wish: asked } : { id, kind: "snapshot", partitions: asked };
};
