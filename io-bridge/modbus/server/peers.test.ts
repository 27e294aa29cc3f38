/** The server beside libmodbus, and its traffic under tshark's eyes; mbpoll and pymodbus are in tcp-server and rtu-server. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { requirePeers } from "../../../hil-tests/peers.ts";
import { hostClock } from "../../../runtime/host/clock.ts";
import { ProcessImage } from "../../process-image.ts";
import { type Captured, writeSerialCapture, writeTcpCapture } from "../../testing/capture.ts";
import { requestPdu } from "../../testing/modbus-fuzz.ts";
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
import { mbapFrame } from "../mbap-framer.ts";
import { rtuFrame } from "../rtu-framer.ts";
import { identificationOf } from "./device-identification.ts";
import { modbusServer } from "./index.ts";
import { ALL_RIGHTS } from "./rights.ts";
import { Units } from "./units.ts";

const run = promisify(execFile);
const gcc = requirePeers("gcc");
const tshark = requirePeers("tshark");

const folder = mkdtempSync(join(tmpdir(), "partita-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const module = testSystem({
  basin: ["in setpoint REAL", "in limit INT", "in start BOOL", "in stop BOOL", "out level REAL", "out running BOOL"],
});
const config = {
  name: "scada",
  listener: tcpListener(),
  unitId: 1,
  units: [],
  mappings: [
    served(module, "basin.level", "inputRegister", 0, "REAL"),
    served(module, "basin.setpoint", "holdingRegister", 0, "REAL"),
    served(module, "basin.limit", "holdingRegister", 2, "INT"),
    served(module, "basin.start", "coil", 0, "BOOL"),
    served(module, "basin.stop", "coil", 1, "BOOL"),
    served(module, "basin.running", "discreteInput", 0, "BOOL"),
  ],
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const setUp = () => {
  const board = new TestBoard(module, hostClock);
  cleanups.push(() => board.stop());
  return { board, image: new ProcessImage(module, board.exchange, hostClock) };
};

describe.skipIf(gcc.missing)("libmodbus", () => {
  test("gets the answers, and the exceptions, that it expects of every function it has", async () => {
    const source = fileURLToPath(new URL("./testing/libmodbus-client.c", import.meta.url));
    const client = join(folder, "client");
    await run("gcc", ["-Wall", "-Wextra", "-I/usr/include/modbus", source, "-o", client, "-lmodbus"]);
    const { board, image } = setUp();
    const server = modbusServer(config, image, identificationOf("works"), hostClock, logBook().log);
    await server.start();
    cleanups.push(() => server.stop());
    board.set("basin.level", 3.25);
    board.set("basin.running", true);
    await pause(10);
    const { stdout } = await run(client, [String(server.address?.port)]);
    expect(stdout.trim().split("\n")).toEqual([
      "input registers: 4050 0000",
      "write registers:",
      "holding registers: 4080 0000",
      "write register:",
      "mask write:",
      "write and read: 4080 0000 0017",
      "write coils:",
      "write coil:",
      "coils: 2 0 1",
      "discrete inputs: 1 1",
      "not there: Illegal data address",
      "half a value: Illegal data address",
    ]);
    await eventually("the guest sees what it wrote", () => board.get("basin.stop").value === true);
    expect(board.get("basin.limit").value).toBe(0x17);
  });
});

describe.skipIf(tshark.missing)("tshark", () => {
  const LEGAL = [
    ...["0100000002", "0200000001", "0300000003", "0400000002", "050000ff00", "0600020005", "0f000000020103"],
    ...["10000000020440800000", "1600020000ffff", "170000000300020001020007", "2b0e0100", "2b0e0200", "2b0e0401"],
  ];
  /** All legal requests, and 300 of a fuzzer that at least have a length that tshark can dissect. */
  const exchanges = (): readonly (readonly [request: Buffer, response: Buffer])[] => {
    const units = new Units(config, [], setUp().image, identificationOf("works"));
    const random = randomFrom(6005);
    const legal = LEGAL.map((text) => Buffer.from(text, "hex"));
    const wild = Array.from({ length: 300 }, () => requestPdu(random)).filter((pdu) => {
      const response = units.answer(1, pdu, ALL_RIGHTS);
      return response?.[1] !== 3 && [1, 2, 3, 4, 5, 6].includes(pdu[0]!); // of right length and quantity
    });
    return [...legal, ...wild].map((pdu) => [pdu, units.answer(1, pdu, ALL_RIGHTS)!]);
  };

  /** What it says of each frame. */
  const dissected = async (path: string, ...options: readonly string[]): Promise<readonly string[]> => {
    const fields = ["-T", "fields", "-e", "frame.protocols", "-e", "modbus.func_code", "-e", "_ws.expert.message"];
    const { stdout } = await run("tshark", ["-r", path, ...options, ...fields]);
    return stdout.trimEnd().split("\n");
  };
  const troubles = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => /malformed|illegal length|checksum|undecoded/i.test(line));

  test("finds no malformed frame in the TCP traffic, and pairs every answer with its request", async () => {
    const all = exchanges();
    const captured = all.flatMap(([request, response], at): Captured[] => [
      { from: "client", bytes: mbapFrame(at, 1, request) },
      { from: "server", bytes: mbapFrame(at, 1, response) },
    ]);
    const path = join(folder, "tcp.pcap");
    writeTcpCapture(path, captured);
    const lines = await dissected(path);
    expect(lines).toHaveLength(captured.length);
    expect(lines.filter((line) => !line.includes(":mbtcp:modbus"))).toEqual([]);
    expect(troubles(lines)).toEqual([]);
    const { stdout } = await run("tshark", [
      "-r",
      path,
      "-Y",
      "modbus.request_frame or modbus.exception_code",
      "-T",
      "fields",
      "-e",
      "frame.number",
    ]);
    expect(stdout.trim().split("\n")).toHaveLength(all.length);
  });

  test("finds no malformed frame and no wrong check in the RTU traffic", async () => {
    const all = exchanges();
    const captured = all.flatMap(([request, response]): Captured[] => [
      { from: "client", bytes: rtuFrame(1, request) },
      { from: "server", bytes: rtuFrame(1, response) },
    ]);
    const path = join(folder, "rtu.pcap");
    writeSerialCapture(path, captured);
    const dlt = 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""';
    const lines = await dissected(path, "-o", dlt, "-o", "mbrtu.crc_verification:TRUE");
    expect(lines).toHaveLength(captured.length);
    expect(lines.filter((line) => !line.includes("mbrtu:modbus"))).toEqual([]);
    expect(troubles(lines)).toEqual([]);
  });
});
