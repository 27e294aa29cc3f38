/** PARTITA_FUZZ_FRAMES=1000000 sends more than the 100,000 frames of CI. */
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { hostClock } from "../../../runtime/host/clock.ts";
import { ProcessImage } from "../../process-image.ts";
import { inPieces, memoryBytes, noise, type Random } from "../../testing/fuzz.ts";
import { requestPdu, rtuBytes, tcpBytes } from "../../testing/modbus-fuzz.ts";
import {
  eventually,
  logBook,
  pause,
  randomFrom,
  served,
  TestBoard,
  tcpListener,
  testSystem,
} from "../../testing/test-module.ts";
import { MbapFramer, mbapFrame } from "../mbap-framer.ts";
import { RtuFramer, rtuFrame } from "../rtu-framer.ts";
import { identificationOf } from "./device-identification.ts";
import { ALL_RIGHTS } from "./rights.ts";
import { RtuServer } from "./rtu-server.ts";
import { ITSELF, TcpServer } from "./tcp-server.ts";
import { Units } from "./units.ts";

const FRAMES = Number(process.env.PARTITA_FUZZ_FRAMES ?? 100_000);
const OVER_SOCKETS = FRAMES / 10;

const module = testSystem({
  basin: ["in setpoint REAL", "in limit INT", "in start BOOL", "out level REAL", "in sum LINT"],
});
const config = {
  name: "scada",
  listener: tcpListener({ maxConnections: 64, frameTimeoutMs: 300 }),
  unitId: 1,
  units: [],
  mappings: [
    served(module, "basin.level", "inputRegister", 0, "REAL"),
    served(module, "basin.setpoint", "holdingRegister", 0, "REAL"),
    served(module, "basin.limit", "holdingRegister", 2, "INT"),
    served(module, "basin.sum", "holdingRegister", 3, "LINT"),
    served(module, "basin.start", "holdingRegister", 7, "BOOL", { bit: 3 }),
    served(module, "basin.start", "coil", 0, "BOOL"),
  ],
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const setUp = (aliases: readonly number[] = ITSELF) => {
  const board = new TestBoard(module, hostClock);
  cleanups.push(() => board.stop());
  const image = new ProcessImage(module, board.exchange, hostClock);
  return { board, units: new Units(config, aliases, image, identificationOf("works")) };
};

/** By itself, or by an exception that is one. */
const isAnswerTo = (pdu: Buffer, response: Buffer): boolean => {
  const isException = response.length === 2 && response[0] === (pdu[0]! | 0x80);
  return isException ? [1, 2, 3, 4].includes(response[1]!) : response[0] === pdu[0] && response.length <= 253;
};

describe("whatever a client sends", () => {
  test("a TCP server answers each request by itself or by an exception that is one, and keeps nothing", () => {
    const { units } = setUp();
    const random = randomFrom(6001);
    let framer = new MbapFramer();
    let answered = 0;
    let violations = 0;
    const wrong: unknown[] = [];
    const takeAll = (): void => {
      for (let framed = framer.next(); framed.kind !== "incomplete"; framed = framer.next()) {
        if (framed.kind === "violation") {
          violations += 1;
          framer = new MbapFramer();
          return;
        }
        const response = units.answer(framed.unit, framed.pdu, ALL_RIGHTS);
        if (response === null) continue;
        answered += 1;
        if (!isAnswerTo(framed.pdu, response)) wrong.push([framed.pdu, response].map((bytes) => bytes.toString("hex")));
      }
    };
    const send = (count: number): void => {
      for (let sent = 0; sent < count; sent += 1) {
        inPieces(random, tcpBytes(random), (piece) => {
          framer.push(piece);
          takeAll();
        });
      }
    };
    send(FRAMES / 10);
    const before = memoryBytes();
    send(FRAMES * 0.9);
    expect(memoryBytes()).toBeLessThan(before * 1.1);
    expect(wrong).toEqual([]);
    expect(Math.min(answered, violations)).toBeGreaterThan(FRAMES / 25);
  });

  test("a serial line takes no frame for one that was not sent so, but for those that its check lets through", () => {
    const { units } = setUp([]);
    const random = randomFrom(6002);
    const framer = new RtuFramer();
    let [heard, strays] = [0, 0];
    const unheard: string[] = [];
    const send = (count: number): void => {
      for (let sent = 0; sent < count; sent += 1) {
        const frame = rtuBytes(random);
        const kind = random(6);
        const isWhole = kind > 3;
        const bytes =
          kind === 0
            ? frame.subarray(0, 1 + random(frame.length - 1))
            : kind === 1
              ? Buffer.from(frame.map((byte, at) => (at === random(frame.length) ? byte ^ (1 << random(8)) : byte)))
              : kind === 2
                ? noise(random, 1 + random(400))
                : kind === 3
                  ? Buffer.concat([frame, noise(random, random(20))])
                  : frame;
        const take = (taken: { readonly unit: number; readonly pdu: Buffer }): void => {
          heard += 1;
          if (!frame.subarray(0, -2).equals(Buffer.from([taken.unit, ...taken.pdu]))) strays += 1;
          units.answer(taken.unit, taken.pdu, ALL_RIGHTS);
        };
        const before = heard;
        inPieces(random, bytes, (piece) => {
          framer.push(piece);
          for (let found = framer.next(); found !== null; found = framer.next()) take(found);
        });
        const last = framer.silence();
        if (last !== null && last !== "garbled") take(last);
        if (isWhole && frame.length <= 256 && heard !== before + 1) unheard.push(frame.toString("hex"));
      }
    };
    send(FRAMES / 10);
    const before = memoryBytes();
    send(FRAMES * 0.9);
    expect(memoryBytes()).toBeLessThan(before * 1.1);
    expect(unheard).toEqual([]);
    expect(heard).toBeGreaterThan(FRAMES / 10);
    // 16 bits of check let one damaged frame of 65,536 pass.
    expect(strays).toBeLessThan(5 + FRAMES / 10_000);
  });
});

const request = mbapFrame(1, 1, Buffer.from("0400000002", "hex"));

/** A master that minds its own business; resolves, when told to stop, with the longest wait for an answer. */
const poll = (port: number) => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let isPolling = true;
  const waits: number[] = [];
  const done = new Promise<readonly number[]>((resolve, reject) => {
    let askedMs = 0;
    const ask = (): void => {
      askedMs = performance.now();
      socket.write(request);
    };
    socket.on("connect", ask);
    socket.on("data", () => {
      waits.push(performance.now() - askedMs);
      if (isPolling) setTimeout(ask, 1);
      else resolve(waits);
    });
    socket.on("close", () => reject(new Error("the server closed the connection of a master that did nothing")));
  });
  return {
    stop: async () => {
      isPolling = false;
      const all = await done;
      socket.removeAllListeners("close").destroy();
      return all;
    },
  };
};

