/** The embedded broker under clients that do everything wrong that one can (MQTT 3.1.1 §3), from a seed. */
import { connect, type Socket } from "node:net";
import { connectAsync } from "mqtt";
import { afterEach, expect, test } from "vitest";
import { hostClock } from "../../runtime/host/clock.ts";
import type { MqttLink } from "../../runtime/index.ts";
import { memoryBytes, type Random } from "../testing/fuzz.ts";
import { Cleanups } from "../testing/mosquitto.ts";
import { eventually, logBook, pause, randomFrom } from "../testing/test-module.ts";
import { EmbeddedBroker } from "./embedded-broker.ts";

const PACKETS = Number(process.env.PARTITA_FUZZ_PACKETS ?? "100000");
const SEED = Number(process.env.PARTITA_FUZZ_SEED ?? "1");
const AT_ONCE = 4;

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/** @param first type and flags. */
const packet = (first: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
};

const pick = <Item>(below: Random, items: readonly Item[]): Item => items[below(items.length)]!;

const TOPICS = ["fuzz/a", "fuzz/b/c", "partita/works/basin/level", "partita/works/status", "$SYS/x"];
const FILTERS = ["fuzz/a", "+/a", "$SYS/#", "fuzz/+/c", "partita/works/+/+/set", "x".repeat(2000)];
/** Neither a topic nor a filter. */
const NEITHER = ["", "a/#/b", "+a", "\0"];

const identifier = (below: Random): Buffer => Buffer.from([0, 1 + below(8)]);

const connectPacket = (below: Random, id: number): Buffer => {
  const will = below(3) === 0 ? [text(pick(below, TOPICS)), text("gone")] : [];
  const flags = below(2) * 2 + (will.length > 0 ? 4 + 8 * below(3) : 0);
  return packet(0x10, text("MQTT"), Buffer.from([4, flags, 0, 30]), text(`fuzz-${id}`), ...will);
};

const publishPacket = (below: Random): Buffer => {
  const qos = below(3);
  const payload = Buffer.alloc(below(200) === 0 ? below(80_000) : below(200), 120);
  const id = qos === 0 ? [] : [identifier(below)];
  return packet(0x30 | (qos << 1) | below(2), text(pick(below, TOPICS)), ...id, payload);
};

const subscribePacket = (below: Random): Buffer =>
  packet(0x82, identifier(below), text(pick(below, FILTERS)), Buffer.from([below(3)]));

const acknowledgement = (below: Random): Buffer => packet(pick(below, [0x40, 0x50, 0x62, 0x70]), identifier(below));

const legal = (below: Random): Buffer => {
  const kind = below(10);
  if (below(300) === 0) return packet(0x82, identifier(below), text("#"), Buffer.from([0]));
  if (kind < 5) return publishPacket(below);
  if (kind < 6) return subscribePacket(below);
  if (kind < 7) return packet(0xa2, identifier(below), text(pick(below, FILTERS)));
  if (kind < 9) return acknowledgement(below);
  return packet(0xc0);
};

/** A packet with something wrong: bits, length, end, or all of it. */
const broken = (below: Random): Buffer => {
  const bytes = Buffer.from(legal(below));
  switch (below(7)) {
    case 0:
      bytes[below(bytes.length)]! ^= 1 << below(8);
      return bytes;
    case 1:
      return bytes.subarray(0, below(bytes.length));
    case 2:
      return Buffer.from([bytes[0]!, 0xff, 0xff, 0xff, pick(below, [0x7f, 0xff]), 1]);
    case 3:
      return Buffer.from(Array.from({ length: 1 + below(50) }, () => below(256)));
    case 4:
      return packet(0x30, text(pick(below, [...NEITHER, "#", "a/+"])), Buffer.from("x"));
    case 5:
      return packet(0x82, identifier(below), text(pick(below, [...NEITHER, "a"])), Buffer.from([below(256)]));
    default:
      return packet(pick(below, [0x00, 0x20, 0x90, 0xb0, 0xd0, 0xf0]), bytes);
  }
};

/** Sends up to `most` packets, one of fifty broken. @returns how many. */
const attack = async (below: Random, port: number, id: number, most: number): Promise<number> => {
  const socket: Socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  let isOpen = true;
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      isOpen = false;
      resolve();
    }),
  );
  if (below(8) > 0) socket.resume(); // else it never reads
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()).once("close", () => resolve()));
  if (below(20) > 0) socket.write(connectPacket(below, id));
  let sent = 1;
  for (; sent < most && isOpen; sent += 1) {
    const bytes = below(50) === 0 ? broken(below) : legal(below);
    if (!socket.write(bytes))
      await Promise.race([closed, new Promise<void>((resolve) => socket.once("drain", resolve))]);
    if (sent % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (below(16) === 0) await Promise.race([closed, pause(below(20))]);
  socket.destroy();
  await closed;
  return sent;
};

/** One who only wants to be heard: how long each of its messages takes to come back, ms. */
const bystander = async (port: number) => {
  const client = await connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0, clientId: "bystander" });
  cleanups.add(() => client.endAsync(true));
  await client.subscribeAsync("bystander/echo");
  const delays: number[] = [];
  client.on("message", (_topic, payload) => delays.push(performance.now() - Number(payload)));
  const timer = setInterval(() => client.publish("bystander/echo", String(performance.now())), 10);
  cleanups.add(() => clearInterval(timer));
  return { client, delays };
};

const megabytes = async (): Promise<number> => {
  await pause(100);
  return memoryBytes() / 2 ** 20;
};

test(`${PACKETS} packets from hostile clients leave the broker well, and the others served`, {
  timeout: 300_000,
}, async () => {
  const { log, lines } = logBook();
  const link: MqttLink = {
    ...{ name: "scada", broker: "embedded", host: "127.0.0.1", port: 0, version: "v3.1.1", topicPrefix: "partita" },
    ...{ tls: null, credentials: null, listener: null, qos: 1, buffer: null, publications: [], commands: [] },
  };
  const broker = new EmbeddedBroker(link, "works", hostClock, log);
  await broker.start();
  cleanups.add(() => broker.stop());
  const { port } = broker.address;
  const { client, delays } = await bystander(port);
  const below = randomFrom(SEED);
  let id = 0;
  let sent = 0;
  const attackUntil = async (packets: number): Promise<void> => {
    const attacker = async (): Promise<void> => {
      while (sent < packets) {
        id += 1;
        const more = await attack(below, port, id, 150);
        sent += more;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, attacker));
  };
  await attackUntil(PACKETS / 10);
  const before = await megabytes();
  lines.length = 0;
  await attackUntil(PACKETS);
  lines.length = 0;
  // A slow machine is not through with all that was cut off yet.
  let after = await megabytes();
  for (let wait = 0; wait < 20 && after >= before * 1.1 + 5; wait++) {
    await pause(500);
    after = await megabytes();
  }
  const heard = delays.length;
  await eventually("the bystander is still served", () => delays.length > heard + 3);
  delays.sort((a, b) => a - b);
  const [p99, most] = [delays[Math.floor(delays.length * 0.99)]!, delays.at(-1)!].map((ms) => ms.toFixed(1));
  console.info(
    `${sent} packets, ${id} connections; others: p99 ${p99} ms, most ${most} ms; memory ${before.toFixed(1)} → ${after.toFixed(1)} MiB`,
  );
  expect(client.connected).toBe(true);
  expect(Number(most)).toBeLessThan(1000);
  expect(after).toBeLessThan(before * 1.1 + 5);
});
