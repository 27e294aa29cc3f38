import { execFile } from "node:child_process";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import modbusSerial from "modbus-serial";
import { afterEach, describe, expect, test } from "vitest";
import { PYTHON, requirePeers, requirePythonModule } from "../../../hil-tests/peers.ts";
import { hostClock } from "../../../runtime/host/clock.ts";
import type { ModbusServer } from "../../../runtime/index.ts";
import { ProcessImage } from "../../process-image.ts";
import { eventually, logBook, pause, served, TestBoard, tcpListener, testSystem } from "../../testing/test-module.ts";
import { identificationOf } from "./device-identification.ts";
import { modbusServer } from "./index.ts";

const run = promisify(execFile);
const peers = requirePeers("mbpoll");
const pymodbus = requirePythonModule("pymodbus");

const module = testSystem({
  basin: [
    "in setpoint REAL",
    "in limit INT",
    "in start BOOL",
    "in stop BOOL",
    "out level REAL",
    "out flow REAL",
    "out running BOOL",
    "out alarms UDINT",
    "in percent USINT",
  ],
});
const config: ModbusServer = {
  name: "scada",
  listener: tcpListener(),
  unitId: 1,
  units: [],
  mappings: [
    served(module, "basin.level", "inputRegister", 0, "REAL"),
    served(module, "basin.flow", "inputRegister", 2, "INT", { scale: 0.1 }),
    served(module, "basin.alarms", "inputRegister", 3, "UDINT", { byteOrder: "CDAB" }),
    served(module, "basin.setpoint", "holdingRegister", 0, "REAL"),
    served(module, "basin.limit", "holdingRegister", 2, "INT"),
    served(module, "basin.percent", "holdingRegister", 3, "USINT"),
    served(module, "basin.level", "holdingRegister", 4, "REAL"),
    served(module, "basin.running", "discreteInput", 0, "BOOL"),
    served(module, "basin.start", "coil", 0, "BOOL"),
    served(module, "basin.stop", "coil", 1, "BOOL"),
    served(module, "basin.running", "coil", 2, "BOOL"),
  ],
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const serve = async (changes: Partial<ModbusServer> = {}) => {
  const board = new TestBoard(module, hostClock);
  const image = new ProcessImage(module, board.exchange, hostClock);
  const { log, lines } = logBook();
  const server = modbusServer({ ...config, ...changes }, image, identificationOf("works"), hostClock, log);
  await server.start();
  cleanups.push(
    () => board.stop(),
    () => server.stop(),
  );
  return { board, server, lines, port: server.address?.port ?? 0 };
};

const masterAt = async (port: number) => {
  const master = new modbusSerial.default();
  await master.connectTCP("127.0.0.1", { port });
  master.setTimeout(2000);
  master.setID(1);
  cleanups.push(() => master.close(() => undefined));
  return master;
};

const rawAt = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  cleanups.push(() => socket.destroy());
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return socket;
};

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.resume();
  });

const exceptionOf = (request: Promise<unknown>): Promise<number | undefined> =>
  request.then(
    () => undefined,
    (error: { modbusCode?: number }) => error.modbusCode,
  );

const published = () => pause(10); // several slots of the test board

