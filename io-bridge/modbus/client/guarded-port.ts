/**
 * The port that modbus-serial talks through. The library codes requests and decodes replies; all between it and the wire is
 * ours, because the library takes a late reply for the next one, waits for ever behind a length of 65535, does not verify the
 * echoes of writes, and looks for RTU frames by their length only. It is handed nothing but the right reply.
 */
import { EventEmitter } from "node:events";
import { rtuFrame } from "../rtu-framer.ts";
import type { ReplyFraming } from "./reply-framing.ts";

export class GuardedPort extends EventEmitter {
  readonly isOpen = true;
  readonly #framing: ReplyFraming;
  readonly #send: (frame: Buffer) => void;
  #unit = 0;
  /** For the next request. */
  isEchoChecked = true;

  constructor(framing: ReplyFraming, send: (frame: Buffer) => void) {
    super();
    this.#framing = framing;
    this.#send = send;
  }

  open(done: (error: null) => void): void {
    done(null);
  }

  /** By the library: a request as an RTU frame. */
  write(frame: Buffer): void {
    this.#unit = frame[0]!;
    const pdu = frame.subarray(1, -2);
    this.#send(this.#framing.begin({ unit: this.#unit, pdu, isEchoChecked: this.isEchoChecked }));
  }

  /** Hands the library the reply to what it wrote, as an RTU frame. */
  deliver(pdu: Buffer): void {
    this.emit("data", rtuFrame(this.#unit, pdu));
  }
}
