/** The one queue of a bus: one request on its way, each poll group on its own beat, and what an unanswered request leaves of it. */
import { describe, expect, test } from "vitest";
import { type Asked, cooperate, pollField, wilfulDevice } from "../../testing/field.ts";
import { eventually, fieldClient, fieldDevice, mapping, pause, refOf, testSystem } from "../../testing/test-module.ts";
import { mbapFrame } from "../mbap-framer.ts";

const module = testSystem({
  tank: ["in level REAL", "in other REAL", "out valve UINT", "out heater UINT", "out lamp UINT"],
});
const ref = (name: string) => refOf(module, `tank.${name}`);

const gauge = (unitId: number, point: "level" | "other") =>
  fieldDevice({
    name: `gauge ${unitId}`,
    unitId,
    pollGroups: [{ name: "all", intervalMs: 20 }],
    mappings: [mapping(ref(point), "inputRegister", 0, "REAL")],
  });

/** Written when they change, and hardly ever else. */
const actuators = (unitId: number, ...points: readonly string[]) =>
  fieldDevice({
    name: `actuators ${unitId}`,
    unitId,
    pollGroups: [{ name: "all", intervalMs: 60_000 }],
    mappings: points.map((point, nth) => mapping(ref(point), "holdingRegister", nth * 10, "UINT")),
  });

const text = ({ unit, pdu }: Asked): string => `${unit}: ${pdu.toString("hex")}`;

describe("the queue of a bus", () => {
  test("has one request on its way, whatever else is due and however long its answer takes", async () => {
    let isUnanswered = false;
    let together = 0;
    const device = await wilfulDevice((asked, transaction) => {
      if (isUnanswered) together += 1;
      isUnanswered = true;
      setTimeout(() => {
        isUnanswered = false;
        asked.socket.write(mbapFrame(transaction, asked.unit, cooperate(asked)));
      }, 5);
      return null;
    });
    const devices = [gauge(1, "level"), gauge(2, "other"), actuators(3, "valve", "heater")];
    const { board } = pollField(fieldClient(device.port, devices, { responseTimeoutMs: 1000 }), module);
    for (let value = 1; value <= 10; value += 1) {
      board.set("tank.valve", value);
      board.set("tank.heater", value);
      await pause(15);
    }
    await eventually("many requests", () => device.asked.length > 40);
    expect(new Set(device.asked.map(({ unit }) => unit))).toEqual(new Set([1, 2, 3]));
    expect(together).toBe(0);
  });

  test("asks for each poll group at an interval of its own", async () => {
    const device = await wilfulDevice(cooperate);
    const tank = fieldDevice({
      name: "tank",
      pollGroups: [
        { name: "fast", intervalMs: 20 },
        { name: "slow", intervalMs: 200 },
      ],
      mappings: [
        mapping(ref("level"), "inputRegister", 0, "REAL"),
        mapping(ref("other"), "inputRegister", 2, "REAL", { pollGroup: 1 }),
      ],
    });
    pollField(fieldClient(device.port, [tank]), module);
    const readsAt = (address: number) => device.asked.filter(({ pdu }) => pdu.readUInt16BE(1) === address);
    await eventually("five of the slow ones", () => readsAt(2).length >= 5);
    const slow = readsAt(2);
    expect(slow[4]!.atMs - slow[0]!.atMs).toBeGreaterThan(590); // the first may have been late by up to one interval
    expect(readsAt(0).length).toBeGreaterThan(10);
  });

  test("outlives a request that goes unanswered: what became due meanwhile follows in its order, and nothing else", async () => {
    let isSilent = false;
    let silentAt = -1;
    const device = await wilfulDevice((asked) => {
      if (!isSilent || asked.unit !== 1) return cooperate(asked);
      silentAt = device.asked.length - 1;
      return null;
    });
    const devices = [gauge(1, "level"), actuators(2, "valve", "lamp"), actuators(3, "heater")];
    const patience = { responseTimeoutMs: 200, degradeAfter: 1, degradeTimeMs: 60_000 };
    const { board } = pollField(fieldClient(device.port, devices, patience), module);
    await eventually("all outputs are written once", () => device.asked.filter(({ unit }) => unit > 1).length === 3);
    isSilent = true;
    await eventually("a request is left unanswered", () => silentAt > 0);
    board.set("tank.heater", 8);
    await pause(30);
    board.set("tank.valve", 7);
    await eventually("both are written", () => device.asked.length >= silentAt + 3);
    await pause(50);
    expect(device.asked.slice(silentAt + 1).map(text)).toEqual(["3: 0600000008", "2: 0600000007"]);
    expect(device.asked[silentAt + 1]!.socket).not.toBe(device.asked[silentAt]!.socket);
  });
});
