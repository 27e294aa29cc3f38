import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { hostClock } from "../../runtime/host/clock.ts";
import type { MqttLink } from "../../runtime/index.ts";
import { startBridge } from "../bridge.ts";
import { startLine } from "../testing/line.ts";
import { Cleanups, freePort, MOSQUITTO_TAKES, mosquitto, publish, scratch, subscribe } from "../testing/mosquitto.ts";
import { eventually, logBook, refOf, TestBoard, testSystem } from "../testing/test-module.ts";

const peers = requirePeers("mosquitto", "mosquitto_sub", "mosquitto_pub");

const POINTS = { basin: ["in setpoint REAL", "out level REAL", "out steps DINT", "out total LINT"] } as const;
const plain = testSystem(POINTS);
const publication = (point: string) => ({
  point: refOf(plain, `basin.${point}`),
  deadband: 0,
  minReportMs: 0,
  maxReportMs: 0,
});

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

/** The next attempt to connect may be five seconds away. */
const RECONNECTED_MS = 15_000;

interface Payload {
  readonly value: number;
  readonly timestamp: number;
  readonly sequence: number;
  readonly historical?: true;
}

const link = (port: number, folder: string): MqttLink => ({
  name: "scada",
  broker: "external",
  host: "127.0.0.1",
  port,
  version: "v5",
  tls: null,
  credentials: null,
  listener: null,
  topicPrefix: "partita",
  qos: 1,
  buffer: { folder, maxBytes: 1024 * 1024, policy: "dropOldest" },
  publications: [publication("level"), publication("steps"), publication("total")],
  commands: [],
});

/** Runs the module until `stop`, with its steps at `from` at first. */
const start = async (port: number, folder: string, from = 0) => {
  const system = testSystem(POINTS, { mqtt: [link(port, folder)] });
  const board = new TestBoard(system, hostClock);
  board.set("basin.steps", from);
  board.slot();
  const { log } = logBook();
  const bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log });
  const stop = async (): Promise<void> => {
    await bridge.stop();
    board.stop();
  };
  cleanups.add(stop);
  const counters = () => bridge.counters().mqtt.scada!;
  /** Grows with every report, wherever it goes. */
  const reports = (): number => {
    const { published, waiting, buffer } = counters();
    return published + waiting + buffer!.stored;
  };
  const count = async (first: number, last: number): Promise<void> => {
    for (let step = first; step <= last; step += 1) {
      const before = reports();
      board.set("basin.steps", step);
      board.slot();
      await eventually(`the report of ${step}`, () => reports() > before);
    }
  };
  return { board, counters, count, stop };
};

/** A broker with a subscriber, and a line to it. */
const world = async () => {
  const port = await freePort();
  const broker = await mosquitto(cleanups, port);
  const { all, latest } = await subscribe(cleanups, port);
  await eventually("the subscriber is there", async () => {
    await publish(port, "partita/ready", "{}");
    return all.length > 0;
  });
  const payloads = (topic: string): readonly Payload[] =>
    all.filter((message) => message.topic === `partita/works/${topic}`).map(({ payload }) => JSON.parse(payload));
  const line = await startLine(cleanups, port);
  return {
    broker,
    line,
    all,
    latest,
    live: () => payloads("basin/steps"),
    history: () => payloads("basin/steps/history"),
  };
};

const valuesOf = (payloads: readonly Payload[]): number[] => payloads.map(({ value }) => value);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const areAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > numbers[index - 1]!);

