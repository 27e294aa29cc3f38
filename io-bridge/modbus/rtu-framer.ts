/**
 * Cuts what comes over a serial line into RTU frames (MODBUS over Serial Line V1.02 §2.5.1). The standard ends a frame by a silence of
 * 3.5 characters, which no operating system delivers faithfully: here a frame ends where its function code says and its check fits,
 * whether it came in pieces or on the heels of another. Silence only decides about what that cannot: it ends frames of functions that
 * are not known, and brings a framer that is out of step back into step.
 */
import { crc16 } from "./crc.ts";
import { FUNCTION } from "./protocol.ts";

/** Unit, function code, check. */
const SHORTEST = 4;
const LONGEST = 256;

export interface RtuFrame {
  readonly unit: number;
  readonly pdu: Buffer;
}

/** Bytes of a whole frame, by its first bytes; null: they do not say, or not yet. */
type Length = (frame: Buffer) => number | null;

const fixed =
  (bytes: number): Length =>
  () =>
    bytes;
/** @param rest bytes of the frame besides those that the count at `at` counts. */
const counted =
  (at: number, rest: number): Length =>
  (frame) =>
    frame.length > at ? rest + frame[at]! : null;

const REQUEST_LENGTHS: ReadonlyMap<number, Length> = new Map([
  [FUNCTION.readCoils, fixed(8)],
  [FUNCTION.readDiscreteInputs, fixed(8)],
  [FUNCTION.readHoldingRegisters, fixed(8)],
  [FUNCTION.readInputRegisters, fixed(8)],
  [FUNCTION.writeSingleCoil, fixed(8)],
  [FUNCTION.writeSingleRegister, fixed(8)],
  [FUNCTION.writeMultipleCoils, counted(6, 9)],
  [FUNCTION.writeMultipleRegisters, counted(6, 9)],
  [FUNCTION.maskWriteRegister, fixed(10)],
  [FUNCTION.readWriteMultipleRegisters, counted(10, 13)],
  [FUNCTION.encapsulatedInterface, fixed(7)],
]);

/** Of the other units on the line, which are heard as well. */
const RESPONSE_LENGTHS: ReadonlyMap<number, Length> = new Map([
  [FUNCTION.readCoils, counted(2, 5)],
  [FUNCTION.readDiscreteInputs, counted(2, 5)],
  [FUNCTION.readHoldingRegisters, counted(2, 5)],
  [FUNCTION.readInputRegisters, counted(2, 5)],
  [FUNCTION.writeMultipleCoils, fixed(8)],
  [FUNCTION.writeMultipleRegisters, fixed(8)],
  [FUNCTION.readWriteMultipleRegisters, counted(2, 5)],
]);
const EXCEPTION_LENGTH = fixed(5);

export class RtuFramer {
  #bytes: Buffer = Buffer.alloc(0);
  /** What comes is thrown away until the next silence. */
  #isOutOfStep = false;

  push(chunk: Buffer): void {
    if (this.#isOutOfStep) return;
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next frame that is known to be one; also responses of other units, which look like requests to them. */
  next(): RtuFrame | null {
    if (this.#bytes.length < SHORTEST) return null;
    const code = this.#bytes[1]!;
    const response = (code & 0x80) !== 0 ? EXCEPTION_LENGTH : RESPONSE_LENGTHS.get(code);
    for (const lengthOf of [REQUEST_LENGTHS.get(code), response]) {
      const length = lengthOf?.(this.#bytes) ?? null;
      if (length !== null && length <= this.#bytes.length && isWhole(this.#bytes.subarray(0, length))) {
        return this.#take(length);
      }
    }
    if (this.#bytes.length > LONGEST) {
      this.#isOutOfStep = true;
      this.#bytes = Buffer.alloc(0);
    }
    return null;
  }

  /** Nothing has come for longer than within a frame. @returns what came before it, when that is a frame as a whole. */
  silence(): RtuFrame | "garbled" | null {
    const wasOutOfStep = this.#isOutOfStep;
    const bytes = this.#bytes;
    this.#isOutOfStep = false;
    if (bytes.length === 0) return wasOutOfStep ? "garbled" : null;
    if (isWhole(bytes)) return this.#take(bytes.length);
    this.#bytes = Buffer.alloc(0);
    return "garbled";
  }

  #take(length: number): RtuFrame {
    const bytes = this.#bytes;
    this.#bytes = bytes.subarray(length);
    return { unit: bytes[0]!, pdu: bytes.subarray(1, length - 2) };
  }
}

const isWhole = (bytes: Buffer): boolean =>
  bytes.length >= SHORTEST &&
  bytes.length <= LONGEST &&
  crc16(bytes.subarray(0, -2)) === bytes.readUInt16LE(bytes.length - 2);

export const rtuFrame = (unit: number, pdu: Buffer): Buffer => {
  const frame = Buffer.alloc(1 + pdu.length + 2);
  frame[0] = unit;
  pdu.copy(frame, 1);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)), 1 + pdu.length);
  return frame;
};
