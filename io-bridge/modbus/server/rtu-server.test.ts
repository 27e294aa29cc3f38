import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { PYTHON, requirePeers, requirePythonModule } from "../../../hil-tests/peers.ts";
import { hostClock } from "../../../runtime/host/clock.ts";
import { ProcessImage } from "../../process-image.ts";
import { memoryBytes, noise } from "../../testing/fuzz.ts";
import { rtuBytes } from "../../testing/modbus-fuzz.ts";
import { SerialPair } from "../../testing/serial-pair.ts";
import { eventually, logBook, pause, randomFrom, served, TestBoard, testSystem } from "../../testing/test-module.ts";
import { rtuFrame } from "../rtu-framer.ts";
import { identificationOf } from "./device-identification.ts";
import { modbusServer } from "./index.ts";
import { RtuServer } from "./rtu-server.ts";
import { Units } from "./units.ts";

const run = promisify(execFile);
const cable = requirePeers("socat");
const mbpoll = requirePeers("socat", "mbpoll");
const pymodbus = requirePythonModule("pymodbus");

const module = testSystem({ basin: ["in setpoint REAL", "in start BOOL", "out level REAL"] });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const serve = async () => {
  const pair = new SerialPair();
  await pair.join();
  const board = new TestBoard(module, hostClock);
  const image = new ProcessImage(module, board.exchange, hostClock);
  const { log, lines } = logBook();
  const points = [
    served(module, "basin.level", "inputRegister", 0, "REAL"),
    served(module, "basin.setpoint", "holdingRegister", 0, "REAL"),
    served(module, "basin.start", "coil", 0, "BOOL"),
  ];
  const config = {
    name: "panel",
    listener: { kind: "rtu", line: { path: pair.ours, baudRate: 115_200, parity: "none", stopBits: 1 } },
    unitId: 7,
    mappings: points,
    units: [{ unitId: 9, mappings: points.slice(0, 1) }],
  } as const;
  const server = modbusServer(config, image, identificationOf("works"), hostClock, log);
  cleanups.push(
    () => pair.remove(),
    () => board.stop(),
    () => server.stop(),
  );
  await server.start();
  board.set("basin.level", 3.25);
  await pause(10);
  return { pair, board, server, lines };
};

/** As much as a line of 115,200 Bd would take minutes for. */
const STORMS = 10;
const STORM_FRAMES = 500;

/** The other end of the cable, byte by byte. */
const wireAt = async (path: string) => {
  const file = await open(path, "r+");
  const reading = file.createReadStream({ autoClose: false });
  let heard = "";
  reading.on("data", (chunk) => {
    heard += (chunk as Buffer).toString("hex");
  });
  reading.on("error", () => undefined);
  const writing = createWriteStream(path);
  cleanups.push(() => {
    writing.destroy();
    reading.destroy();
  });
  return { write: (bytes: Buffer) => writing.write(bytes), heard: () => heard };
};

const readLevel = Buffer.from("0400000002", "hex");
const levelAnswer = (unit: number): string => rtuFrame(unit, Buffer.from("040440500000", "hex")).toString("hex");

