/** The control socket under programs that send anything, from a seed. PARTITA_FUZZ_LINES=1000000 sends more than the 100,000 of CI. */
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hostClock } from "../../runtime/index.ts";
import { inPieces, memoryBytes, noise, type Random } from "../testing/fuzz.ts";
import { eventually, randomFrom } from "../testing/test-module.ts";
import { ControlClient } from "./control-client.ts";
import { startControl } from "./control-server.ts";
import { LONGEST_LINE } from "./protocol.ts";

const LINES = Number(process.env.PARTITA_FUZZ_LINES ?? 100_000);
const AT_ONCE = 8;
const LINES_EACH = 200;

const NEWLINE = Buffer.from("\n");
const VALUES = ["null", "true", "1e400", "-0", '"\\ud800"', '"__proto__"', "[[[[]]]]", '{"a":{"b":[]}}', '"status"'];

const request = (random: Random): string => {
  const value = (): string => VALUES[random(VALUES.length)]!;
  const members = Array.from({ length: random(4) }, (_, nth) => `"m${nth}":${value()}`);
  const version = random(8) === 0 ? value() : "1";
  const verb = random(8) === 0 ? value() : '"status"';
  return `{${[`"partita":${version}`, `"id":${value()}`, `"verb":${verb}`, ...members].join(",")}}`;
};

/** A line: a request, one cut short, one with a wrong byte, noise, or now and then one that is too long. */
const line = (random: Random): Buffer => {
  const bytes = Buffer.from(request(random));
  const kind = random(12);
  if (random(2000) === 0) return Buffer.alloc(LONGEST_LINE + random(10), 0x20);
  if (kind === 0) return bytes.subarray(0, random(bytes.length));
  if (kind === 1) return Buffer.from(bytes.map((byte) => (random(bytes.length) === 0 ? random(256) : byte)));
  if (kind === 2) return noise(random, random(300));
  return bytes;
};

/** Sends lines, reads the answers or not, and goes when all is answered or at once. */
const misbehave = async (path: string, random: Random): Promise<void> => {
  const socket = createConnection(path);
  let answers = 0;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined);
  if (random(8) > 0) {
    socket.on("data", (bytes: Buffer) => {
      answers += bytes.filter((byte) => byte === NEWLINE[0]).length;
    });
  }
  await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
  for (let sent = 0; sent < LINES_EACH; sent += 1) {
    inPieces(random, Buffer.concat([line(random), NEWLINE]), (piece) => void socket.write(piece));
    if (sent % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (let turn = 0; turn < 1000 && answers < LINES_EACH / 2 && !socket.destroyed && random(50) > 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.destroy();
  await closed;
};

test(`${LINES} lines from hostile programs leave the control socket well, and others answered`, {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-control-fuzz-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "fuzzed.control");
  let handled = 0;
  const server = await startControl(path, hostClock, (verb) => {
    handled += 1;
    return { ok: true, result: verb };
  });
  onTestFinished(() => server.stop());
  const random = randomFrom(6005);
  const storm = async (lines: number): Promise<void> => {
    for (let sent = 0; sent < lines; sent += AT_ONCE * LINES_EACH) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => misbehave(path, random)));
    }
  };
  await storm(LINES / 10);
  const before = memoryBytes();

  const innocent = await ControlClient.connect(path);
  const waitsMs: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const askedMs = performance.now();
      expect(await innocent.request("status")).toMatchObject({ ok: true, result: "status" });
      waitsMs.push(performance.now() - askedMs);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  await storm(LINES * 0.9);
  isOver = true;
  await asking;
  innocent.close();

  await eventually("memory is what it was", () => memoryBytes() < before * 1.1);
  console.info(`the longest of ${waitsMs.length} waits of an innocent: ${Math.max(...waitsMs).toFixed(1)} ms`);
  expect(Math.max(...waitsMs)).toBeLessThan(1000);
  expect(handled).toBeGreaterThan(LINES / 3);
});
