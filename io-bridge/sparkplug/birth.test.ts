/** Sparkplug 3.0.0: births of an edge node and its devices, and rebirths (§5.4, §5.5, §5.17, §6.4.18, §6.4.19). */
import { afterEach, describe, expect, test } from "vitest";
import { Cleanups, scratch } from "../testing/mosquitto.ts";
import { bornNode, metricIn, type Published, shows } from "../testing/sparkplug.ts";
import { eventually, pause } from "../testing/test-module.ts";
import { DATA_TYPES } from "./data-types.ts";
import type { ReceivedMetric } from "./received.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const NCMD = "spBv1.0/Plant/NCMD/works";
const REBIRTH = { name: "Node Control/Rebirth", type: "Boolean", value: true } as const;
const topics = (messages: readonly Published[]): readonly string[] => messages.map(({ topic }) => topic);
const seqs = (messages: readonly Published[]): readonly (number | undefined)[] =>
  messages.map(({ payload }) => payload.seq);

const expectWhole = ({ payload, qos, retain, atMs }: Published): void => {
  expect([qos, retain]).toEqual([0, false]);
  expect(Math.abs(payload.timestamp! - atMs)).toBeLessThan(2000);
  for (const metric of payload.metrics) {
    expect(metric).toMatchObject({ name: expect.any(String), timestamp: expect.any(Number), isNull: false });
    expect(Object.keys(DATA_TYPES)).toContain(metric.type);
    expect(valueIn(metric), metric.name).toBeDefined();
  }
};
const valueIn = (metric: ReceivedMetric) => metric.as(metric.type as "Int32");

describe("the birth of an edge node", () => {
  test(
    shows(
      "is the first message of a session: seq 0, QoS 0, not retained, of now, with all metrics, their types and values",
      "tck-id-topics-nbirth-topic",
      "tck-id-topics-nbirth-mqtt",
      "tck-id-topics-nbirth-seq-num",
      "tck-id-topics-nbirth-timestamp",
      "tck-id-topics-nbirth-metric-reqs",
      "tck-id-topics-nbirth-metrics",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-topic",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-payload",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-qos",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-retained",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-payload-seq",
      "tck-id-operational-behavior-data-publish-nbirth",
      "tck-id-operational-behavior-data-publish-nbirth-values",
      "tck-id-payloads-sequence-num-req-nbirth",
      "tck-id-payloads-nbirth-timestamp",
      "tck-id-payloads-nbirth-seq",
      "tck-id-payloads-nbirth-qos",
      "tck-id-payloads-nbirth-retain",
      "tck-id-payloads-metric-datatype-req",
    ),
    async () => {
      const { broker } = await bornNode(cleanups);
      const [birth] = broker.published;
      expect(birth).toMatchObject({ topic: "spBv1.0/Plant/NBIRTH/works", payload: { seq: 0 } });
      expectWhole(birth!);
      const facts = birth!.payload.metrics.map((metric) => [metric.name, metric.type, valueIn(metric)]);
      expect(facts).toEqual([
        ["bdSeq", "Int64", 0n],
        ["Node Control/Rebirth", "Boolean", false],
        ["Module/Name", "String", "works"],
        ["Module/Config Digest", "String", "0".repeat(64)],
        ["Module/Partitions", "UInt32", 2],
        ["Module/Clock Hz", "UInt64", 1_000_000n],
        ["Commands/Taken", "UInt64", 0n],
        ["Commands/Refused", "UInt64", 0n],
        ["History/Stored", "UInt64", 0n],
        ["History/Dropped", "UInt64", 0n],
      ]);
    },
  );

  test(
    shows(
      "offers a rebirth: a Boolean that is false, without an alias also where there are aliases",
      "tck-id-topics-nbirth-rebirth-metric",
      "tck-id-operational-behavior-data-commands-rebirth-name",
      "tck-id-operational-behavior-data-commands-rebirth-name-aliases",
      "tck-id-operational-behavior-data-commands-rebirth-datatype",
      "tck-id-operational-behavior-data-commands-rebirth-value",
      "tck-id-payloads-nbirth-rebirth-req",
    ),
    async () => {
      const { broker } = await bornNode(cleanups, { useAliases: true });
      const rebirth = metricIn(broker.published[0]!, REBIRTH.name)!;
      expect([rebirth.type, rebirth.as("Boolean"), rebirth.alias]).toEqual(["Boolean", false, undefined]);
    },
  );
});