describe("a Modbus master", () => {
  test("reads the published image in every area", async () => {
    const { board, port } = await serve();
    board.set("basin.level", 3.25);
    board.set("basin.flow", -12.3);
    board.set("basin.alarms", 0x1234_5678);
    board.set("basin.running", true);
    await published();
    const master = await masterAt(port);
    expect((await master.readInputRegisters(0, 5)).data).toEqual([0x4050, 0, 0x1_0000 - 123, 0x5678, 0x1234]);
    expect((await master.readHoldingRegisters(4, 2)).data).toEqual([0x4050, 0]);
    expect((await master.readDiscreteInputs(0, 1)).data[0]).toBe(true);
    expect((await master.readCoils(0, 3)).data.slice(0, 3)).toEqual([false, false, true]);
  });

  test("finds other points under each further unit, and nothing under any other", async () => {
    const units = [{ unitId: 9, mappings: [served(module, "basin.flow", "inputRegister", 0, "REAL")] }];
    const { board, port } = await serve({ units });
    board.set("basin.level", 3.25);
    board.set("basin.flow", 2.5);
    await published();
    const master = await masterAt(port);
    expect((await master.readInputRegisters(0, 2)).data).toEqual([0x4050, 0]);
    master.setID(9);
    expect((await master.readInputRegisters(0, 2)).data).toEqual([0x4020, 0]);
    expect(await exceptionOf(master.readInputRegisters(2, 1))).toBe(2);
    master.setID(10);
    expect(await exceptionOf(master.readInputRegisters(0, 2))).toBe(11);
  });

  test("writes inputs, reads back what it wrote at once, and the guest latches all of a request together", async () => {
    const { board, port } = await serve();
    const master = await masterAt(port);
    await master.writeRegisters(0, [0x4080, 0, 0xfffb, 55]);
    expect((await master.readHoldingRegisters(0, 4)).data).toEqual([0x4080, 0, 0xfffb, 55]);
    await master.writeCoils(0, [true, true]);
    await master.writeCoil(1, false);
    expect((await master.readCoils(0, 2)).data.slice(0, 2)).toEqual([true, false]);
    await eventually("the guest sees the coils", () => board.get("basin.start").value === true);
    expect(board.get("basin.setpoint")).toMatchObject({ value: 4, quality: "good" });
    expect(board.get("basin.limit").value).toBe(-5);
    expect(board.get("basin.percent").value).toBe(55);
    const half = board.latched[0]!.filter((cells) => (cells.get(0) === 4) !== (cells.get(8) === 55));
    expect(half).toEqual([]);
  });

  test("is refused what is not there, not writable, half a value or out of range, and nothing of it is applied", async () => {
    const { board, port, server } = await serve();
    const master = await masterAt(port);
    expect(await exceptionOf(master.readInputRegisters(4, 2))).toBe(2);
    expect(await exceptionOf(master.readCoils(2, 2))).toBe(2);
    expect(await exceptionOf(master.writeCoil(2, true))).toBe(2);
    expect(await exceptionOf(master.writeRegisters(4, [0, 0]))).toBe(2);
    expect(await exceptionOf(master.writeRegister(0, 7))).toBe(2);
    expect(await exceptionOf(master.writeRegister(1, 7))).toBe(2);
    expect(await exceptionOf(master.writeRegisters(1, [7, 5]))).toBe(2);
    expect(await exceptionOf(master.writeRegisters(0, [0x4080, 0, 5, 300]))).toBe(3); // 300 is no USINT
    expect(await exceptionOf(master.writeRegisters(0, [0x7fc0, 0]))).toBe(3); // NaN
    expect(await exceptionOf(master.writeRegisters(2, [5, 6, 7]))).toBe(2); // ends in a read-only point
    expect(board.latched[0]).toEqual([]);
    expect((await master.readHoldingRegisters(0, 4)).data).toEqual([0, 0, 0, 0]);
    expect(server.counters).toMatchObject({ requests: 11, exceptions: 10, connections: 1 });
  });

  test("finds bits of several points in one register, and writes those that can be written", async () => {
    const bits = [
      served(module, "basin.running", "holdingRegister", 0, "BOOL", { bit: 0 }),
      served(module, "basin.start", "holdingRegister", 0, "BOOL", { bit: 4 }),
      served(module, "basin.stop", "holdingRegister", 0, "BOOL", { bit: 15 }),
      served(module, "basin.running", "inputRegister", 0, "BOOL", { bit: 1 }),
      served(module, "basin.running", "holdingRegister", 1, "BOOL", { bit: 1 }),
    ];
    const { board, port } = await serve({ mappings: bits });
    board.set("basin.running", true);
    await published();
    const master = await masterAt(port);
    expect((await master.readInputRegisters(0, 1)).data).toEqual([2]);
    await master.writeRegister(0, 0xfff0); // also a bit that is an output, and some that are nobody's
    expect((await master.readHoldingRegisters(0, 1)).data).toEqual([0x8011]);
    await master.writeRegisters(0, [0x8000]);
    expect((await master.readHoldingRegisters(0, 1)).data).toEqual([0x8001]);
    await eventually("the guest sees both", () => {
      const [start, stop] = ["basin.start", "basin.stop"].map((name) => board.get(name).value);
      return start === false && stop === true;
    });
    expect(await exceptionOf(master.writeRegister(1, 2))).toBe(2); // outputs only
  });

  test("is told by exception 4 when a NaN would have to be an integer", async () => {
    const { board, port } = await serve();
    board.set("basin.flow", Number.NaN);
    await published();
    const master = await masterAt(port);
    expect(await exceptionOf(master.readInputRegisters(2, 1))).toBe(4);
    expect((await master.readInputRegisters(0, 2)).data).toEqual([0, 0]);
  });

  test("reaches the module by its unit id, by 0 and by 255, and no other", async () => {
    const { port } = await serve({ unitId: 7 });
    const master = await masterAt(port);
    for (const unit of [7, 255, 0]) {
      master.setID(unit);
      expect((await master.readInputRegisters(0, 1)).data).toEqual([0]);
    }
    master.setID(1);
    expect(await exceptionOf(master.readInputRegisters(0, 1))).toBe(0x0b);
  });
});

