/** What an edge node could not tell when it was so: kept on disk, told in order as history, never as of now. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { hostClock } from "../../runtime/host/clock.ts";
import { SegmentStore } from "../store/segment-store.ts";
import { startLine } from "../testing/line.ts";
import { Cleanups, scratch } from "../testing/mosquitto.ts";
import { bornNode, edgeNode, NotingBroker, startNode } from "../testing/sparkplug.ts";
import { eventually, logBook } from "../testing/test-module.ts";
import { History } from "./history.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const RECONNECTED_MS = 15_000;
const buffered = (folder = scratch(cleanups)) => ({
  buffer: { folder, maxBytes: 1024 * 1024, policy: "dropOldest" as const },
});

/** All values of a metric in DDATA, in order, but for 0: a first report may come before the first connection. */
const told = (broker: NotingBroker, metric: string) =>
  broker.of("DDATA").flatMap(({ payload, session }) =>
    payload.metrics
      .filter(({ name, as }) => name === metric && as("Int32") !== 0)
      .map(({ as, isHistorical, timestamp, properties }) => {
        const quality = properties.Quality?.value;
        return { value: as("Int32"), isHistorical, timestamp: timestamp!, quality, session };
      }),
  );
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

type Running = Awaited<ReturnType<typeof startNode>>;

/** Sets steps one after the other, each when the one before it is on its way or on disk. */
const count = async ({ board, counters }: Pick<Running, "board" | "counters">, from: number, to: number) => {
  for (const step of range(from, to)) {
    const before = counters().published + counters().buffer!.stored;
    board.set("basin.steps", step);
    board.slot();
    await eventually(`the report of ${step}`, () => counters().published + counters().buffer!.stored > before);
  }
};

describe("an edge node with a buffer", () => {
  test("tells what was while the server was away after the births, in order, with its own time, as history", async () => {
    const { broker, ...node } = await bornNode(cleanups, buffered());
    broker.goAway();
    await eventually("the loss is noticed", () => node.counters().phase === "away");
    const lostMs = Date.now();
    await count(node, 1, 40);
    const backMs = Date.now();
    broker.comeBack();
    await eventually("all history", () => told(broker, "steps").some(({ value }) => value === 40), RECONNECTED_MS);
    const steps = told(broker, "steps");
    expect(steps.map(({ value }) => value)).toEqual(range(1, 40));
    for (const { isHistorical, timestamp, quality } of steps) {
      expect([isHistorical, quality]).toEqual([true, 192]);
      expect(timestamp).toBeGreaterThanOrEqual(lostMs - 10);
      expect(timestamp).toBeLessThanOrEqual(backMs);
    }
    const again = broker.published.slice(broker.published.findLastIndex(({ topic }) => topic.includes("NBIRTH")));
    expect(again.slice(0, 3).map(({ topic }) => topic.split("/")[2])).toEqual(["NBIRTH", "DBIRTH", "DBIRTH"]);
    expect(again.map(({ payload }) => payload.seq)).toEqual(range(0, again.length - 1));
    const born = again[1]!.payload.metrics.find(({ name }) => name === "steps")!;
    expect([born.as("Int32"), born.isHistorical]).toEqual([40, false]);
    await count(node, 41, 41);
    await eventually("live data go on", () => told(broker, "steps").some(({ value }) => value === 41));
    expect(told(broker, "steps").at(-1)).toMatchObject({ value: 41, isHistorical: false });
    await eventually("the disk is empty", () => node.counters().buffer!.bytes === 0);
  });

  test("tells again what was sent over a connection that the server may not have read to its end", async () => {
    const broker = await NotingBroker.start(cleanups);
    const line = await startLine(cleanups, broker.port);
    const node = await startNode(cleanups, edgeNode([line.port], buffered()));
    await eventually("births", () => broker.of("DBIRTH").length === 2);
    await eventually("nothing is on its way", () => node.counters().buffer!.bytes === 0);
    line.hang();
    await count(node, 1, 5);
    line.down();
    await eventually("the loss is noticed", () => node.counters().phase === "away");
    await count(node, 6, 6);
    line.up();
    await eventually("all history", () => told(broker, "steps").some(({ value }) => value === 6), RECONNECTED_MS);
    expect(told(broker, "steps").map(({ value, isHistorical }) => [value, isHistorical])).toEqual(
      range(1, 6).map((step) => [step, true]),
    );
  });

  test("tells again what a birth told first, when that is lost", async () => {
    const broker = await NotingBroker.start(cleanups);
    const line = await startLine(cleanups, broker.port);
    const { board, counters } = await startNode(cleanups, edgeNode([line.port], buffered()));
    await eventually("births", () => broker.of("DBIRTH").length === 2);
    board.stopped.add("basin");
    await eventually("a death", () => broker.of("DDEATH").length === 1);
    await eventually("nothing is on its way", () => counters().buffer!.bytes === 0);
    line.hang();
    const before = counters().published;
    board.set("basin.steps", 5);
    board.stopped.delete("basin");
    await eventually("another birth", () => counters().published > before);
    line.down();
    await eventually("the loss is noticed", () => counters().phase === "away");
    board.set("basin.steps", 6);
    line.up();
    await eventually("history", () => told(broker, "steps").length > 0, RECONNECTED_MS);
    expect(told(broker, "steps")[0]).toMatchObject({ value: 5, isHistorical: true });
  });

  test("tells what an earlier run left, also of a device that is dead now, which lives only for that", async () => {
    const more = buffered();
    const broker = await NotingBroker.start(cleanups);
    broker.goAway();
    const first = await startNode(cleanups, edgeNode([broker.port], more));
    await eventually("the first values", () => first.counters().buffer!.stored > 0);
    await count(first, 1, 10);
    await first.stop();
    broker.comeBack();
    const second = await startNode(cleanups, edgeNode([broker.port], more), { stopped: ["basin"] });
    await eventually("all history", () => told(broker, "steps").some(({ value }) => value === 10), RECONNECTED_MS);
    await eventually("it is dead again", () => broker.of("DDEATH").length > 0);
    expect(told(broker, "steps").map(({ value }) => value)).toEqual(range(1, 10));
    const ofBasin = broker.published
      .filter(({ topic }) => topic.endsWith("/basin"))
      .map(({ topic }) => topic.split("/")[2]);
    expect([ofBasin[0], ofBasin.at(-1), new Set(ofBasin.slice(1, -1))]).toEqual([
      "DBIRTH",
      "DDEATH",
      new Set(["DDATA"]),
    ]);
    expect(second.counters().phase).toBe("present");
  });

  test("passes over what is none of its reports, and what the config has no metric for any longer", async () => {
    const { buffer } = buffered();
    const folder = join(buffer.folder, "of-others");
    mkdirSync(folder);
    const { log } = logBook();
    const store = new SegmentStore({ ...buffer, folder, name: "hosts", clock: hostClock, log });
    const records = [
      ["partita/works/basin/steps/history", "{}"],
      ["basin", "depth", "Float", "1.5", "good", 1000],
      ["pump", "steps", "Int32", "1", "good", 1001],
      ["basin", "steps", "Int32", "-7", "uncertain", 1002],
    ];
    for (const record of records) store.append(Buffer.from(JSON.stringify(record)));
    store.close();
    const { broker, counters } = await bornNode(cleanups, { buffer: { ...buffer, folder } });
    await eventually("history", () => told(broker, "steps").length > 0);
    expect(told(broker, "steps")[0]).toMatchObject({ value: -7, isHistorical: true, timestamp: 1002, quality: 500 });
    await eventually("the disk is empty", () => counters().buffer!.bytes === 0);
    expect(
      broker
        .of("DDATA")
        .flatMap(({ payload }) => payload.metrics)
        .every(({ name }) => name !== "depth"),
    ).toBe(true);
  });
});

