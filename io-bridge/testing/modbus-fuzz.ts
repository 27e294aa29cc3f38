/** For tests: requests of Modbus masters that never were, from a seed. */
import { crc16 } from "../modbus/crc.ts";
import { noise, type Random } from "./fuzz.ts";

/** Of functions that are served, and of some that are not. */
const CODES = [1, 2, 3, 4, 5, 6, 15, 16, 22, 23, 43, 7, 100, 255];

const word = (value: number): number[] => [value >> 8, value & 0xff];

/** Now and then right in every detail, mostly wrong in one: address, quantity, byte count or length. */
export const requestPdu = (random: Random): Buffer => {
  const code = CODES[random(CODES.length)]!;
  const address = random(4) === 0 ? random(0x1_0000) : random(12);
  const quantity = random(4) === 0 ? random(0x1_0000) : 1 + random(4);
  const head = [code, ...word(address), ...word(quantity)];
  const bytes = random(8) === 0 ? random(256) : code === 15 ? 1 : (quantity * 2) & 0xff;
  const data = [...noise(random, random(8) === 0 ? random(240) : Math.min(bytes, 240))];
  switch (code) {
    case 15:
    case 16:
      return Buffer.from([...head, bytes, ...data]);
    case 22:
      return Buffer.from([...head, ...noise(random, 2)]);
    case 23:
      return Buffer.from([...head, ...word(random(12)), ...word(quantity), bytes, ...data]);
    case 43:
      return Buffer.from([code, 14, random(6), random(8)]);
    default:
      return Buffer.from(random(8) === 0 ? [...head, ...noise(random, random(9))] : head);
  }
};

const mbap = (random: Random, pdu: Buffer, length = pdu.length + 1, protocol = 0): Buffer =>
  Buffer.from([...word(random(0x1_0000)), ...word(protocol), ...word(length), random(3), ...pdu]);

/** Bytes that a client of a TCP server may send: frames, several at once, cut short, of wrong lengths or protocols, noise. */
export const tcpBytes = (random: Random): Buffer => {
  const pdu = requestPdu(random);
  switch (random(10)) {
    case 0:
      return mbap(random, pdu).subarray(0, 1 + random(9));
    case 1:
      return mbap(random, pdu, random(0x1_0000));
    case 2:
      return mbap(random, pdu, pdu.length + 1, random(3));
    case 3:
      return Buffer.concat(Array.from({ length: 1 + random(5) }, () => mbap(random, requestPdu(random))));
    case 4:
      return noise(random, 1 + random(600));
    default:
      return mbap(random, pdu);
  }
};

/** A frame on a serial line. */
export const rtuBytes = (random: Random): Buffer => {
  const body = Buffer.from([random(3), ...requestPdu(random)]);
  return Buffer.from([...body, crc16(body) & 0xff, crc16(body) >> 8]);
};