describe.skipIf(cable.missing)("a server on a serial line", () => {
  test("answers its units, also frames in pieces, and takes nothing of what is damaged or for others", async () => {
    const { pair, board, server } = await serve();
    const wire = await wireAt(pair.theirs);
    const request = rtuFrame(7, readLevel);
    wire.write(request.subarray(0, 3));
    await pause(5);
    wire.write(request.subarray(3));
    await eventually("its answer", () => wire.heard() === levelAnswer(7));
    wire.write(Buffer.concat([rtuFrame(8, readLevel), rtuFrame(8, Buffer.from("040440500000", "hex"))]));
    wire.write(rtuFrame(9, readLevel));
    await eventually("its other unit's answer", () => wire.heard() === levelAnswer(7) + levelAnswer(9));
    const damaged = rtuFrame(7, Buffer.from("050001ff00", "hex"));
    damaged[3]! ^= 1; // which makes it a write to a coil that is there
    wire.write(damaged);
    await eventually("it is counted", () => server.counters.garbled === 1);
    wire.write(rtuFrame(7, readLevel));
    await eventually("it is in step again", () => wire.heard().endsWith(levelAnswer(9) + levelAnswer(7)));
    expect(board.get("basin.start").value).toBe(false);
    expect(server.counters).toEqual({
      connections: 1,
      requests: 3,
      exceptions: 0,
      refused: 0,
      cutOff: 0,
      garbled: 1,
    });
  });

  test("takes a broadcast without a word, and answers a function that it does not know by exception 1", async () => {
    const { pair, board } = await serve();
    const wire = await wireAt(pair.theirs);
    wire.write(rtuFrame(0, Buffer.from("100000000204" + "40800000", "hex")));
    await eventually("the guest sees it", () => board.get("basin.setpoint").value === 4);
    wire.write(rtuFrame(7, Buffer.from("64010203", "hex")));
    const refusal = rtuFrame(7, Buffer.from("e401", "hex")).toString("hex");
    await eventually("the exception, and nothing else", () => wire.heard() === refusal);
  });

  test("answers after every storm of noise, halves and others' frames on its line, and keeps nothing of them", async () => {
    const { pair, server } = await serve();
    const wire = await wireAt(pair.theirs);
    const random = randomFrom(6006);
    const storm = async (): Promise<void> => {
      for (let sent = 0; sent < STORM_FRAMES; sent += 1) {
        const frame = rtuBytes(random);
        const kinds = [noise(random, 1 + random(300)), frame.subarray(0, 1 + random(frame.length)), frame];
        wire.write(kinds[random(kinds.length)]!);
        if (sent % 20 === 0) await pause(1);
      }
      await eventually("the answer to who asks", async () => {
        await pause(50); // in which the server comes back into step
        const before = wire.heard().length;
        wire.write(rtuFrame(7, readLevel));
        await pause(50);
        return wire.heard().slice(before) === levelAnswer(7);
      });
    };
    await storm();
    const before = memoryBytes();
    for (let nth = 0; nth < STORMS; nth += 1) await storm();
    await eventually("memory is what it was", () => memoryBytes() < before * 1.1);
    expect(server.counters.connections).toBe(1);
    expect(server.counters.garbled).toBeGreaterThan(STORMS);
  });

  test("goes on when the port is pulled out and comes back", async () => {
    const { pair, server, lines } = await serve();
    await pair.cut();
    await eventually("it notices", () => server.counters.connections === 0);
    await pair.join();
    await eventually("it is there again", () => server.counters.connections === 1);
    const wire = await wireAt(pair.theirs);
    wire.write(rtuFrame(7, readLevel));
    await eventually("its answer", () => wire.heard() === levelAnswer(7));
    const said = lines.map(({ message }) => message);
    expect(said).toContain("Modbus server: serial port lost");
    expect(said.at(-1)).toBe("Modbus server on its serial line again");
  });

  test("says why it cannot have its port", async () => {
    const { pair } = await serve();
    const image = new ProcessImage(module, new TestBoard(module, hostClock).exchange, hostClock);
    const line = { path: `${pair.ours}.none`, baudRate: 9600, parity: "even", stopBits: 1 } as const;
    const config = { name: "panel", listener: { kind: "rtu", line }, unitId: 1, mappings: [], units: [] } as const;
    const server = modbusServer(config, image, identificationOf("works"), hostClock, logBook().log);
    await expect(server.start()).rejects.toThrow(
      /^io\.modbusServers "panel" cannot listen on .*none: .*check the path/,
    );
  });
});

