import { createServer, type Server, type Socket } from "node:net";
import modbusSerial from "modbus-serial";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ModbusClient } from "../../../runtime/index.ts";
import { type Asked, cooperate, pollField, wilfulDevice } from "../../testing/field.ts";
import {
  eventually,
  fieldClient,
  fieldDevice,
  mapping,
  pause,
  randomFrom,
  refOf,
  testSystem,
} from "../../testing/test-module.ts";
import { mbapFrame } from "../mbap-framer.ts";

const module = testSystem({
  pump: [
    "in level REAL",
    "in flow INT",
    "in running BOOL",
    "in spare UINT",
    "out speed REAL",
    "out on BOOL",
    "out mode UINT",
  ],
  tank: ["in level REAL", "out valve UINT"],
});
const ref = (name: string) => refOf(module, name);

const pumpDevice = fieldDevice({
  name: "pump drive",
  pollGroups: [
    { name: "fast", intervalMs: 20 },
    { name: "slow", intervalMs: 200 },
  ],
  mappings: [
    mapping(ref("pump.level"), "inputRegister", 0, "REAL", { byteOrder: "CDAB" }),
    mapping(ref("pump.flow"), "inputRegister", 2, "INT", { scale: 0.5, onBad: { substitute: -1 } }),
    mapping(ref("pump.running"), "discreteInput", 0, "BOOL"),
    mapping(ref("pump.speed"), "holdingRegister", 10, "REAL", { pollGroup: 1 }),
    mapping(ref("pump.on"), "coil", 3, "BOOL", { pollGroup: 1 }),
    mapping(ref("pump.mode"), "holdingRegister", 20, "UINT", { pollGroup: 1 }),
  ],
});

const tankDevice = fieldDevice({
  name: "tank gauge",
  unitId: 2,
  pollGroups: [{ name: "all", intervalMs: 20 }],
  mappings: [mapping(ref("tank.level"), "inputRegister", 0, "REAL")],
});

const poll = (config: ModbusClient) => pollField(config, module);

/** A field device by modbus-serial's server: registers and bits in plain arrays. */
const modbusSerialSlave = async (port = 0) => {
  const inputs = new Map<number, number>();
  const written: [number, number][] = [];
  const coils: [number, boolean][] = [];
  const slave = new modbusSerial.ServerTCP(
    {
      getMultipleInputRegisters: (address: number, length: number) =>
        Array.from({ length }, (_, index) => inputs.get(address + index) ?? 0),
      getDiscreteInput: () => true,
      setRegister: (address: number, value: number) => {
        written.push([address, value]);
      },
      setRegisterArray: (address: number, values: number[]) => {
        for (const [index, value] of values.entries()) written.push([address + index, value]);
      },
      setCoil: (address: number, on: boolean) => {
        coils.push([address, on]);
      },
    },
    { host: "127.0.0.1", port: port === 0 ? await freePort() : port, unitID: 1 },
  );
  const actualPort = await new Promise<number>((resolve) => {
    slave.on("initialized", () => {
      const { _server } = slave as typeof slave & { readonly _server: Server };
      resolve((_server.address() as { port: number }).port);
    });
  });
  const close = () => new Promise<void>((resolve) => slave.close(() => resolve()));
  onTestFinished(close);
  return { port: actualPort, inputs, written, coils, close };
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
};

describe("a bus with a field device of modbus-serial", () => {
  test("polls inputs and writes outputs on change", async () => {
    const slave = await modbusSerialSlave();
    slave.inputs.set(0, 0x2000).set(1, 0x47f1).set(2, 7); // 123456.0 as CDAB, 3.5 in halves
    const { board, bus } = poll(fieldClient(slave.port, [pumpDevice]));
    await eventually("level arrives", () => board.get("pump.level").quality === "good");
    expect(board.get("pump.level").value).toBe(123456);
    expect(Math.abs(board.get("pump.level").timeMs - Date.now())).toBeLessThan(200);
    await eventually("flow and running arrive", () => board.get("pump.running").value === true);
    expect(board.get("pump.flow").value).toBe(4); // 3.5 to the nearest INT
    board.set("pump.speed", 1.5);
    board.set("pump.on", true);
    board.set("pump.mode", 9);
    const isWritten = (address: number, value: number) => slave.written.some(([a, v]) => a === address && v === value);
    await eventually("speed is written", () => isWritten(10, 0x3fc0) && isWritten(11, 0));
    await eventually("mode is written", () => isWritten(20, 9));
    await eventually("the coil is written", () => slave.coils.some(([address, on]) => address === 3 && on));
    expect(bus.counters).toMatchObject({
      connected: true,
      devices: { "pump drive": { state: "answering", timeouts: 0 } },
    });
  });

  test("turns inputs bad when it goes away, holds or substitutes, and is good again with it, its outputs written anew", async () => {
    const slave = await modbusSerialSlave();
    slave.inputs.set(0, 0x2000).set(1, 0x47f1).set(2, 8);
    const { board, lines } = poll(fieldClient(slave.port, [pumpDevice]));
    board.set("pump.mode", 3);
    await eventually("flow arrives", () => board.get("pump.flow").value === 4);
    await slave.close();
    await eventually("quality turns bad", () => board.get("pump.level").quality === "bad");
    const lastGoodMs = board.get("pump.level").timeMs;
    expect(board.get("pump.level").value).toBe(123456);
    expect(board.get("pump.flow")).toMatchObject({ value: -1, quality: "bad" });
    await pause(100);
    expect(board.get("pump.level").timeMs).toBe(lastGoodMs);
    const again = await modbusSerialSlave(slave.port);
    again.inputs.set(2, 12);
    await eventually("quality is good again", () => board.get("pump.flow").quality === "good");
    expect(board.get("pump.flow").value).toBe(6);
    await eventually("the output is written anew", () =>
      again.written.some(([address, value]) => address === 20 && value === 3),
    );
    const transitions = lines.filter(({ level }) => level !== "debug").map(({ message }) => message);
    expect(transitions).toEqual([
      "Modbus client connected",
      "Modbus client not connected",
      "field device does not answer",
      "field device answers again",
      "Modbus client connected",
    ]);
  });
});

