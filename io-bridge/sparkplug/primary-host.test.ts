/** Sparkplug 3.0.0: the primary host application and several servers (§5.4, §5.6, §5.10). */
import { afterEach, describe, expect, test } from "vitest";
import { Cleanups } from "../testing/mosquitto.ts";
import { edgeNode, NotingBroker, shows, startNode } from "../testing/sparkplug.ts";
import { eventually, pause } from "../testing/test-module.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const HOST = { primaryHostId: "scada" } as const;
const LATER_MS = 15_000;

const waitingNode = async () => {
  const broker = await NotingBroker.start(cleanups);
  const node = await startNode(cleanups, edgeNode([broker.port], HOST));
  await eventually("it waits", () => node.counters().phase === "waiting");
  return { broker, ...node };
};

describe("an edge node with a primary host", () => {
  test(
    shows(
      "says nothing until that very host says that it is online",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait-id",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait-online",
      "tck-id-operational-behavior-edge-node-birth-sequence-wait",
    ),
    async () => {
      const { broker, counters, log } = await waitingNode();
      await broker.send("spBv1.0/STATE/other", JSON.stringify({ online: true, timestamp: 5 }));
      await broker.send("spBv1.0/STATE/scada", "OFFLINE");
      await broker.send("spBv1.0/STATE/scada", JSON.stringify({ online: "true", timestamp: 5 }));
      await broker.hostIs(false, 5);
      await pause(100);
      expect([broker.published, counters().phase]).toEqual([[], "waiting"]);
      expect(log.filter(({ fields }) => fields.reason === "no state of a host")).toHaveLength(1);
      await broker.hostIs(true, 6);
      await eventually("births", () => broker.of("DBIRTH").length === 2);
      expect(broker.published[0]?.topic).toBe("spBv1.0/Plant/NBIRTH/works");
    },
  );

  test(
    shows(
      "takes no older state for a newer one",
      "tck-id-message-flow-edge-node-birth-publish-phid-wait-timestamp",
      "tck-id-operational-behavior-edge-node-termination-host-offline-timestamp",
    ),
    async () => {
      const { broker, counters } = await waitingNode();
      await broker.hostIs(false, 100);
      await broker.hostIs(true, 99);
      await pause(100);
      expect(counters().phase).toBe("waiting");
      await broker.hostIs(true, 100);
      await eventually("births", () => broker.of("DBIRTH").length === 2);
      await broker.hostIs(false, 99);
      await pause(100);
      expect([counters().phase, broker.of("NDEATH")]).toEqual(["present", []]);
      await broker.hostIs(false, 100);
      await eventually("the death", () => broker.of("NDEATH").length === 1);
    },
  );

  test(
    shows(
      "dies and disconnects when that goes offline, connects again and waits",
      "tck-id-message-flow-edge-node-birth-publish-phid-offline",
      "tck-id-operational-behavior-edge-node-termination-host-offline",
      "tck-id-operational-behavior-edge-node-termination-host-offline-reconnect",
    ),
    async () => {
      const { broker, board, counters } = await waitingNode();
      await broker.hostIs(true, 1);
      await eventually("births", () => broker.of("DBIRTH").length === 2);
      await broker.hostIs(false, 2);
      await eventually("it is back", () => counters().connections === 2 && counters().phase === "waiting");
      board.set("basin.steps", 1);
      await pause(100);
      const story = broker.seen.map((event) => (event.kind === "publish" ? event.topic.split("/")[2] : event.kind));
      const session = ["connect", "subscribe", "subscribe", "subscribe"];
      expect(story).toEqual([...session, "NBIRTH", "DBIRTH", "DBIRTH", "NDEATH", "disconnect", ...session]);
      await broker.hostIs(true, 3);
      await eventually("births", () => broker.of("DBIRTH").length === 4);
    },
  );

  test(
    shows(
      "goes from server to server, one at a time, until it finds the host",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-single-server",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-walk",
    ),
    async () => {
      const [first, second] = [await NotingBroker.start(cleanups), await NotingBroker.start(cleanups)];
      await first.hostIs(false, 1);
      await second.hostIs(true, 1);
      const { counters } = await startNode(cleanups, edgeNode([first.port, second.port], HOST));
      await eventually("births at the second", () => second.of("DBIRTH").length === 2, LATER_MS);
      expect(first.seen.at(-1)?.kind).toBe("disconnect");
      expect([first.of("NBIRTH").length, counters().connections]).toEqual([0, 2]);
      await first.hostIs(true, 2);
      await second.hostIs(false, 2);
      await eventually("births at the first", () => first.of("DBIRTH").length === 2, LATER_MS);
      expect(second.of("NDEATH")).toHaveLength(1);
      expect(second.seen.at(-1)?.kind).toBe("disconnect");
    },
  );
});

test("an edge node goes on to the next server when one is away", async () => {
  const [first, second] = [await NotingBroker.start(cleanups), await NotingBroker.start(cleanups)];
  first.goAway();
  await startNode(cleanups, edgeNode([first.port, second.port]));
  await eventually("births at the second", () => second.of("DBIRTH").length === 2);
  second.goAway();
  first.comeBack();
  await eventually("births at the first", () => first.of("DBIRTH").length === 2, LATER_MS);
});