describe("the birth of a device", () => {
  test(
    shows(
      "follows that of the node, whose topic it has, with the next seq and all that it has, of which DATA come later only",
      "tck-id-topics-dbirth-topic",
      "tck-id-topics-dbirth-mqtt",
      "tck-id-topics-dbirth-seq",
      "tck-id-topics-dbirth-timestamp",
      "tck-id-topics-dbirth-metric-reqs",
      "tck-id-topics-dbirth-metrics",
      "tck-id-message-flow-device-birth-publish-dbirth-topic",
      "tck-id-message-flow-device-birth-publish-dbirth-match-edge-node-topic",
      "tck-id-message-flow-device-birth-publish-dbirth-payload",
      "tck-id-message-flow-device-birth-publish-dbirth-qos",
      "tck-id-message-flow-device-birth-publish-dbirth-retained",
      "tck-id-message-flow-device-birth-publish-dbirth-payload-seq",
      "tck-id-message-flow-device-birth-publish-nbirth-wait",
      "tck-id-operational-behavior-data-publish-dbirth",
      "tck-id-operational-behavior-data-publish-dbirth-values",
      "tck-id-payloads-dbirth-timestamp",
      "tck-id-payloads-dbirth-seq",
      "tck-id-payloads-dbirth-seq-inc",
      "tck-id-payloads-dbirth-order",
      "tck-id-payloads-dbirth-qos",
      "tck-id-payloads-dbirth-retain",
      "tck-id-principles-birth-certificates-order",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups);
      board.set("basin.level", 4.5);
      await eventually("data", () => broker.of("DDATA").length > 0);
      expect(topics(broker.published).slice(0, 4)).toEqual([
        "spBv1.0/Plant/NBIRTH/works",
        "spBv1.0/Plant/DBIRTH/works/basin",
        "spBv1.0/Plant/DBIRTH/works/drive",
        "spBv1.0/Plant/DDATA/works/basin",
      ]);
      expect(seqs(broker.published).slice(0, 4)).toEqual([0, 1, 2, 3]);
      for (const birth of broker.of("DBIRTH")) expectWhole(birth);
      const facts = broker
        .of("DBIRTH")
        .map(({ payload }) => payload.metrics.map((metric) => [metric.name, metric.type, valueIn(metric)]));
      expect(facts).toEqual([
        [
          ["setpoint", "Float", 0],
          ["limit", "Int16", 0],
          ["label", "String", ""],
          ["level", "Float", 0],
          ["steps", "Int32", 0],
          ["total", "UInt64", 0n],
        ],
        [
          ["speed", "Float", 0],
          ["running", "Boolean", false],
          ["start", "Boolean", false],
        ],
      ]);
    },
  );

  test(
    shows(
      "and its data tell values in the order of their time",
      "tck-id-operational-behavior-data-publish-nbirth-order",
      "tck-id-operational-behavior-data-publish-dbirth-order",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups);
      board.set("basin.total", 1n);
      await pause(20);
      board.set("basin.level", 1);
      await pause(20);
      board.set("basin.steps", 1);
      await eventually("data", () => broker.of("DDATA").flatMap(({ payload }) => payload.metrics).length === 3);
      await broker.command(NCMD, REBIRTH);
      await eventually("the rebirth", () => broker.of("DBIRTH").length === 4);
      const { metrics } = broker.of("DBIRTH")[2]!.payload;
      expect(metrics.map(({ name }) => name)).toEqual(["setpoint", "limit", "label", "total", "level", "steps"]);
      for (const { payload } of broker.published) {
        const times = payload.metrics.map(({ timestamp }) => timestamp!);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    },
  );

  test("comes when its partition becomes NORMAL, with the values of then", async () => {
    const { broker, board } = await bornNode(cleanups);
    board.stopped.add("drive");
    await eventually("the death", () => broker.of("DDEATH").length > 0);
    board.set("drive.speed", 48.5);
    await pause(50);
    expect(broker.of("DDATA")).toEqual([]);
    board.stopped.delete("drive");
    await eventually("another birth", () => broker.of("DBIRTH").length > 2);
    expect(metricIn(broker.of("DBIRTH").at(-1)!, "speed")?.as("Float")).toBe(48.5);
  });
});