describe.skipIf(peers.missing)("a link with a buffer", () => {
  test("sends what was reported while the broker was away, in order, as history with its own time", async () => {
    const { line, live, history: allHistory, all } = await world();
    // A first report may have come before the first connection, and be history too.
    const history = () => allHistory().filter(({ value }) => value > 0);
    const { counters, count } = await start(line.port, scratch(cleanups));
    await eventually("connected", () => counters().acknowledged >= 5);
    line.down();
    await eventually("the loss is noticed", () => counters().state !== "connected");
    const lostMs = Date.now();
    await count(1, 60);
    const backMs = Date.now();
    line.up();
    await eventually("the history", () => history().length >= 60, RECONNECTED_MS);
    expect(valuesOf(history())).toEqual(range(1, 60));
    await eventually("the live value", () => valuesOf(live()).includes(60));
    expect(valuesOf(live())).toEqual([0, 60]);
    for (const { timestamp, historical } of history()) {
      expect(historical).toBe(true);
      expect(timestamp).toBeGreaterThanOrEqual(lostMs - 10);
      expect(timestamp).toBeLessThanOrEqual(backMs);
    }
    expect(areAscending(history().map(({ timestamp }) => timestamp))).toBe(true);
    const { sequence } = history()[0]!;
    expect(history().map((report) => report.sequence - sequence)).toEqual(range(0, 59));
    expect(all.filter(({ topic, isRetained }) => isRetained && topic.endsWith("/history"))).toEqual([]);
    await count(61, 61);
    await eventually("live values go on", () => valuesOf(live()).includes(61));
    await eventually("the history is acknowledged", () => counters().buffer?.bytes === 0);
    expect(counters()).toMatchObject({ superseded: 0, buffer: { dropped: 0, damaged: 0 } });
    expect(counters().buffer?.delivered).toBe(counters().buffer?.stored);
  });

  test("sends what an earlier run of the module left, and goes on with greater numbers", async () => {
    const folder = scratch(cleanups);
    const { line, history, live } = await world();
    line.down();
    const first = await start(line.port, folder);
    await eventually("the first report", () => first.counters().buffer!.stored >= 3);
    await first.count(1, 20);
    await first.stop();
    const second = await start(line.port, folder, 21);
    await eventually("the second run's first report", () => second.counters().buffer!.stored >= 3);
    await second.count(22, 30);
    line.up();
    await eventually("the history", () => history().length >= 31, RECONNECTED_MS);
    await eventually("the live value", () => valuesOf(live()).includes(30));
    expect(valuesOf(history())).toEqual(range(0, 30));
    const sequences = [...history(), ...live()].map(({ sequence }) => sequence);
    expect(areAscending(sequences)).toBe(true);
    expect(sequences.findIndex((sequence) => sequence >= 2 * 2 ** 32)).toBe(21); // the second run's first
  });

  test("keeps what a broker that hangs does not take, and loses nothing of it", async () => {
    const { broker, line, live, history } = await world();
    const { counters, count } = await start(line.port, scratch(cleanups));
    await eventually("connected", () => counters().acknowledged >= 5);
    broker.kill("SIGSTOP");
    await count(1, 80);
    expect(counters()).toMatchObject({ inFlight: MOSQUITTO_TAKES });
    broker.kill("SIGCONT");
    await count(81, 90);
    await eventually(
      "all arrive",
      () => new Set([...valuesOf(live()), ...valuesOf(history())]).size === 91,
      RECONNECTED_MS,
    );
    const firstOnes = [...new Set(valuesOf(history()))];
    expect(areAscending(firstOnes)).toBe(true);
    expect(areAscending(valuesOf(live()))).toBe(true);
    expect(counters().superseded).toBeGreaterThan(50);
  });

  test("publishes nothing that its own published schema does not allow", async () => {
    const { line, all, latest, history } = await world();
    line.down();
    const { board, counters, count } = await start(line.port, scratch(cleanups));
    board.set("basin.level", Number.NaN);
    board.set("basin.total", 2n ** 60n);
    await eventually("the first reports", () => counters().buffer!.stored >= 3);
    await count(1, 5);
    line.up();
    await eventually("the history", () => history().length >= 5 && counters().inFlight === 0, RECONNECTED_MS);
    const schema = JSON.parse(all.find(({ topic }) => topic === "partita/works/schema")!.payload);
    expect(schema).toEqual(JSON.parse(readFileSync("configs/schema/telemetry.schema.json", "utf8")));
    const { topics, ...rest } = schema;
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true }).addSchema(rest, "telemetry");
    let checked = 0;
    for (const { topic, payload } of all.filter((message) => /works\/.*(?<!schema)$/.test(message.topic))) {
      const kind = topic.endsWith("/status") ? "status" : topic.endsWith("/history") ? "historicalReport" : "report";
      expect(Object.values(topics)).toContainEqual({ $ref: `#/$defs/${kind}` });
      const validate = ajv.getSchema(`telemetry#/$defs/${kind}`)!;
      expect(validate(JSON.parse(payload)), `${topic} ${payload}`).toBe(true);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(8);
    expect(latest.get("partita/works/basin/total")?.value).toBe(String(2n ** 60n));
    expect(latest.get("partita/works/basin/level")?.value).toBeNull();
  });
});
