/**
 * One client of the Modbus server: requests are answered in order, one at a time, a few per turn of the event loop so that a
 * client that pipelines thousands delays nobody; one that does not read its answers is not read from either. Answers leave at the
 * end of a turn, those to all clients together: sent one by one between reads, each would wake its client by itself, which costs more
 * than the answer.
 */
import type { Socket } from "node:net";
import { MbapFramer, mbapFrame } from "../mbap-framer.ts";

const REQUESTS_PER_TURN = 32;
/** After this much silence TCP itself asks whether the client still exists. */
const KEEPALIVE_MS = 30_000;

export interface ConnectionOwner {
  /** @returns the response to a request's PDU. */
  answer(unit: number, pdu: Buffer): Buffer;
  monotonicMs(): number;
  readonly frameTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Is to call `endTurn` when this turn of the event loop has read from all clients that had something to say. */
  endTurnLater(connection: Connection): void;
  /** The client broke the protocol or went silent and is cut off; `reason` is for the log. */
  cutOff(connection: Connection, reason: string): void;
}

export class Connection {
  /** `10.1.2.3:40122`, for the log. */
  readonly remote: string;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #framer = new MbapFramer();
  #lastRequestMs: number;
  #isInTurn = false;
  #left: "requests" | "nothing" = "nothing";
  /** When the frame now incomplete was begun; null: between frames. */
  #frameBegunMs: number | null = null;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.remote = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#socket = socket;
    this.#owner = owner;
    this.#lastRequestMs = owner.monotonicMs();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
    socket.on("data", (chunk) => {
      this.#framer.push(chunk);
      this.#serve();
    });
  }

  /** Cuts the client off when it left a frame unfinished, or has had nothing answered, for too long. */
  checkTimes(nowMs: number): void {
    const { frameTimeoutMs, idleTimeoutMs } = this.#owner;
    if (this.#frameBegunMs !== null && nowMs - this.#frameBegunMs > frameTimeoutMs) {
      this.#owner.cutOff(this, `a frame not finished within ${frameTimeoutMs} ms`);
    } else if (nowMs - this.#lastRequestMs > idleTimeoutMs) {
      this.#owner.cutOff(this, `idle for ${idleTimeoutMs} ms`);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends what was answered in this turn. While requests or unread answers are left over, the client is not read from. */
  endTurn(): void {
    this.#isInTurn = false;
    this.#socket.uncork();
    if (this.#socket.destroyed) return;
    if (this.#socket.writableNeedDrain) {
      this.#frameBegunMs = null;
      this.#socket.pause().once("drain", () => this.#serve());
    } else if (this.#left === "requests") {
      this.#serve();
    } else {
      this.#socket.resume();
    }
  }

  /** Answers what is complete. */
  #serve(): void {
    if (!this.#isInTurn) {
      this.#isInTurn = true;
      this.#socket.cork();
      this.#owner.endTurnLater(this);
    }
    this.#left = this.#serveSome();
    if (this.#left === "requests") this.#socket.pause();
  }

  #serveSome(): "requests" | "nothing" {
    for (let served = 0; served < REQUESTS_PER_TURN; served += 1) {
      const framed = this.#framer.next();
      if (framed.kind === "violation") {
        this.#owner.cutOff(this, framed.reason);
        return "nothing";
      }
      if (framed.kind === "incomplete") {
        if (framed.bytes === 0) this.#frameBegunMs = null;
        else this.#frameBegunMs ??= this.#owner.monotonicMs();
        return "nothing";
      }
      this.#frameBegunMs = null;
      this.#lastRequestMs = this.#owner.monotonicMs();
      const response = this.#owner.answer(framed.unit, framed.pdu);
      this.#socket.write(mbapFrame(framed.transaction, framed.unit, response));
    }
    return "requests";
  }
}