describe("a bus", () => {
  test("makes up for nothing after an outage: no burst of polls", async () => {
    let isSilent = false;
    const device = await wilfulDevice((asked) => (isSilent ? null : cooperate(asked)));
    const { bus } = poll({ ...fieldClient(device.port, [tankDevice]), degradeAfter: 100 });
    await eventually("polls run", () => device.asked.length > 5);
    isSilent = true;
    await pause(300);
    isSilent = false;
    const before = device.asked.length;
    await pause(200);
    expect(device.asked.length - before).toBeLessThanOrEqual(12);
    expect(bus.counters.devices["tank gauge"]?.timeouts).toBeGreaterThan(0);
  });

  test("reads adjacent points by one request", async () => {
    const device = await wilfulDevice(cooperate);
    poll(fieldClient(device.port, [pumpDevice]));
    await eventually("polls run", () => device.asked.length > 20);
    const reads = device.asked.filter(({ pdu }) => pdu[0] === 4).map(({ pdu }) => pdu.subarray(1).toString("hex"));
    expect(new Set(reads)).toEqual(new Set(["00000003"]));
  });

  test("finds out which of the points read together the device has not got, and asks for that alone and seldom", async () => {
    let lacks = 2;
    const device = await wilfulDevice((asked) => {
      const [from, quantity] = [asked.pdu.readUInt16BE(1), asked.pdu.readUInt16BE(3)];
      const isRefused = asked.pdu[0] === 4 && from <= lacks && lacks < from + quantity;
      return isRefused ? Buffer.from([0x84, 2]) : cooperate(asked);
    });
    const { board, lines } = poll(fieldClient(device.port, [pumpDevice], { degradeTimeMs: 300 }));
    await eventually("level is good", () => board.get("pump.level").quality === "good");
    await eventually("flow is bad", () => board.get("pump.flow").quality === "bad");
    const readsOf = (request: string) => device.asked.filter(({ pdu }) => pdu.toString("hex") === request).length;
    const before = [readsOf("0400000002"), readsOf("0400020001")] as const;
    await eventually("level goes on", () => readsOf("0400000002") > before[0] + 10);
    expect(readsOf("0400020001") - before[1]).toBeLessThan(5);
    expect(board.get("pump.level").quality).toBe("good");
    const troubles = lines.filter(({ message }) => message === "trouble with a field device");
    expect(troubles.map(({ fields }) => fields)).toMatchObject([
      { request: "inputRegister 2", trouble: "exception 2" },
    ]);
    lacks = -1;
    await eventually("flow is good", () => board.get("pump.flow").quality === "good");
    const joined = readsOf("0400000003");
    await eventually("both are read together again", () => readsOf("0400000003") > joined + 3);
  });

  test("lets a dead unit delay the others only now and then", async () => {
    const device = await wilfulDevice((asked) => (asked.unit === 1 ? null : cooperate(asked)));
    const { board, bus } = poll(fieldClient(device.port, [pumpDevice, tankDevice]));
    await eventually("the dead unit is degraded", () => bus.counters.devices["pump drive"]?.state === "degraded");
    await eventually("the other is good", () => board.get("tank.level").quality === "good");
    const before = device.asked.length;
    await pause(1000);
    const recent = device.asked.slice(before);
    expect(recent.filter(({ unit }) => unit === 1).length).toBeLessThanOrEqual(5);
    expect(recent.filter(({ unit }) => unit === 2).length).toBeGreaterThan(15);
    expect(board.get("tank.level")).toMatchObject({ value: 1.5, quality: "good" });
    expect(bus.counters.devices["tank gauge"]).toMatchObject({ state: "answering", timeouts: 0 });
  });

  test("never takes a late answer for the next one, even from a gateway that mixes up transactions", async () => {
    let late: Socket | null = null;
    const device = await wilfulDevice((asked, transaction) => {
      if (late === asked.socket) {
        const stale = Buffer.from("040442c80000", "hex"); // 100.0
        return { raw: mbapFrame(transaction, asked.unit, stale) };
      }
      late = device.asked.length % 5 === 0 ? asked.socket : null;
      return late === null ? cooperate(asked) : null;
    });
    const { board } = poll({ ...fieldClient(device.port, [tankDevice]), degradeAfter: 100 });
    await eventually("polls run", () => device.asked.length > 22);
    expect(board.latched[1]!.map((cells) => cells.get(0))).not.toContain(100);
    expect(board.get("tank.level").value).toBe(1.5);
  });

  test("writes outputs anew when the connection was lost: the device may have forgotten them", async () => {
    const device = await wilfulDevice(cooperate);
    const rarely = {
      ...pumpDevice,
      pollGroups: pumpDevice.pollGroups.map((group) => ({ ...group, intervalMs: 60_000 })),
    };
    const { board } = poll(fieldClient(device.port, [rarely]));
    board.set("pump.mode", 9);
    const writes = () => device.asked.filter(({ pdu }) => pdu[0] === 6 && pdu.readUInt16BE(3) === 9).length;
    await eventually("the output is written", () => writes() === 1);
    for (const socket of device.sockets) socket.destroy();
    await eventually("the output is written anew", () => writes() === 2);
  });

  test.each([
    ["value", "0600140063"],
    ["address", "0600150009"],
  ])("takes a write's echo with another %s for no answer", async (_, echo) => {
    const device = await wilfulDevice((asked) => (asked.pdu[0] === 6 ? Buffer.from(echo, "hex") : cooperate(asked)));
    const { board, bus } = poll(fieldClient(device.port, [pumpDevice]));
    board.set("pump.mode", 9);
    await eventually("it is counted", () => bus.counters.devices["pump drive"]!.refused.echo >= 2);
  });

  test.each([
    ["half a frame", () => ({ raw: Buffer.from("000100", "hex") })],
    ["a length of 65535", () => ({ raw: Buffer.from("00010000ffff0104", "hex") })],
    [
      "another unit's answer",
      (_: Asked, id: number) => ({ raw: mbapFrame(id, 9, Buffer.from("040400000000", "hex")) }),
    ],
    ["an answer to another function", () => Buffer.from("010100", "hex")],
    ["fewer registers than asked for", ({ pdu }: Asked) => Buffer.from([pdu[0]!, 1, 0])],
    ["noise", () => ({ raw: Buffer.from("noise noise noise noise noise noise") })],
  ])("takes %s for no answer", async (_, behave) => {
    const device = await wilfulDevice(behave);
    const { board } = poll(fieldClient(device.port, [tankDevice]));
    await eventually("the input turns bad", () => board.get("tank.level").quality === "bad");
    expect(board.latched[1]!.map((cells) => cells.qualityOf(0))).not.toContain("good");
  });

  test("survives a device that answers garbage, floods and goes silent, and is good again with it", async () => {
    const seeded = randomFrom(6);
    let isWild = true;
    const device = await wilfulDevice((asked, transaction) => {
      if (!isWild) return cooperate(asked);
      const good = mbapFrame(transaction, asked.unit, cooperate(asked));
      const kind = seeded(5);
      if (kind === 0) return null;
      if (kind === 1) return { raw: Buffer.alloc(100_000, seeded(256)) };
      if (kind === 2) return { raw: good.subarray(0, seeded(good.length)) };
      const spoiled = Buffer.from(good);
      for (let count = 0; count < kind; count += 1) spoiled[seeded(spoiled.length)] = seeded(256);
      return { raw: Buffer.concat([spoiled, Buffer.alloc(seeded(30), seeded(256))]) };
    });
    const quick = { responseTimeoutMs: 10, reconnectBackoffMs: { min: 1, max: 5 }, degradeTimeMs: 5 };
    const { board, bus } = poll(fieldClient(device.port, [pumpDevice, tankDevice], quick));
    await eventually("300 wild answers", () => device.asked.length > 300, 20_000);
    isWild = false;
    await eventually("all is good again", () =>
      ["pump.level", "pump.flow", "pump.running", "tank.level"].every((name) => board.get(name).quality === "good"),
    );
    expect(board.get("tank.level").value).toBe(1.5);
    expect(Object.values(bus.counters.devices).map(({ state }) => state)).toEqual(["answering", "answering"]);
  });

  test("turns only the refused points bad when a device answers by an exception, and says it once", async () => {
    const device = await wilfulDevice((asked) => (asked.pdu[0] === 2 ? Buffer.from([0x82, 2]) : cooperate(asked)));
    const { board, bus, lines } = poll(fieldClient(device.port, [pumpDevice]));
    await eventually("running is bad", () => board.get("pump.running").quality === "bad");
    await eventually("flow is good", () => board.get("pump.flow").quality === "good");
    await eventually("several exceptions", () => (bus.counters.devices["pump drive"]!.exceptions[2] ?? 0) > 5);
    expect(bus.counters.devices["pump drive"]?.state).toBe("answering");
    const refusals = lines.filter(({ level }) => level === "warn");
    expect(refusals.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ device: "pump drive", request: "discreteInput 0", trouble: "exception 2" }),
    ]);
  });

  test("takes a gateway's exception 11 for a silent device, and keeps the connection", async () => {
    const device = await wilfulDevice((asked) =>
      asked.unit === 1 ? Buffer.from([asked.pdu[0]! | 0x80, 11]) : cooperate(asked),
    );
    const { board, bus } = poll(fieldClient(device.port, [pumpDevice, tankDevice]));
    await eventually("the silent unit is degraded", () => bus.counters.devices["pump drive"]?.state === "degraded");
    await eventually("the other is good", () => board.get("tank.level").quality === "good");
    expect(bus.counters.connections).toBe(1);
  });

  test("turns a point bad whose registers hold no value, and names it once", async () => {
    const device = await wilfulDevice((asked) =>
      asked.pdu[0] === 4 ? Buffer.from("04067fc000000008", "hex") : cooperate(asked),
    ); // NaN, then 8
    const { board, lines } = poll(
      fieldClient(device.port, [
        { ...pumpDevice, mappings: pumpDevice.mappings.map((each) => ({ ...each, byteOrder: "ABCD" as const })) },
      ]),
    );
    await eventually("flow is good", () => board.get("pump.flow").value === 4);
    expect(board.get("pump.level")).toMatchObject({ value: 0, quality: "bad", timeMs: 0 });
    await pause(100);
    const warnings = lines.filter(({ level }) => level === "warn").map(({ fields }) => fields.trouble);
    expect(warnings).toEqual(["no value for pump.level"]);
  });

  test("does not write an output that is no finite number, and says so once", async () => {
    const device = await wilfulDevice(cooperate);
    const { board, bus, lines } = poll(fieldClient(device.port, [pumpDevice]));
    const speeds = () => device.asked.filter(({ pdu }) => pdu[0] === 16).map(({ pdu }) => pdu.readFloatBE(6));
    board.set("pump.speed", 1.5);
    await eventually("the speed is written", () => speeds().includes(1.5));
    board.set("pump.speed", Number.NaN);
    await eventually("it is refused again and again", () => bus.counters.devices["pump drive"]!.rejected > 1);
    expect(speeds().some(Number.isNaN)).toBe(false);
    expect(lines.filter(({ level }) => level === "warn").map(({ fields }) => fields.trouble)).toEqual([
      "the output is no finite number and is not written",
    ]);
    board.set("pump.speed", 2.5);
    await eventually("the next is written", () => speeds().includes(2.5));
  });

  test("repeats unchanged outputs at their group's interval", async () => {
    const device = await wilfulDevice(cooperate);
    const { board } = poll(fieldClient(device.port, [pumpDevice]));
    board.set("pump.mode", 5);
    await pause(1000);
    const writes = device.asked.filter(({ pdu }) => pdu[0] === 6);
    expect(writes.length).toBeGreaterThanOrEqual(4);
    expect(writes.length).toBeLessThanOrEqual(8);
  });

  test("writes the last outputs before it leaves, and leaves in time when the device is silent", async () => {
    let isSilent = false;
    const device = await wilfulDevice((asked) => (isSilent ? null : cooperate(asked)));
    const { board, bus, image, halt } = poll(fieldClient(device.port, [pumpDevice]));
    board.set("pump.mode", 5);
    await eventually("polls run", () => device.asked.length > 5);
    halt();
    board.set("pump.mode", 77);
    board.slot();
    image.refresh();
    await bus.finish(1000);
    const lastMode = device.asked
      .filter(({ pdu }) => pdu[0] === 6)
      .at(-1)!
      .pdu.readUInt16BE(3);
    expect(lastMode).toBe(77);

    isSilent = true;
    const other = poll(fieldClient(device.port, [pumpDevice]));
    other.board.set("pump.mode", 5);
    await pause(50);
    const begunMs = performance.now();
    await other.bus.finish(150);
    expect(performance.now() - begunMs).toBeLessThan(400);
  });
});
