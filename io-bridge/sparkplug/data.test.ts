/** Sparkplug 3.0.0: data of an edge node and its devices, deaths of devices, commands (§5.16, §5.17, §6.4.5, §6.4.20 to §6.4.23). */
import { afterEach, describe, expect, test } from "vitest";
import { Cleanups } from "../testing/mosquitto.ts";
import { bornNode, edgeNode, metricIn, NotingBroker, type Published, shows, startNode } from "../testing/sparkplug.ts";
import { eventually, pause } from "../testing/test-module.ts";
import { encodePayload, type Metric } from "./payload.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const DCMD = "spBv1.0/Plant/DCMD/works/basin";
const expectTimely = ({ payload, atMs }: Published): void =>
  expect(Math.abs(payload.timestamp! - atMs)).toBeLessThan(2000);

describe("data of a device", () => {
  test(
    shows(
      "tell what has changed and nothing else: QoS 0, not retained, with the time of the source",
      "tck-id-topics-ddata-topic",
      "tck-id-topics-ddata-mqtt",
      "tck-id-topics-ddata-seq-num",
      "tck-id-topics-ddata-timestamp",
      "tck-id-topics-ddata-payload",
      "tck-id-payloads-ddata-timestamp",
      "tck-id-payloads-ddata-seq",
      "tck-id-payloads-ddata-order",
      "tck-id-payloads-ddata-qos",
      "tck-id-payloads-ddata-retain",
      "tck-id-operational-behavior-data-publish-dbirth-change",
      "tck-id-principles-rbe-recommended",
      "tck-id-payloads-name-requirement",
      "tck-id-payloads-timestamp-in-UTC",
      "tck-id-payloads-metric-timestamp-in-UTC",
      "tck-id-payloads-name-birth-data-requirement",
      "tck-id-payloads-metric-datatype-not-req",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups);
      await pause(50);
      expect(broker.of("DDATA")).toEqual([]);
      board.set("basin.total", 2n ** 63n + 1n);
      await eventually("data", () => broker.of("DDATA").length > 0);
      const [data] = broker.of("DDATA");
      expect(data).toMatchObject({ topic: "spBv1.0/Plant/DDATA/works/basin", qos: 0, retain: false });
      expect(data!.payload.seq).toBe(3);
      expectTimely(data!);
      const [metric, ...others] = data!.payload.metrics;
      expect(others).toEqual([]);
      expect(metric).toMatchObject({ name: "total", isHistorical: false, isNull: false });
      expect(metric!.type).toBeUndefined();
      expect(metric!.as("UInt64")).toBe(2n ** 63n + 1n);
      expect(Math.abs(metric!.timestamp! - data!.atMs)).toBeLessThan(1000);
      expect(metric!.timestamp).toBeLessThanOrEqual(data!.payload.timestamp! + 2);
    },
  );

  test(
    shows(
      "count on through 255 to 0, births, deaths and data alike",
      "tck-id-payloads-sequence-num-always-included",
      "tck-id-payloads-sequence-num-incrementing",
      "tck-id-payloads-ddata-seq-inc",
      "tck-id-payloads-ndata-seq-inc",
      "tck-id-payloads-ddeath-seq-inc",
      "tck-id-payloads-ddeath-seq-number",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups);
      for (let step = 1; broker.published.length < 300; step += 1) {
        const before = broker.published.length;
        if (step % 40 === 0) board.stopped.add("drive");
        else if (step % 40 === 1) board.stopped.delete("drive");
        board.set("basin.steps", step);
        board.slot();
        await eventually("a message", () => broker.published.length > before);
      }
      expect(broker.of("DDEATH").length).toBeGreaterThan(2);
      for (const [index, { payload }] of broker.published.entries()) expect(payload.seq).toBe(index % 256);
    },
  );

  test(
    shows(
      "have an alias in place of the name where the births gave one, of which there is one for each metric of the node",
      "tck-id-payloads-alias-uniqueness",
      "tck-id-payloads-alias-birth-requirement",
      "tck-id-payloads-alias-data-cmd-requirement",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups, { useAliases: true });
      board.set("drive.speed", 3.5);
      await eventually("data", () => broker.of("DDATA").length > 0);
      const born = broker.published.slice(0, 3).flatMap(({ payload }) => payload.metrics);
      const aliased = born.filter(({ name }) => name !== "Node Control/Rebirth");
      expect(aliased.every(({ name, alias }) => name !== undefined && alias !== undefined)).toBe(true);
      expect(new Set(aliased.map(({ alias }) => alias)).size).toBe(aliased.length);
      const [metric] = broker.of("DDATA")[0]!.payload.metrics;
      expect(metric!.name).toBeUndefined();
      expect(metric!.alias).toBe(born.find(({ name }) => name === "speed")!.alias);
      expect(metric!.as("Float")).toBe(3.5);
    },
  );
});