test("a server that was held up itself reads on where a frame was begun", async () => {
  const board = new TestBoard(module, hostClock);
  cleanups.push(() => board.stop());
  const image = new ProcessImage(module, board.exchange, hostClock);
  const port = new PassThrough();
  const line = { path: "loose", baudRate: 115_200, parity: "none", stopBits: 1 } as const;
  const points = [served(module, "basin.start", "coil", 0, "BOOL")];
  const config = { name: "panel", listener: { kind: "rtu", line }, unitId: 7, mappings: points, units: [] } as const;
  const units = new Units(config, [], image, identificationOf("works"));
  const server = new RtuServer(config, line, units, hostClock, logBook().log, async () => port);
  cleanups.push(() => server.stop());
  await server.start();
  const request = rtuFrame(0, Buffer.from("050000ff00", "hex")); // to all, so that nothing is answered
  port.write(request.subarray(0, 3));
  await new Promise((resolve) => setImmediate(resolve));
  const heldUpUntilMs = performance.now() + 60;
  while (performance.now() < heldUpUntilMs);
  setTimeout(() => port.write(request.subarray(3)), 1); // what waited at the port, one turn later
  await eventually("the guest sees it", () => board.get("basin.start").value === true);
  expect(server.counters.garbled).toBe(0);
});

test("a server that is stopped while it opens its port again leaves it closed", async () => {
  const board = new TestBoard(module, hostClock);
  cleanups.push(() => board.stop());
  const image = new ProcessImage(module, board.exchange, hostClock);
  const ports = [new PassThrough(), new PassThrough()] as const;
  let opened = 0;
  let letGo: () => void = () => undefined;
  const opening = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const line = { path: "loose", baudRate: 9600, parity: "even", stopBits: 1 } as const;
  const config = { name: "panel", listener: { kind: "rtu", line }, unitId: 1, mappings: [], units: [] } as const;
  const units = new Units(config, [], image, identificationOf("works"));
  const server = new RtuServer(config, line, units, hostClock, logBook().log, async () => {
    opened += 1;
    if (opened === 1) return ports[0];
    await opening;
    return ports[1];
  });
  await server.start();
  ports[0].destroy();
  await eventually("it opens it again", () => opened === 2);
  await server.stop();
  letGo();
  await eventually("it is closed", () => ports[1].destroyed);
  expect(server.counters.connections).toBe(0);
});

describe.skipIf(mbpoll.missing)("mbpoll on a serial line", () => {
  test("reads and writes", async () => {
    const { pair, board } = await serve();
    const poll = (...more: string[]) =>
      run("mbpoll", ["-m", "rtu", "-a", "7", "-b", "115200", "-P", "none", "-0", "-1", "-B", ...more]);
    expect((await poll("-r", "0", "-t", "3:float", pair.theirs)).stdout).toContain("[0]: \t3.25");
    await poll("-r", "0", "-t", "4:float", pair.theirs, "2.75");
    await eventually("the guest sees it", () => board.get("basin.setpoint").value === 2.75);
  });
});

describe.skipIf(cable.missing || pymodbus.missing)("pymodbus on a serial line", () => {
  test("reads, writes and broadcasts", async () => {
    const { pair, board } = await serve();
    const script = [
      "import sys",
      "from pymodbus.client import ModbusSerialClient",
      "c = ModbusSerialClient(sys.argv[1], baudrate=115200, parity='N', timeout=2); c.connect()",
      "print(c.read_input_registers(0, 2, slave=7).registers, c.read_input_registers(0, 2, slave=9).registers)",
      "print(c.write_coil(0, True, slave=7).isError(), c.read_coils(0, 1, slave=7).bits[0])",
      "print(c.read_holding_registers(9, 1, slave=7).exception_code)",
      "for _ in range(50): assert c.read_holding_registers(0, 2, slave=7).registers == [0, 0]",
    ].join("\n");
    const { stdout } = await run(PYTHON, ["-c", script, pair.theirs]);
    expect(stdout.trim().split("\n")).toEqual(["[16464, 0] [16464, 0]", "False True", "2"]);
    await eventually("the guest sees the coil", () => board.get("basin.start").value === true);
  });
});