describe("a rebirth", () => {
  test(
    shows(
      "is the whole birth anew, under the same bdSeq, with no data in between",
      "tck-id-operational-behavior-data-commands-rebirth-action-1",
      "tck-id-operational-behavior-data-commands-rebirth-action-2",
      "tck-id-operational-behavior-data-commands-rebirth-action-3",
    ),
    async () => {
      const { broker, board } = await bornNode(cleanups);
      let step = 0;
      const counting = setInterval(() => board.set("basin.steps", ++step), 2);
      cleanups.add(() => clearInterval(counting));
      await eventually("data", () => broker.of("DDATA").length > 5);
      await broker.command(NCMD, REBIRTH);
      await eventually("the rebirth", () => broker.of("DBIRTH").length >= 4 && broker.of("NBIRTH").length === 2);
      const again = broker.published.findLastIndex(({ topic }) => topic.includes("/NBIRTH/"));
      expect(topics(broker.published.slice(again, again + 3))).toEqual([
        "spBv1.0/Plant/NBIRTH/works",
        "spBv1.0/Plant/DBIRTH/works/basin",
        "spBv1.0/Plant/DBIRTH/works/drive",
      ]);
      expect(seqs(broker.published.slice(again, again + 3))).toEqual([0, 1, 2]);
      expect(metricIn(broker.published[again]!, "bdSeq")?.as("Int64")).toBe(0n);
      expect(broker.seen.filter(({ kind }) => kind === "connect")).toHaveLength(1);
    },
  );

  test("comes twice a second at most, however often a host asks, and lets nothing be lost meanwhile", async () => {
    const buffer = { folder: scratch(cleanups), maxBytes: 1024 * 1024, policy: "dropOldest" } as const;
    const { broker, board } = await bornNode(cleanups, { buffer });
    await eventually("the second birth", async () => {
      await broker.command(NCMD, REBIRTH);
      board.set("basin.steps", (board.get("basin.steps").value as number) + 1);
      return broker.of("DBIRTH").length >= 4;
    });
    const [first, second] = broker.of("NBIRTH");
    expect(second!.payload.timestamp! - first!.payload.timestamp!).toBeGreaterThan(400);
    const late = () =>
      broker
        .of("DDATA")
        .flatMap(({ payload }) => payload.metrics)
        .filter(({ name, isHistorical }) => name === "steps" && isHistorical);
    await eventually("what was so meanwhile", () => late().length > 5);
  });

  test("is not had for false, nor by another name or type", async () => {
    const { broker, counters, log } = await bornNode(cleanups);
    await broker.command(NCMD, { ...REBIRTH, value: false });
    await broker.command(NCMD, { ...REBIRTH, name: "Node Control/Reboot" });
    await broker.command(NCMD, { name: REBIRTH.name, type: "Int32", value: 1 });
    await broker.send(NCMD, "no payload");
    await eventually("all are refused", () => counters().rejected === 4);
    expect(broker.of("NBIRTH")).toHaveLength(1);
    expect(log.filter(({ message }) => message.includes("refused")).map(({ fields }) => fields.reason)).toEqual([
      "Node Control/Rebirth takes true",
      "the node takes no such command",
      "no payload",
    ]);
  });
});