describe("data of the node", () => {
  test(
    shows(
      "tell what has changed of it and nothing else: QoS 0, not retained, with the next seq",
      "tck-id-topics-ndata-topic",
      "tck-id-topics-ndata-mqtt",
      "tck-id-topics-ndata-seq-num",
      "tck-id-topics-ndata-timestamp",
      "tck-id-topics-ndata-payload",
      "tck-id-payloads-ndata-timestamp",
      "tck-id-payloads-ndata-seq",
      "tck-id-payloads-ndata-order",
      "tck-id-payloads-ndata-qos",
      "tck-id-payloads-ndata-retain",
      "tck-id-operational-behavior-data-publish-nbirth-change",
    ),
    async () => {
      const { broker } = await bornNode(cleanups);
      await broker.command(DCMD, { name: "limit", type: "Int16", value: 7 });
      await eventually("data", () => broker.of("NDATA").length > 0);
      const [data] = broker.of("NDATA");
      expect(data).toMatchObject({ topic: "spBv1.0/Plant/NDATA/works", qos: 0, retain: false, payload: { seq: 4 } });
      expectTimely(data!);
      const [metric, ...others] = data!.payload.metrics;
      expect(others).toEqual([]);
      expect([metric!.name, metric!.as("UInt64"), metric!.type]).toEqual(["Commands/Taken", 1n, undefined]);
      expect(Math.abs(metric!.timestamp! - data!.atMs)).toBeLessThan(2000);
    },
  );
});

describe("the death of a device", () => {
  test(
    shows(
      "is told when its partition is no longer NORMAL: QoS 0, not retained, with the time and the next seq",
      "tck-id-topics-ddeath-topic",
      "tck-id-topics-ddeath-mqtt",
      "tck-id-topics-ddeath-seq-num",
      "tck-id-operational-behavior-device-ddeath",
      "tck-id-payloads-ddeath-timestamp",
      "tck-id-payloads-ddeath-seq",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups);
      board.stopped.add("drive");
      await eventually("the death", () => broker.of("DDEATH").length > 0);
      const [death] = broker.of("DDEATH");
      expect(death).toMatchObject({ topic: "spBv1.0/Plant/DDEATH/works/drive", qos: 0, retain: false });
      expect(death!.payload).toMatchObject({ seq: 3, metrics: [] });
      expectTimely(death!);
    },
  );
});

describe("a command for a device", () => {
  test("sets writable inputs, by name or alias, and the host hears of it when the guest has it", async () => {
    const { broker, board } = await bornNode(cleanups, { useAliases: true });
    const [, basin] = broker.published;
    const { alias } = metricIn(basin!, "setpoint")!;
    await broker.command(
      DCMD,
      { alias: alias!, type: "Float", value: 2.5 },
      { name: "limit", type: "Int16", value: -7 },
      { name: "label", type: "String", value: "tank" },
    );
    await eventually("the guest has it", () => board.get("basin.label").value === "tank");
    expect([board.get("basin.setpoint").value, board.get("basin.limit")]).toMatchObject([
      2.5,
      { value: -7, quality: "good" },
    ]);
    await eventually("the host, too", () => broker.of("DDATA").flatMap(({ payload }) => payload.metrics).length === 3);
    const [told] = broker.of("DDATA").flatMap(({ payload }) => payload.metrics);
    expect([told!.alias, told!.as("Float")]).toEqual([alias, 2.5]);
    expect(told!.properties).toEqual({ Quality: { type: "Int32", value: 192 } });
  });

  test("is refused, metric by metric, where there is no such, it is no command, or the value is none of its type", async () => {
    const { broker, board, counters, log } = await bornNode(cleanups);
    const wrong: readonly (readonly [Metric, string])[] = [
      [{ name: "depth", type: "Float", value: 1 }, "no metric of the device"],
      [{ name: "level", type: "Float", value: 1 }, "level takes no commands"],
      [{ name: "limit", type: "Int32", value: 1 }, "limit takes a value of type Int16"],
      [{ name: "setpoint", type: "Float", value: null }, "setpoint takes a value of type Float"],
      [{ name: "setpoint", type: "Float", value: Number.NaN }, "beyond the range of a REAL"],
      [{ name: "label", type: "String", value: "x".repeat(21) }, "STRING takes at most 20 characters"],
    ];
    await broker.command(DCMD, ...wrong.map(([metric]) => metric), { name: "limit", type: "Int16", value: 9 });
    board.stopped.add("drive");
    await eventually("a death", () => broker.of("DDEATH").length > 0);
    await broker.command("spBv1.0/Plant/DCMD/works/drive", { name: "start", type: "Boolean", value: true });
    await broker.command("spBv1.0/Plant/DCMD/works/pump", { name: "limit", type: "Int16", value: 1 });
    await eventually("the right one is taken", () => board.get("basin.limit").value === 9);
    await eventually("the others are refused", () => counters().rejected === wrong.length + 2);
    expect(log.filter(({ level }) => level === "warn").map(({ fields }) => fields.reason)).toEqual([
      ...wrong.map(([, reason]) => reason),
      "no device that is alive",
    ]);
    expect([board.get("basin.setpoint").value, board.get("basin.label").value]).toEqual([0, ""]);
  });

  test("is refused when it is retained: it would be repeated at every connection", async () => {
    const broker = await NotingBroker.start(cleanups);
    const limit = encodePayload({ metrics: [{ name: "limit", type: "Int16", value: 7 }] });
    await broker.send(DCMD, limit, { retain: true });
    const { board, log } = await startNode(cleanups, edgeNode([broker.port]));
    await eventually("it is refused", () => log.some(({ message }) => message === "Sparkplug node: message refused"));
    expect(log.find(({ level }) => level === "warn")!.fields.reason).toMatch(/^retained/);
    await eventually("births", () => broker.of("DBIRTH").length === 2);
    expect(board.get("basin.limit").value).toBe(0);
  });
});
