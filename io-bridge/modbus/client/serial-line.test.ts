import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { PYTHON, requirePeers, requirePythonModule } from "../../../hil-tests/peers.ts";
import { hostClock } from "../../../runtime/host/clock.ts";
import type { ModbusClient, ModbusDevice } from "../../../runtime/index.ts";
import { ProcessImage } from "../../process-image.ts";
import { cooperate, pollField } from "../../testing/field.ts";
import { SerialPair } from "../../testing/serial-pair.ts";
import {
  eventually,
  fieldClient,
  fieldDevice,
  logBook,
  mapping,
  pause,
  refOf,
  served,
  TestBoard,
  testSystem,
} from "../../testing/test-module.ts";
import { rtuFrame } from "../rtu-framer.ts";
import { identificationOf } from "../server/device-identification.ts";
import { modbusServer } from "../server/index.ts";

const cable = requirePeers("socat");
const pymodbus = requirePythonModule("serial_asyncio"); // which pymodbus needs for slaves on a serial line

const module = testSystem({ tank: ["in level REAL", "in other REAL", "out valve UINT", "out open BOOL"] });
const ref = (name: string) => refOf(module, `tank.${name}`);
const gauge = (unitId: number, ...outputs: ModbusDevice["mappings"]) =>
  fieldDevice({
    name: `gauge ${unitId}`,
    unitId,
    pollGroups: [{ name: "all", intervalMs: 20 }],
    mappings: [mapping(ref(unitId === 1 ? "level" : "other"), "inputRegister", 0, "REAL"), ...outputs],
  });

const cableOf = async (): Promise<SerialPair> => {
  const pair = new SerialPair();
  await pair.join();
  onTestFinished(() => pair.remove());
  return pair;
};

const onLine = (path: string, devices: readonly ModbusDevice[], more: Partial<ModbusClient> = {}): ModbusClient => {
  const line = { path, baudRate: 115_200, parity: "none", stopBits: 1 } as const;
  return fieldClient(0, devices, { transport: { kind: "rtu", line }, ...more });
};