describe.skipIf(peers.missing)("mbpoll", () => {
  const mbpoll = (port: number, ...more: string[]) =>
    run("mbpoll", ["-m", "tcp", "-a", "1", "-0", "-1", "-p", String(port), ...more, "127.0.0.1"]);
  const mbpollWrite = (port: number, options: string[], ...values: string[]) =>
    run("mbpoll", ["-m", "tcp", "-a", "1", "-0", "-p", String(port), ...options, "127.0.0.1", ...values]);

  test("reads REAL as ABCD, 16-bit registers and bits, and writes a setpoint and a coil", async () => {
    const { board, port } = await serve();
    board.set("basin.level", 12.5);
    board.set("basin.flow", 3.7);
    board.set("basin.running", true);
    await published();
    expect((await mbpoll(port, "-r", "0", "-t", "3:float", "-B")).stdout).toContain("[0]: \t12.5");
    expect((await mbpoll(port, "-r", "2", "-t", "3")).stdout).toContain("[2]: \t37");
    expect((await mbpoll(port, "-r", "0", "-t", "1")).stdout).toContain("[0]: \t1");
    await mbpollWrite(port, ["-r", "0", "-t", "4:float", "-B"], "2.75");
    await mbpollWrite(port, ["-r", "0", "-t", "0"], "1");
    await eventually("the guest sees both", () => board.get("basin.start").value === true);
    expect(board.get("basin.setpoint").value).toBe(2.75);
    expect((await mbpoll(port, "-r", "0", "-t", "4:float", "-B")).stdout).toContain("[0]: \t2.75");
  });
});

describe.skipIf(pymodbus.missing)("pymodbus", () => {
  test("reads, writes and gets the exceptions that are due", async () => {
    const { board, port } = await serve();
    board.set("basin.level", 1.5);
    await published();
    const script = [
      "import sys",
      "from pymodbus.client import ModbusTcpClient",
      "from pymodbus.mei_message import ReadDeviceInformationRequest",
      "c = ModbusTcpClient('127.0.0.1', port=int(sys.argv[1])); c.connect()",
      "print(c.read_input_registers(0, 2, slave=1).registers)",
      "print(c.write_registers(0, [0x3f80, 0], slave=1).isError())",
      "print(c.read_holding_registers(0, 2, slave=1).registers)",
      "print(c.write_coils(0, [True, True], slave=1).isError(), c.read_coils(0, 2, slave=1).bits[:2])",
      "print(c.read_holding_registers(50, 2, slave=1).exception_code, c.write_register(0, 1, slave=1).exception_code)",
      "print(c.write_register(2, 0x12, slave=1).isError(), c.mask_write_register(2, 0xf2, 0x25, slave=1).isError())",
      "r = dict(read_address=2, read_count=2, write_address=3, write_registers=[7], slave=1)",
      "print(c.readwrite_registers(**r).registers)",
      "print(c.execute(ReadDeviceInformationRequest(read_code=2, slave=1)).information[6].decode())",
    ].join("\n");
    const { stdout } = await run(PYTHON, ["-c", script, String(port)]);
    expect(stdout.trim().split("\n")).toEqual([
      ...["[16320, 0]", "False", "[16256, 0]", "False [True, True]", "2 2"],
      ...["False False", "[23, 7]", "works"],
    ]);
    await eventually("the guest sees the setpoint", () => board.get("basin.setpoint").value === 1);
  });
});