const rawAt = (port: number): Socket => {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  return socket;
};

/** One client that sends, reads or does not read, and goes. */
const misbehave = async (port: number, random: Random): Promise<void> => {
  const socket = rawAt(port);
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  if (random(3) > 0) socket.resume();
  for (let sent = 0; sent < 10 && !socket.destroyed; sent += 1) socket.write(tcpBytes(random));
  await Promise.race([gone, pause(random(8))]);
  socket.destroy();
  await gone;
};

describe("over sockets", () => {
  test("floods, half frames, slow ones and those that never read delay no other master, and leave nothing behind", async () => {
    const { units } = setUp();
    const server = new TcpServer(config, config.listener, units, hostClock, logBook().log);
    await server.start();
    cleanups.push(() => server.stop());
    const { port } = server.address;
    const random = randomFrom(6003);
    const storm = async (clients: number): Promise<void> => {
      for (let sent = 0; sent < clients; sent += 20) {
        await Promise.all(Array.from({ length: 20 }, () => misbehave(port, random)));
      }
    };
    await storm(200);
    await eventually("all are gone", () => server.counters.connections === 0);
    const before = memoryBytes();

    const master = poll(port);
    const greedy = Array.from({ length: 4 }, () => rawAt(port).pause());
    const pipelined = Buffer.concat(Array.from({ length: 5000 }, () => request));
    for (const socket of greedy) for (let round = 0; round < 20; round += 1) socket.write(pipelined);
    const slow = Array.from({ length: 4 }, () => rawAt(port));
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write(request.subarray(0, 1));
    }, 20);
    cleanups.push(() => clearInterval(drip));
    await storm(OVER_SOCKETS / 10);
    const waits = await master.stop();
    for (const socket of [...greedy, ...slow]) socket.destroy();
    clearInterval(drip);

    await eventually("all are gone", () => server.counters.connections === 0);
    await eventually("memory is what it was", () => memoryBytes() < before * 1.1);
    const longestMs = Math.max(...waits);
    console.info(`the longest of ${waits.length} waits of an innocent master: ${longestMs.toFixed(1)} ms`);
    expect(waits.length).toBeGreaterThan(5);
    expect(longestMs).toBeLessThan(500);
    expect(server.counters.cutOff).toBeGreaterThan(OVER_SOCKETS / 100);
  });
});

/** A serial port without a wire: what the server writes, and a way to say something to it. */
class Loose extends Duplex {
  readonly written: Buffer[] = [];
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    done();
  }
}

test("after any noise on a serial line and a silence the next request is answered", async () => {
  const { units } = setUp([]);
  const port = new Loose();
  const line = { path: "loose", baudRate: 115_200, parity: "none", stopBits: 1 } as const;
  const server = new RtuServer(config, line, units, hostClock, logBook().log, async () => port);
  await server.start();
  cleanups.push(() => server.stop());
  const random = randomFrom(6004);
  const answer = rtuFrame(1, Buffer.from("040400000000", "hex"));
  for (let round = 0; round < 25; round += 1) {
    for (let burst = 0; burst < 40; burst += 1) {
      port.push(random(2) === 0 ? noise(random, 1 + random(300)) : rtuFrame(2, requestPdu(random)));
    }
    await pause(40);
    port.written.length = 0;
    // A machine that is busy may take the silence for shorter than it was; a master asks again.
    await eventually("its answer", async () => {
      port.push(rtuFrame(1, Buffer.from("0400000002", "hex")));
      await pause(60);
      return port.written.length > 0;
    });
    expect(port.written[0]).toEqual(answer);
  }
  expect(server.counters.garbled).toBeGreaterThan(10);
});