describe("history", () => {
  test("is taken again, in order, until the broker has read it, and what was sent live comes behind it", async () => {
    const { buffer } = buffered();
    const history = new History(buffer, "hosts", hostClock, logBook().log);
    const report = (value: number) =>
      ({ metric: "steps", type: "Int32", value, quality: "good", timestamp: 1000 + value }) as const;
    const values = () => {
      const batch = history.take(10);
      history.sentBatch(batch);
      return batch.reports.map(({ value }) => value);
    };
    for (const value of [1, 2]) history.keep("basin", report(value));
    history.flush();
    expect([history.nextDevice(), values(), history.nextDevice()]).toEqual(["basin", [1, 2], null]);
    history.sentLive("basin", [report(3)]);
    let answer = (_isRead: boolean): void => undefined;
    const asked = () =>
      new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    history.confirm(asked);
    history.sentLive("basin", [report(4)]);
    history.disconnected();
    answer(false);
    history.flush();
    expect(values()).toEqual([1, 2, 3, 4]);
    await eventually("it may ask again", () => {
      history.confirm(asked);
      answer(true);
      return history.counters.delivered === 4;
    });
    history.disconnected();
    expect(history.nextDevice()).toBeNull();
    history.close();
  });
});

test("an edge node without a buffer tells the latest values when the server is back, and they are of now", async () => {
  const { broker, board, counters } = await bornNode(cleanups);
  broker.goAway();
  await eventually("the loss is noticed", () => counters().phase === "away");
  board.set("basin.steps", 1);
  board.set("basin.steps", 2);
  broker.comeBack();
  await eventually("births", () => broker.of("DBIRTH").length === 4, RECONNECTED_MS);
  expect(
    broker
      .of("DBIRTH")[2]!
      .payload.metrics.find(({ name }) => name === "steps")!
      .as("Int32"),
  ).toBe(2);
  expect(told(broker, "steps")).toEqual([]);
});
