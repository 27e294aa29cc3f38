/** Whether what a device sent is the reply to what it was asked, to the last byte (MODBUS Application Protocol V1.1b3 §6 and §7). */
import { FUNCTION } from "../protocol.ts";

/** What may be wrong with bytes that should have been a reply. */
export type Flaw =
  /** A frame of the right shape whose check sum is wrong. */
  | "crc"
  /** No frame at all, or more than one. */
  | "frame"
  | "transaction"
  | "unit"
  | "function"
  /** Another number of bytes than the request asks for. */
  | "length"
  /** A write answered with another address, value or quantity. */
  | "echo";

export interface Expectation {
  readonly unit: number;
  /** The request: function code and data. */
  readonly pdu: Buffer;
  /** Some devices echo writes wrongly, and are known to. */
  readonly isEchoChecked: boolean;
}

const EXCEPTION_FLAG = 0x80;
const EXCEPTION_BYTES = 2;

/** Bytes of the PDU of the one right reply to `request`, when it is no exception. */
const replyBytes = (request: Buffer): number => {
  switch (request[0]) {
    case FUNCTION.readCoils:
    case FUNCTION.readDiscreteInputs:
      return 2 + Math.ceil(request.readUInt16BE(3) / 8);
    case FUNCTION.readHoldingRegisters:
    case FUNCTION.readInputRegisters:
      return 2 + 2 * request.readUInt16BE(3);
    case FUNCTION.maskWriteRegister:
      return 7;
    default:
      return 5;
  }
};

/** Bytes of the PDU of a reply that starts with `functionCode`; null: it starts no reply to `request`. */
export const bytesOfReply = (request: Buffer, functionCode: number): number | null => {
  if (functionCode === request[0]) return replyBytes(request);
  return functionCode === (request[0]! | EXCEPTION_FLAG) ? EXCEPTION_BYTES : null;
};

const isRead = (functionCode: number): boolean => functionCode <= FUNCTION.readInputRegisters;

/** @param reply function code and data. @returns null when it is the reply. */
export const flawOf = ({ pdu: request, isEchoChecked }: Expectation, reply: Buffer): Flaw | null => {
  const expected = bytesOfReply(request, reply[0]!);
  if (expected === null) return "function";
  if (reply.length !== expected) return "length";
  if (reply[0] !== request[0]) return null;
  if (isRead(request[0]!)) return reply[1] === expected - 2 ? null : "length";
  return !isEchoChecked || reply.equals(request.subarray(0, expected)) ? null : "echo";
};
