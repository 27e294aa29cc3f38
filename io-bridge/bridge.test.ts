import { createServer } from "node:net";
import modbusSerial from "modbus-serial";
import { connectAsync } from "mqtt";
import pino from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { hostClock } from "../runtime/host/clock.ts";
import type { ModbusClient, ModbusServer, MqttLink } from "../runtime/index.ts";
import { startBridge } from "./bridge.ts";
import { CannotListen } from "./listen.ts";
import {
  eventually,
  fieldClient,
  fieldDevice,
  logBook,
  mapping,
  refOf,
  served,
  TestBoard,
  tcpListener,
  testSystem,
} from "./testing/test-module.ts";

const POINTS = { basin: ["in setpoint REAL", "out level REAL", "out valve UINT"] } as const;
const plain = testSystem(POINTS);
const ref = (point: string) => refOf(plain, `basin.${point}`);

const server = (name: string, port = 0): ModbusServer => ({
  name,
  listener: tcpListener({ port }),
  unitId: 1,
  units: [],
  mappings: [
    served(plain, "basin.setpoint", "holdingRegister", 0, "REAL"),
    served(plain, "basin.valve", "inputRegister", 0, "UINT"),
  ],
});

const broker = (port = 0): MqttLink => ({
  name: "telemetry",
  broker: "embedded",
  version: "v3.1.1" as const,
  tls: null,
  credentials: null,
  host: "127.0.0.1",
  port,
  listener: { allowFrom: null, allowFile: null, isExposed: false },
  topicPrefix: "partita",
  qos: 1,
  buffer: null,
  publications: [{ point: ref("level"), deadband: 0, minReportMs: 0, maxReportMs: 0 }],
  commands: [],
});

const valveAt = (port: number): ModbusClient =>
  fieldClient(port, [
    fieldDevice({
      name: "valve",
      pollGroups: [{ name: "all", intervalMs: 5000 }],
      mappings: [mapping(ref("valve"), "holdingRegister", 0, "UINT")],
    }),
  ]);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const silent = pino({ level: "silent" }); // the product's logger fits the bridge

const canBind = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });

describe("the bridge", () => {
  test("says which entry cannot listen where, and what to do, and leaves nothing open", async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", () => resolve()));
    cleanups.push(() => occupant.close());
    const { port } = occupant.address() as { port: number };
    const { log, lines } = logBook();
    const system = testSystem(POINTS, { modbusServers: [server("first")], mqtt: [broker(port)] });
    const board = new TestBoard(system, hostClock);
    cleanups.push(() => board.stop());
    const failure = await startBridge({ system, exchange: board.exchange, clock: hostClock, log }).catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(CannotListen);
    expect(failure.message).toBe(
      `io.mqtt "telemetry" cannot listen on 127.0.0.1:${port}: the port is in use; ` +
        "stop the program that uses it, or give this entry another port",
    );
    const first = lines.find(({ message }) => message === "Modbus server listening")?.fields.port;
    expect(await canBind(Number(first))).toBe(true);
  });

  test("says where it listens", async () => {
    const system = testSystem(POINTS, { modbusServers: [server("scada"), server("panel")], mqtt: [broker()] });
    const board = new TestBoard(system, hostClock);
    const bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log: silent });
    cleanups.push(
      () => board.stop(),
      () => bridge.stop(),
    );
    expect(bridge.listening()).toEqual([
      { name: "scada", kind: "modbus", host: "127.0.0.1", port: expect.any(Number) },
      { name: "panel", kind: "modbus", host: "127.0.0.1", port: expect.any(Number) },
      { name: "telemetry", kind: "mqtt", host: "127.0.0.1", port: expect.any(Number) },
    ]);
    expect(bridge.listening().every(({ port }) => port > 0)).toBe(true);
  });

  test("stops by writing the last outputs and publishing the last values, and closes every socket", async () => {
    const field = testSystem({ basin: ["in position UINT"] });
    const fieldSystem = testSystem(
      { basin: ["in position UINT"] },
      {
        modbusServers: [
          { ...server("field"), mappings: [served(field, "basin.position", "holdingRegister", 0, "UINT")] },
        ],
      },
    );
    const fieldBoard = new TestBoard(fieldSystem, hostClock);
    const fieldBridge = await startBridge({
      system: fieldSystem,
      exchange: fieldBoard.exchange,
      clock: hostClock,
      log: silent,
    });
    cleanups.push(
      () => fieldBoard.stop(),
      () => fieldBridge.stop(),
    );

    const system = testSystem(POINTS, {
      modbusServers: [server("scada")],
      modbusClients: [valveAt(fieldBridge.listening()[0]!.port)],
      mqtt: [broker()],
    });
    const board = new TestBoard(system, hostClock);
    cleanups.push(() => board.stop());
    const bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log: silent });
    const [scada, telemetry] = bridge.listening();
    const master = new modbusSerial.default();
    await master.connectTCP("127.0.0.1", { port: scada!.port });
    master.setID(1);
    const subscriber = await connectAsync({ host: "127.0.0.1", port: telemetry!.port, reconnectPeriod: 0 });
    cleanups.push(() => subscriber.endAsync(true));
    const received = new Map<string, string>();
    subscriber.on("message", (topic, payload) => received.set(topic, payload.toString()));
    await subscriber.subscribeAsync("partita/#", { qos: 1 });

    board.set("basin.valve", 80);
    await eventually("the valve opens", () => fieldBoard.get("basin.position").value === 80);
    await master.writeRegisters(0, [0x3fc0, 0]);
    await eventually("the setpoint arrives", () => board.get("basin.setpoint").value === 1.5);
    await eventually("telemetry arrives", () => received.has("partita/works/basin/level"));

    board.stop();
    board.set("basin.valve", 5); // fail-safe
    board.set("basin.level", 2.5);
    board.slot();
    const begunMs = performance.now();
    await bridge.stop();
    expect(performance.now() - begunMs).toBeLessThan(1000);
    await eventually("the valve closes", () => fieldBoard.get("basin.position").value === 5);
    await eventually(
      "the subscriber has heard all",
      () => received.get("partita/works/status")?.includes("offline") ?? false,
    );
    expect(JSON.parse(received.get("partita/works/basin/level") ?? "{}").value).toBe(2.5);
    expect(await Promise.all([scada, telemetry].map((socket) => canBind(socket!.port)))).toEqual([true, true]);
    await bridge.stop(); // once more does no harm
  });

  test("starts and stops without field devices, and their points are bad meanwhile", async () => {
    const absent = {
      ...valveAt(1),
      devices: [{ ...valveAt(1).devices[0]!, mappings: [mapping(ref("setpoint"), "inputRegister", 0, "REAL")] }],
    };
    const system = testSystem(POINTS, { modbusClients: [absent] });
    const board = new TestBoard(system, hostClock);
    const bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log: silent });
    cleanups.push(() => board.stop());
    await eventually("the setpoint is bad", () => board.get("basin.setpoint").quality === "bad");
    expect(board.get("basin.setpoint")).toMatchObject({ value: 0, timeMs: 0 });
    const begunMs = performance.now();
    await bridge.stop();
    expect(performance.now() - begunMs).toBeLessThan(500);
  });
});
