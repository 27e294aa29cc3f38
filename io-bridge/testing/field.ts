/** For tests of the Modbus client: a bus that polls for a test board, and field devices on TCP that answer as the test wants. */
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { hostClock, type ModbusClient, type System } from "../../runtime/index.ts";
import { Bus } from "../modbus/client/bus.ts";
import { MbapFramer, mbapFrame } from "../modbus/mbap-framer.ts";
import { ProcessImage } from "../process-image.ts";
import { logBook, TestBoard } from "./test-module.ts";

/** A bus at work until the test ends; `halt` keeps what the board publishes from it. */
export const pollField = (config: ModbusClient, system: System) => {
  const board = new TestBoard(system, hostClock);
  const image = new ProcessImage(system, board.exchange, hostClock);
  const { log, lines } = logBook();
  const bus = new Bus(config, image, hostClock, log);
  const timer = setInterval(() => {
    image.refresh();
    bus.noticeOutputs();
  }, 5);
  bus.start();
  onTestFinished(async () => {
    clearInterval(timer);
    await bus.finish(200);
    board.stop();
  });
  const counters = (device: string) => bus.counters.devices[device]!;
  return { board, bus, lines, image, counters, halt: () => clearInterval(timer) };
};

export interface Asked {
  readonly atMs: number;
  readonly unit: number;
  readonly pdu: Buffer;
  readonly socket: Socket;
}

/** A PDU, bytes of its own making, or nothing. */
type Answer = Buffer | { readonly raw: Buffer } | null;

export const wilfulDevice = async (behave: (asked: Asked, transaction: number) => Answer, port = 0) => {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const framer = new MbapFramer();
    socket.on("data", (chunk) => {
      framer.push(chunk);
      for (let framed = framer.next(); framed.kind === "frame"; framed = framer.next()) {
        const request = { atMs: hostClock.monotonicMs(), unit: framed.unit, pdu: Buffer.from(framed.pdu), socket };
        asked.push(request);
        const answer = behave(request, framed.transaction);
        if (answer === null) continue;
        socket.write("raw" in answer ? answer.raw : mbapFrame(framed.transaction, framed.unit, answer));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  onTestFinished(close);
  return { port: (server.address() as { port: number }).port, asked, sockets, close };
};

/** Answers reads by 1.5 in the first two registers and 1 in the first bit, writes by their echo. */
export const cooperate = ({ pdu }: Pick<Asked, "pdu">): Buffer => {
  const quantity = pdu.readUInt16BE(3);
  if (pdu[0] === 1 || pdu[0] === 2) {
    const bits = Buffer.alloc(Math.ceil(quantity / 8));
    bits[0] = 1;
    return Buffer.concat([Buffer.from([pdu[0], bits.length]), bits]);
  }
  if (pdu[0] === 3 || pdu[0] === 4) {
    const words = Buffer.alloc(quantity * 2);
    if (quantity >= 2) words.writeFloatBE(1.5, 0);
    return Buffer.concat([Buffer.from([pdu[0], quantity * 2]), words]);
  }
  return pdu.subarray(0, pdu[0] === 22 ? 7 : 5);
};

/** Holding registers and coils that keep what is written by FC 5, 6, 15, 16 and 22, and answer FC 1 and 3. */
export class FieldMemory {
  readonly registers = new Uint16Array(100);
  readonly coils = new Uint8Array(100);

  answer(pdu: Buffer): Buffer {
    const [code, address, count] = [pdu[0]!, pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    if (code === 1) return this.#bits(address, count);
    if (code === 3) return this.#words(address, count);
    if (code === 5) this.coils[address] = count === 0 ? 0 : 1;
    if (code === 6) this.registers[address] = count;
    if (code === 15) for (let i = 0; i < count; i += 1) this.coils[address + i] = (pdu[6 + (i >> 3)]! >> (i & 7)) & 1;
    if (code === 16) for (let i = 0; i < count; i += 1) this.registers[address + i] = pdu.readUInt16BE(6 + 2 * i);
    if (code === 22) this.registers[address] = (this.registers[address]! & count) | (pdu.readUInt16BE(5) & ~count);
    return pdu.subarray(0, code === 22 ? 7 : 5);
  }

  #bits(address: number, count: number): Buffer {
    const bytes = Buffer.alloc(2 + Math.ceil(count / 8));
    bytes[0] = 1;
    bytes[1] = bytes.length - 2;
    for (let i = 0; i < count; i += 1) bytes[2 + (i >> 3)]! |= this.coils[address + i]! << (i & 7);
    return bytes;
  }

  #words(address: number, count: number): Buffer {
    const bytes = Buffer.alloc(2 + 2 * count);
    bytes[0] = 3;
    bytes[1] = 2 * count;
    for (let i = 0; i < count; i += 1) bytes.writeUInt16BE(this.registers[address + i]!, 2 + 2 * i);
    return bytes;
  }
}
