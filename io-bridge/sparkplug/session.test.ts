/** Sparkplug 3.0.0: how a session of an edge node begins and ends (§5.4, §5.6, §6.4.24). */
import { afterEach, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { startLine } from "../testing/line.ts";
import { Cleanups, freePort, mosquitto } from "../testing/mosquitto.ts";
import { bornNode, edgeNode, metricIn, NotingBroker, type Seen, shows, startNode } from "../testing/sparkplug.ts";
import { eventually } from "../testing/test-module.ts";
import { decodePayload } from "./received.ts";

const peers = requirePeers("mosquitto");
const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const RECONNECTED_MS = 15_000;
const NDEATH = "spBv1.0/Plant/NDEATH/works";

const connects = (broker: NotingBroker) => broker.seen.filter((event) => event.kind === "connect");
const willOf = ({ packet }: Extract<Seen, { kind: "connect" }>) => {
  const will = packet.will!;
  return { topic: will.topic, qos: will.qos, retain: will.retain, payload: decodePayload(Buffer.from(will.payload))! };
};
const bdSeqOf = (payload: ReturnType<typeof willOf>["payload"]) =>
  payload.metrics.find(({ name }) => name === "bdSeq")?.as("Int64");

describe("an edge node that connects", () => {
  test(
    shows(
      "asks for a clean session, with its death as the will: QoS 1, not retained, bdSeq alone and no seq",
      "tck-id-principles-persistence-clean-session-311",
      "tck-id-message-flow-edge-node-birth-publish-connect",
      "tck-id-message-flow-edge-node-birth-publish-will-message",
      "tck-id-message-flow-edge-node-birth-publish-will-message-topic",
      "tck-id-message-flow-edge-node-birth-publish-will-message-payload",
      "tck-id-message-flow-edge-node-birth-publish-will-message-qos",
      "tck-id-message-flow-edge-node-birth-publish-will-message-will-retained",
      "tck-id-payloads-ndeath-will-message",
      "tck-id-payloads-ndeath-will-message-qos",
      "tck-id-payloads-ndeath-will-message-retain",
      "tck-id-topics-ndeath-topic",
      "tck-id-topics-ndeath-payload",
      "tck-id-topics-ndeath-seq",
      "tck-id-payloads-ndeath-seq",
    ),
    async () => {
      const { broker } = await bornNode(cleanups);
      const [connect] = connects(broker);
      expect(broker.seen[0]).toBe(connect);
      expect(connect!.packet.clean).toBe(true);
      const { payload, ...will } = willOf(connect!);
      expect(will).toEqual({ topic: NDEATH, qos: 1, retain: false });
      expect(payload.seq).toBeUndefined();
      expect(payload.metrics.map(({ name, type }) => [name, type])).toEqual([["bdSeq", "Int64"]]);
    },
  );

  test(
    shows(
      "subscribes to its commands, its devices' and the primary host's state at QoS 1, before it says a word",
      "tck-id-message-flow-edge-node-ncmd-subscribe",
      "tck-id-message-flow-device-dcmd-subscribe",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-state-subs",
    ),
    async () => {
      const broker = await NotingBroker.start(cleanups);
      await broker.hostIs(true, 1);
      await startNode(cleanups, edgeNode([broker.port], { primaryHostId: "scada" }));
      await eventually("the birth", () => broker.of("NBIRTH").length > 0);
      const first = broker.seen.findIndex(({ kind }) => kind === "publish");
      const subscribed = broker.seen.slice(0, first).flatMap((event) => (event.kind === "subscribe" ? [event] : []));
      expect(subscribed.map(({ topic, qos }) => [topic, qos])).toEqual([
        ["spBv1.0/Plant/NCMD/works", 1],
        ["spBv1.0/Plant/DCMD/works/+", 1],
        ["spBv1.0/STATE/scada", 1],
      ]);
    },
  );

  test(
    shows(
      "numbers its sessions from 0 up, and is born and dies under the number of its will",
      "tck-id-message-flow-edge-node-birth-publish-will-message-payload-bdSeq",
      "tck-id-message-flow-edge-node-birth-publish-nbirth-payload-bdSeq",
      "tck-id-topics-nbirth-bdseq-included",
      "tck-id-topics-nbirth-bdseq-matching",
      "tck-id-topics-nbirth-bdseq-increment",
      "tck-id-payloads-nbirth-bdseq",
      "tck-id-payloads-nbirth-bdseq-repeat",
      "tck-id-payloads-ndeath-bdseq",
    ),
    async () => {
      const { broker, stop } = await bornNode(cleanups);
      for (let births = 2; births <= 3; births += 1) {
        broker.goAway();
        broker.comeBack();
        await eventually("another birth", () => broker.of("NBIRTH").length >= births, RECONNECTED_MS);
      }
      await stop();
      const wills = connects(broker).map((connect) => bdSeqOf(willOf(connect).payload));
      expect(wills.slice(0, 2)).toEqual([0n, 1n]);
      expect(wills.every((number, index) => number === BigInt(index % 256))).toBe(true);
      for (const birth of broker.of("NBIRTH")) expect(bdSeqOf(birth.payload)).toBe(wills[birth.session]);
      const death = broker.of("NDEATH").at(-1)!;
      expect(bdSeqOf(death.payload)).toBe(wills[death.session]);
    },
  );

  test.skipIf(peers.missing)(
    shows(
      "asks an MQTT 5 broker for a clean start and a session that ends with the connection",
      "tck-id-principles-persistence-clean-session-50",
    ),
    async () => {
      const port = await freePort();
      await mosquitto(cleanups, port);
      const line = await startLine(cleanups, port);
      const node = edgeNode([line.port]);
      const servers = node.servers.map((server) => ({ ...server, version: "v5" as const }));
      const { counters } = await startNode(cleanups, { ...node, servers });
      await eventually("the birth", () => counters().births > 0);
      const connect = line.traffic.find(({ from }) => from === "client")!.bytes;
      const name = connect.indexOf("MQTT");
      expect(connect[name + 4]).toBe(5);
      expect(connect[name + 5]! & 2).toBe(2); // clean start
      const properties = connect.subarray(name + 9, name + 9 + connect[name + 8]!);
      expect(properties[0]).not.toBe(0x11); // no session expiry interval: it is 0
      expect([...properties.subarray(0, 1)]).toEqual([0x27]); // only the maximum packet size
      expect(properties.length).toBe(5);
    },
  );
});

describe("an edge node that is stopped", () => {
  test(
    shows(
      "says that its devices and itself die, and disconnects",
      "tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath",
      "tck-id-operational-behavior-edge-node-intentional-disconnect-packet",
      "tck-id-payloads-ndeath-will-message-publisher",
      "tck-id-payloads-ndeath-will-message-publisher-disconnect-mqtt311",
    ),
    async () => {
      const { broker, stop, counters } = await bornNode(cleanups);
      await stop();
      const last = broker.seen.slice(-4).map((event) => (event.kind === "publish" ? event.topic : event.kind));
      expect(last).toEqual([
        "spBv1.0/Plant/DDEATH/works/basin",
        "spBv1.0/Plant/DDEATH/works/drive",
        NDEATH,
        "disconnect",
      ]);
      expect(broker.of("NDEATH").map(({ qos, retain }) => [qos, retain])).toEqual([[1, false]]);
      expect(counters().state).toBe("closed");
    },
  );

  test.skipIf(peers.missing)(
    shows(
      "disconnects from an MQTT 5 broker normally, or with its will published, so that there is one death at least",
      "tck-id-payloads-ndeath-will-message-publisher-disconnect-mqtt50",
    ),
    async () => {
      const port = await freePort();
      await mosquitto(cleanups, port);
      const line = await startLine(cleanups, port);
      const node = edgeNode([line.port]);
      const servers = node.servers.map((server) => ({ ...server, version: "v5" as const }));
      const { counters, stop } = await startNode(cleanups, { ...node, servers });
      await eventually("the birth", () => counters().births > 0);
      await stop();
      const sent = Buffer.concat(line.traffic.filter(({ from }) => from === "client").map(({ bytes }) => bytes));
      expect(sent.lastIndexOf(NDEATH)).toBeGreaterThan(sent.indexOf("NBIRTH"));
      expect([...sent.subarray(-4)]).toEqual([0xe0, 2, 0, 0]); // DISCONNECT, reason: normal
    },
  );

  test("dies by its will when it cannot say so", async () => {
    const { broker } = await bornNode(cleanups);
    const heard: string[] = [];
    await broker.listen(NDEATH, (topic) => heard.push(topic));
    broker.goAway();
    await eventually("the will", () => heard.length > 0);
    expect(metricIn(broker.of("NBIRTH")[0]!, "bdSeq")?.as("Int64")).toBe(0n);
  });
});
