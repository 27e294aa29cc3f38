/**
 * One client of the Modbus server: requests are answered in order, one at a time, a few per turn of the event loop so that a
 * client that pipelines thousands delays nobody; one that does not read its answers is not read from either. Answers leave at the
 * end of a turn, those to all clients one after the other: sent between reads, each would wake its client by itself, which costs more
 * than the answer. All to one client are one write, and the stream is left alone otherwise: corking it costs half as much as a request.
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
  #isPaused = false;
  /** The client has ended its side; ours ends when all is answered. */
  #hasAskedAll = false;
  #left: "requests" | "nothing" = "nothing";
  /** Of this turn. */
  #answers: Buffer[] = [];
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
    socket.allowHalfOpen = true;
    socket.on("end", () => {
      this.#hasAskedAll = true;
      if (!this.#isInTurn && !this.#isPaused) socket.end();
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
    if (this.#socket.destroyed) return;
    const isKeepingUp = this.#send();
    if (!isKeepingUp) {
      this.#frameBegunMs = null;
      this.#pause();
      this.#socket.once("drain", () => this.#serve());
    } else if (this.#left === "requests") {
      this.#serve();
    } else if (this.#hasAskedAll) {
      this.#socket.end();
    } else if (this.#isPaused) {
      this.#isPaused = false;
      this.#socket.resume();
    }
  }

  /** @returns false when the client is to read first. */
  #send(): boolean {
    const answers = this.#answers;
    if (answers.length === 0) return true;
    this.#answers = [];
    return this.#socket.write(answers.length === 1 ? answers[0]! : Buffer.concat(answers));
  }

  #pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** Answers what is complete. */
  #serve(): void {
    if (!this.#isInTurn) {
      this.#isInTurn = true;
      this.#owner.endTurnLater(this);
    }
    this.#left = this.#serveSome();
    if (this.#left === "requests") this.#pause();
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
      this.#answers.push(mbapFrame(framed.transaction, framed.unit, response));
    }
    return "requests";
  }
}