describe("a client that breaks the rules", () => {
  test("is cut off for another protocol or an impossible length, with one line in the log", async () => {
    const { port, server, lines } = await serve();
    const impossible = await rawAt(port);
    impossible.write(Buffer.from("000100000000ffff", "hex"));
    await closed(impossible);
    const http = await rawAt(port);
    http.write("GET / HTTP/1.1\r\n\r\n");
    await closed(http);
    expect(server.counters.cutOff).toBe(2);
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(lines.at(-1)?.fields).toMatchObject({ server: "scada", reason: "length 0, not 2 to 254" });
  });

  test.each([
    ["leaves a frame unfinished", "0001000000060103", 60_000, "a frame not finished within 1000 ms"],
    ["is silent for too long", "", 300, "idle for 300 ms"],
  ])("is cut off when it %s", async (_, bytes, idleTimeoutMs, reason) => {
    const { port, server, lines } = await serve({ listener: tcpListener({ idleTimeoutMs }) });
    const socket = await rawAt(port);
    socket.write(Buffer.from(bytes, "hex"));
    await closed(socket);
    expect(server.counters.cutOff).toBe(1);
    expect(lines.at(-1)?.fields).toMatchObject({ reason });
    await eventually("nobody is left", () => server.counters.connections === 0);
  });

  test("is refused beyond the connection limit, and the others are served", async () => {
    const { port, server } = await serve({ listener: tcpListener({ maxConnections: 2 }) });
    const master = await masterAt(port);
    await rawAt(port);
    await closed(await rawAt(port));
    expect(server.counters.refused).toBe(1);
    expect((await master.readInputRegisters(0, 1)).data).toEqual([0]);
  });

  test("that never reads its answers is not read from, and delays nobody", async () => {
    const { port, server } = await serve();
    const greedy = await rawAt(port);
    greedy.pause();
    const request = Buffer.from("000100000006010400000005", "hex");
    const flood = Buffer.concat(Array.from({ length: 5000 }, () => request));
    for (let round = 0; round < 200; round += 1) greedy.write(flood);
    const master = await masterAt(port);
    let slowestMs = 0;
    for (let round = 0; round < 100; round += 1) {
      const begunMs = performance.now();
      await master.readInputRegisters(0, 5);
      slowestMs = Math.max(slowestMs, performance.now() - begunMs);
    }
    expect(slowestMs).toBeLessThan(500);
    let seen = -1;
    await eventually(
      "the server waits for the client to read",
      async () => {
        const before = seen;
        seen = server.counters.requests;
        await pause(50);
        return seen === before;
      },
      20_000,
    );
    expect(seen).toBeLessThan(900_000); // of the million asked
  });

  test("gets its pipelined requests answered in order", async () => {
    const { port } = await serve();
    const socket = await rawAt(port);
    const requests = Array.from({ length: 500 }, (_, index) => {
      const request = Buffer.from("000000000006010400000001", "hex");
      request.writeUInt16BE(index, 0);
      return request;
    });
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    socket.write(Buffer.concat(requests));
    await eventually("all answers", () => Buffer.concat(received).length === 500 * 11);
    const answers = Buffer.concat(received);
    expect(requests.map((_, index) => answers.readUInt16BE(index * 11))).toEqual(requests.map((_, index) => index));
  });

  test.each([100, 20_000])("that ends its side behind %i requests gets all answers", async (count) => {
    const { port } = await serve();
    const socket = await rawAt(port);
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
    const request = Buffer.from("000700000006010400000001", "hex");
    socket.end(Buffer.concat(Array.from({ length: count }, () => request)));
    await closed(socket);
    expect(received).toBe(count * 11);
  });
});
