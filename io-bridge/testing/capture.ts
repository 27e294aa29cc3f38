/** For tests: a capture file of bytes that were exchanged, as tshark reads it (libpcap 2.4). */
import { writeFileSync } from "node:fs";

export interface Captured {
  readonly from: "client" | "server";
  readonly bytes: Buffer;
}

const LINK_TYPE = { ethernet: 1, user0: 147 } as const;
const SERVER_PORT = 502;
const CLIENT_PORT = 40_000;

const header = (linkType: number): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(0x4_0000, 16);
  bytes.writeUInt32LE(linkType, 20);
  return bytes;
};

const record = (index: number, packet: Buffer): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(1 + Math.floor(index / 1000), 0);
  bytes.writeUInt32LE((index % 1000) * 1000, 4);
  bytes.writeUInt32LE(packet.length, 8);
  bytes.writeUInt32LE(packet.length, 12);
  return Buffer.concat([bytes, packet]);
};

/** Each of `exchanged` as one TCP segment between 10.0.0.1 and port 502 of 10.0.0.2. */
export const writeTcpCapture = (path: string, exchanged: readonly Captured[]): void => {
  const sent = { client: 1, server: 1 };
  const packets = exchanged.map(({ from, bytes }) => {
    const to = from === "client" ? "server" : "client";
    const packet = segment(from, sent[from], sent[to], bytes);
    sent[from] += bytes.length;
    return packet;
  });
  writeFileSync(path, Buffer.concat([header(LINK_TYPE.ethernet), ...packets.map((packet, at) => record(at, packet))]));
};

/** Each of `exchanged` as one frame of a serial line; tshark is told by `-o` what that is. */
export const writeSerialCapture = (path: string, exchanged: readonly Captured[]): void => {
  const packets = exchanged.map(({ bytes }, at) => record(at, bytes));
  writeFileSync(path, Buffer.concat([header(LINK_TYPE.user0), ...packets]));
};

const segment = (from: Captured["from"], sequence: number, acknowledged: number, bytes: Buffer): Buffer => {
  const isClient = from === "client";
  const ethernet = Buffer.from(`${isClient ? "020000000002020000000001" : "020000000001020000000002"}0800`, "hex");
  const ip = Buffer.from(
    `4500000000004000400600000a0000${isClient ? "01" : "02"}0a0000${isClient ? "02" : "01"}`,
    "hex",
  );
  ip.writeUInt16BE(ip.length + 20 + bytes.length, 2);
  ip.writeUInt16BE(ipChecksum(ip), 10);
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(isClient ? CLIENT_PORT : SERVER_PORT, 0);
  tcp.writeUInt16BE(isClient ? SERVER_PORT : CLIENT_PORT, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp.writeUInt16BE(0x5018, 12); // five words, PSH and ACK
  tcp.writeUInt16BE(0xffff, 14);
  return Buffer.concat([ethernet, ip, tcp, bytes]);
};

const ipChecksum = (ip: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < ip.length; at += 2) sum += ip.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};
