/** Cuts a TCP byte stream into Modbus frames (MODBUS Messaging on TCP/IP V1.0b §3.1.3), or says why it is no such stream. */

/** Transaction, protocol, length. The unit identifier is the first byte that `length` counts. */
const PREFIX_BYTES = 6;
/** Unit identifier and function code. */
const MIN_LENGTH = 2;
/** Unit identifier and the longest PDU, 253 bytes. */
const MAX_LENGTH = 254;

export type Framed =
  | { readonly kind: "frame"; readonly transaction: number; readonly unit: number; readonly pdu: Buffer }
  /** The rest of a frame is still to come, or nothing at all. */
  | { readonly kind: "incomplete"; readonly bytes: number }
  /** Not Modbus, or out of step; there is no way to find the next frame. */
  | { readonly kind: "violation"; readonly reason: string };

export class MbapFramer {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next whole frame. Its `pdu` is a view into what was pushed. */
  next(): Framed {
    const bytes = this.#bytes;
    if (bytes.length >= 4) {
      const protocol = bytes.readUInt16BE(2);
      if (protocol !== 0) return { kind: "violation", reason: `protocol identifier ${protocol}, not 0` };
    }
    if (bytes.length < PREFIX_BYTES) return { kind: "incomplete", bytes: bytes.length };
    const length = bytes.readUInt16BE(4);
    if (length < MIN_LENGTH || length > MAX_LENGTH) {
      return { kind: "violation", reason: `length ${length}, not ${MIN_LENGTH} to ${MAX_LENGTH}` };
    }
    const end = PREFIX_BYTES + length;
    if (bytes.length < end) return { kind: "incomplete", bytes: bytes.length };
    this.#bytes = bytes.subarray(end);
    const pdu = bytes.subarray(PREFIX_BYTES + 1, end);
    return { kind: "frame", transaction: bytes.readUInt16BE(0), unit: bytes[PREFIX_BYTES]!, pdu };
  }
}

export const mbapFrame = (transaction: number, unit: number, pdu: Buffer): Buffer => {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + 1 + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(0, 2);
  frame.writeUInt16BE(1 + pdu.length, 4);
  frame[PREFIX_BYTES] = unit;
  pdu.copy(frame, PREFIX_BYTES + 1);
  return frame;
};