interface Heard {
  readonly atMs: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

/** Devices at the far end: each frame (a chunk that comes whole on a pty) is answered as the test wants. */
const devicesAt = async (path: string, behave: (heard: Heard) => Buffer | null) => {
  const file = await open(path, "r+");
  const reading = file.createReadStream({ autoClose: false });
  const writing = createWriteStream(path);
  const heard: Heard[] = [];
  reading.on("error", () => undefined);
  writing.on("error", () => undefined);
  reading.on("data", (chunk) => {
    const frame = Buffer.from(chunk as Buffer);
    const request = { atMs: performance.now(), unit: frame[0]!, pdu: frame.subarray(1, -2) };
    heard.push(request);
    const answer = behave(request);
    if (answer !== null) writing.write(answer);
  });
  onTestFinished(() => {
    reading.destroy();
    writing.destroy();
  });
  return { heard, say: (bytes: Buffer) => writing.write(bytes) };
};

const answer = ({ unit, pdu }: Heard): Buffer => rtuFrame(unit, cooperate({ pdu }));

describe.skipIf(cable.missing)("a bus on a serial line", () => {
  test("polls several devices of the bridge's own server, and writes to them", async () => {
    const pair = await cableOf();
    const far = testSystem({ basin: ["in setpoint UINT", "out level REAL"] });
    const farBoard = new TestBoard(far, hostClock);
    const line = { path: pair.theirs, baudRate: 115_200, parity: "none", stopBits: 1 } as const;
    const mappings = [
      served(far, "basin.level", "inputRegister", 0, "REAL"),
      served(far, "basin.setpoint", "holdingRegister", 10, "UINT"),
    ];
    const config = {
      name: "far",
      listener: { kind: "rtu", line },
      unitId: 1,
      mappings,
      units: [{ unitId: 2, mappings }],
    } as const;
    const image = new ProcessImage(far, farBoard.exchange, hostClock);
    const server = modbusServer(config, image, identificationOf("works"), hostClock, logBook().log);
    await server.start();
    const refreshing = setInterval(() => image.refresh(), 2);
    onTestFinished(async () => {
      clearInterval(refreshing);
      await server.stop();
      farBoard.stop();
    });
    farBoard.set("basin.level", 3.25);
    const valve = mapping(ref("valve"), "holdingRegister", 10, "UINT");
    const { board, counters } = pollField(onLine(pair.ours, [gauge(1, valve), gauge(2)]), module);
    await eventually(
      "both are good",
      () => board.get("tank.level").value === 3.25 && board.get("tank.other").value === 3.25,
    );
    board.set("tank.valve", 77);
    await eventually("the valve is written", () => farBoard.get("basin.setpoint").value === 77);
    expect(counters("gauge 1").state).toBe("answering");
  });

  test("never takes a late reply for the next one: it keeps quiet for as long again", async () => {
    const pair = await cableOf();
    const responseTimeoutMs = 250;
    let count = 0;
    let isLate = false;
    const { heard, say } = await devicesAt(pair.theirs, (request) => {
      if (isLate) sayLate(); // it was not left in quiet
      count += 1;
      if (count % 3 !== 0) return answer(request);
      isLate = true;
      setTimeout(sayLate, responseTimeoutMs + 60);
      return null;
    });
    const sayLate = (): void => {
      if (isLate) say(rtuFrame(1, Buffer.from("040442c80000", "hex"))); // 100.0
      isLate = false;
    };
    const times = { responseTimeoutMs, degradeAfter: 100, interRequestDelayMs: 5 };
    const { board, counters } = pollField(onLine(pair.ours, [gauge(1)], times), module);
    await eventually("late replies", () => counters("gauge 1").timeouts >= 3 && counters("gauge 1").answers >= 4);
    expect(board.latched[0]!.map((cells) => cells.get(0))).not.toContain(100);
    const gaps = heard.slice(1).map(({ atMs }, index) => atMs - heard[index]!.atMs);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4);
  });

  test("refuses wrong check sums, other units' replies and noise, and counts each", async () => {
    const pair = await cableOf();
    const wrongs = ["crc", "unit", "frame"] as const;
    let nth = 0;
    await devicesAt(pair.theirs, (request) => {
      const good = answer(request);
      const wrong = wrongs[nth++ % 4];
      if (wrong === "crc") good[4]! ^= 1;
      if (wrong === "unit") return rtuFrame(9, cooperate(request));
      if (wrong === "frame") return Buffer.from("noise");
      return good;
    });
    const { board, counters } = pollField(
      onLine(pair.ours, [gauge(1)], { responseTimeoutMs: 20, degradeAfter: 9 }),
      module,
    );
    await eventually("all are counted", () => wrongs.every((wrong) => counters("gauge 1").refused[wrong] >= 2));
    expect(board.get("tank.level")).toMatchObject({ value: 1.5, quality: "good" });
  });

  test("lets a dead device delay the others only now and then", async () => {
    const pair = await cableOf();
    await devicesAt(pair.theirs, (request) => (request.unit === 1 ? null : answer(request)));
    const { board, counters } = pollField(
      onLine(pair.ours, [gauge(1), gauge(2)], { responseTimeoutMs: 20, degradeTimeMs: 400 }),
      module,
    );
    await eventually("the dead one is degraded", () => counters("gauge 1").state === "degraded");
    const before = [counters("gauge 1").requests, counters("gauge 2").answers] as const;
    await pause(800);
    expect(counters("gauge 1").requests - before[0]).toBeLessThanOrEqual(5);
    expect(counters("gauge 2").answers - before[1]).toBeGreaterThan(10);
    expect(board.get("tank.other").quality).toBe("good");
  });

  test("writes to all devices by unit 0, awaits no answer, and gives them time", async () => {
    const pair = await cableOf();
    const { heard } = await devicesAt(pair.theirs, (request) => (request.unit === 0 ? null : answer(request)));
    const all = fieldDevice({
      name: "all",
      unitId: 0,
      pollGroups: [{ name: "all", intervalMs: 60_000 }],
      mappings: [mapping(ref("valve"), "holdingRegister", 5, "UINT")],
    });
    const { board, counters } = pollField(onLine(pair.ours, [all, gauge(2)]), module);
    await eventually("polls run", () => heard.length > 3);
    board.set("tank.valve", 513);
    await eventually("it is written", () =>
      heard.some(({ unit, pdu }) => unit === 0 && pdu.toString("hex") === "0600050201"),
    );
    await eventually("polls go on", () => heard.at(-1)?.unit === 2);
    const at = heard.findLastIndex(({ unit }) => unit === 0);
    expect(heard[at + 1]!.atMs - heard[at]!.atMs).toBeGreaterThanOrEqual(50);
    expect(counters("all")).toMatchObject({ state: "answering", timeouts: 0 });
  });

  test("goes on when the adapter is pulled out and comes back", async () => {
    const pair = await cableOf();
    const { heard } = await devicesAt(pair.theirs, answer);
    const { board, bus } = pollField(onLine(pair.ours, [gauge(1)]), module);
    await eventually("it is good", () => board.get("tank.level").quality === "good");
    await pair.cut();
    await eventually("it is bad", () => board.get("tank.level").quality === "bad");
    expect(bus.counters.connected).toBe(false);
    await pair.join();
    heard.length = 0;
    await devicesAt(pair.theirs, answer);
    await eventually("it is good again", () => board.get("tank.level").quality === "good");
    expect(bus.counters.connections).toBe(2);
  });
});

const SLAVE = `
import sys
from pymodbus.server import StartSerialServer
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.transaction import ModbusRtuFramer
def slave(): return ModbusSlaveContext(co=ModbusSequentialDataBlock(0, [0] * 100), ir=ModbusSequentialDataBlock(0, [0x3fc0, 0] * 50),
                                       hr=ModbusSequentialDataBlock(0, [7] * 100), zero_mode=True)
print("ready", flush=True)
StartSerialServer(context=ModbusServerContext(slaves={1: slave(), 2: slave()}, single=False), framer=ModbusRtuFramer,
                  port=sys.argv[1], baudrate=115200, parity="N", stopbits=1, bytesize=8, timeout=0.01)
`;

describe.skipIf(cable.missing || pymodbus.missing)("a bus on a serial line with pymodbus", () => {
  test("polls two of its slaves, writes a register and a coil, and reads them back", async () => {
    const pair = await cableOf();
    const slave = spawn(PYTHON, ["-c", SLAVE, pair.theirs], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void slave.kill());
    await new Promise((resolve) => slave.stdout.once("data", resolve));
    const verified = { writeVerify: "readback" } as const;
    const outputs = [
      mapping(ref("valve"), "holdingRegister", 10, "UINT", verified),
      mapping(ref("open"), "coil", 3, "BOOL", verified),
    ];
    const config = onLine(pair.ours, [gauge(1, ...outputs), gauge(2)], { responseTimeoutMs: 500 });
    const { board, counters } = pollField(config, module);
    const isGood = (name: string) => board.get(name).quality === "good" && board.get(name).value === 1.5;
    await eventually("both are good", () => isGood("tank.level") && isGood("tank.other"), 10_000);
    board.set("tank.valve", 4711);
    board.set("tank.open", true);
    const before = counters("gauge 1").answers;
    await eventually("they are written and read back", () => counters("gauge 1").answers > before + 8);
    expect(counters("gauge 1").differing).toBe(0);
  });
});
