/** A record as it lies on disk: length of the payload, CRC-32 of both, payload; little-endian, one after the other. */

const HEADER_BYTES = 8;
/** A length beyond this is damage. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** By the reversed polynomial of IEEE 802.3 §3.2.9. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

const crcOf = (bytes: Uint8Array, start: number, end: number, crc: number): number => {
  let remainder = crc;
  for (let index = start; index < end; index += 1)
    remainder = TABLE[(remainder ^ bytes[index]!) & 0xff]! ^ (remainder >>> 8);
  return remainder;
};

/** Over the length, then the payload: zeros are no record. */
const crcAt = (bytes: Uint8Array, offset: number, end: number): number =>
  ~crcOf(bytes, offset + HEADER_BYTES, end, crcOf(bytes, offset, offset + 4, -1)) >>> 0;

/** @param payload of 1 to `MAX_PAYLOAD_BYTES` bytes. */
export const encodeRecord = (payload: Uint8Array): Buffer => {
  const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  record.writeUInt32LE(payload.length, 0);
  record.set(payload, HEADER_BYTES);
  record.writeUInt32LE(crcAt(record, 0, record.length), 4);
  return record;
};

/** `end`: no whole record follows. `payload` is null when the record is damaged; `next` is where it ends. */
type ReadRecord = { readonly payload: Buffer | null; readonly next: number } | "end";

export const readRecord = (bytes: Buffer, offset: number): ReadRecord => {
  if (offset + HEADER_BYTES >= bytes.length) return "end";
  const length = bytes.readUInt32LE(offset);
  const next = offset + HEADER_BYTES + length;
  if (length === 0 || length > MAX_PAYLOAD_BYTES || next > bytes.length) return "end";
  const isWhole = bytes.readUInt32LE(offset + 4) === crcAt(bytes, offset, next);
  return { payload: isWhole ? bytes.subarray(offset + HEADER_BYTES, next) : null, next };
};

/** Whole records from `offset` on. */
export const countRecords = (bytes: Buffer, offset: number): number => {
  let count = 0;
  for (let read = readRecord(bytes, offset); read !== "end"; read = readRecord(bytes, read.next)) {
    if (read.payload !== null) count += 1;
  }
  return count;
};
