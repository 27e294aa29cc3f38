/**
 * Finds the reply to a request in the bytes that a device sends, and refuses what is none: on TCP and TLS
 * (MODBUS Messaging on TCP/IP V1.0b §3.1.3) and on serial lines (Modbus over Serial Line V1.02 §2.5.1).
 */
import { crc16 } from "../crc.ts";
import { MbapFramer, mbapFrame } from "../mbap-framer.ts";
import { rtuFrame } from "../rtu-framer.ts";
import { bytesOfReply, type Expectation, type Flaw, flawOf } from "./reply-check.ts";

export type Verdict =
  /** More has to come. */
  | { readonly kind: "waiting" }
  /** Function code and data of the one right reply. */
  | { readonly kind: "reply"; readonly pdu: Buffer }
  /** What came is no reply, and none can come behind it. */
  | { readonly kind: "refused"; readonly flaw: Flaw; readonly reason: string };

/** Frames one request at a time, and reads its reply. */
export interface ReplyFraming {
  /** @returns the frame to send. What came before is forgotten. */
  begin(expectation: Expectation): Buffer;
  push(chunk: Buffer): Verdict;
  /** Waits no longer. @returns what is wrong with the bytes that did come; null: there were none. */
  giveUp(): Flaw | null;
}

const WAITING: Verdict = { kind: "waiting" };
const refused = (flaw: Flaw, reason: string): Verdict => ({ kind: "refused", flaw, reason });

export class MbapReplies implements ReplyFraming {
  #framer = new MbapFramer();
  #expectation: Expectation | null = null;
  #transaction = 0;

  begin(expectation: Expectation): Buffer {
    this.#framer = new MbapFramer();
    this.#expectation = expectation;
    this.#transaction = (this.#transaction + 1) & 0xffff;
    return mbapFrame(this.#transaction, expectation.unit, expectation.pdu);
  }

  push(chunk: Buffer): Verdict {
    const expectation = this.#expectation;
    if (expectation === null) return refused("frame", "bytes that nobody asked for");
    this.#framer.push(chunk);
    const framed = this.#framer.next();
    if (framed.kind === "violation") return refused("frame", framed.reason);
    if (framed.kind === "incomplete") return WAITING;
    const { transaction, unit, pdu } = framed;
    if (transaction !== this.#transaction) return refused("transaction", "the reply to another transaction");
    if (unit !== expectation.unit) return refused("unit", `the reply of unit ${unit}`);
    const flaw = flawOf(expectation, pdu);
    if (flaw !== null) return refused(flaw, `a reply with another ${flaw}`);
    if (this.#isMore()) return refused("frame", "more bytes than the reply");
    this.#expectation = null;
    return { kind: "reply", pdu };
  }

  giveUp(): Flaw | null {
    const isHalf = this.#expectation !== null && this.#isMore();
    this.#expectation = null;
    return isHalf ? "frame" : null;
  }

  #isMore(): boolean {
    const rest = this.#framer.next();
    return rest.kind !== "incomplete" || rest.bytes > 0;
  }
}

/** Unit, function code, and a check sum of two bytes at the end. */
const RTU_OVERHEAD_BYTES = 3;
/** Some receivers see a byte or two of noise when a driver is switched on; behind that much comes no reply any more. */
const MAX_RTU_BYTES = 512;

export class RtuReplies implements ReplyFraming {
  #expectation: Expectation | null = null;
  #bytes: Buffer = Buffer.alloc(0);

  begin(expectation: Expectation): Buffer {
    this.#expectation = expectation;
    this.#bytes = Buffer.alloc(0);
    return rtuFrame(expectation.unit, expectation.pdu);
  }

  push(chunk: Buffer): Verdict {
    const expectation = this.#expectation;
    if (expectation === null) return WAITING; // a late reply: the silence after a timeout is there for it
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const verdict = this.#verdict(expectation);
    if (verdict.kind !== "waiting") this.#expectation = null;
    return verdict;
  }

  #verdict(expectation: Expectation): Verdict {
    for (const { pdu, isWhole } of this.#candidates(expectation)) {
      if (!isWhole) continue;
      const flaw = flawOf(expectation, pdu);
      return flaw === null ? { kind: "reply", pdu } : refused(flaw, `a reply with another ${flaw}`);
    }
    return this.#bytes.length > MAX_RTU_BYTES ? refused("frame", "a flood of bytes") : WAITING;
  }

  giveUp(): Flaw | null {
    const expectation = this.#expectation;
    this.#expectation = null;
    if (expectation === null || this.#bytes.length === 0) return null;
    for (const { isWhole } of this.#candidates(expectation)) if (!isWhole) return "crc";
    return this.#flawOfForeign(expectation);
  }

  /** Everything of a right reply's unit, function and length, wherever it starts; whole when its check sum is right. */
  *#candidates({ unit, pdu: request }: Expectation): Generator<{ readonly pdu: Buffer; readonly isWhole: boolean }> {
    const bytes = this.#bytes;
    for (let start = 0; start + 1 < bytes.length; start += 1) {
      const length = bytes[start] === unit ? bytesOfReply(request, bytes[start + 1]!) : null;
      if (length === null || start + length + RTU_OVERHEAD_BYTES > bytes.length) continue;
      const end = start + 1 + length;
      const isWhole = crc16(bytes.subarray(start, end)) === bytes.readUInt16LE(end);
      yield { pdu: bytes.subarray(start + 1, end), isWhole };
    }
  }

  /** Bytes in which no reply was found. */
  #flawOfForeign({ unit, pdu }: Expectation): Flaw {
    const bytes = this.#bytes;
    const end = bytes.length - 2;
    if (end < 2 || crc16(bytes.subarray(0, end)) !== bytes.readUInt16LE(end)) return "frame";
    if (bytes[0] !== unit) return "unit";
    return bytes[1] === pdu[0] ? "length" : "function";
  }
}
