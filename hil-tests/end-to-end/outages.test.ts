/** A day of faults in short: while counters are published, the line drops and the module is killed and restarted, at random. */
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { isEmptied, payloadsOnDisk } from "../../io-bridge/testing/kept-on-disk.ts";
import { startLine } from "../../io-bridge/testing/line.ts";
import { Cleanups, freePort, mosquitto, publish, scratch } from "../../io-bridge/testing/mosquitto.ts";
import { eventually, pause, randomFrom } from "../../io-bridge/testing/test-module.ts";
import { requirePeers } from "../peers.ts";
import { startCounter, writeCounter } from "./counting-module.ts";
import { Program } from "./program.ts";

const peers = requirePeers("mosquitto", "mosquitto_sub", "mosquitto_pub");
/** How long the faults go on; more is for soaking. */
const SECONDS = Number(process.env.PARTITA_OUTAGE_SECONDS ?? "20");
const SEED = Number(process.env.PARTITA_OUTAGE_SEED ?? "1");
const NUMBERS_A_RUN = 2 ** 32;

const cleanups = new Cleanups();
afterAll(() => cleanups.end());

const link = (name: string, port: number, qos: 0 | 1): string => `
    - name: ${name}
      broker: mqtt://127.0.0.1:${port}
      topicPrefix: ${name}
      qos: ${qos}
      buffer: { path: ${name} }
      publish:
        - { point: counter.steps, minReport: 0 s, maxReport: 0 s }
        - { point: counter.halves, minReport: 0 s, maxReport: 0 s }`;

interface Report {
  readonly topic: string;
  readonly sequence: number;
  readonly payload: string;
}

const reportOf = (topic: string, payload: string): Report => ({
  topic,
  payload,
  sequence: JSON.parse(payload).sequence,
});

/** What a killed module has left on disk. */
const onDisk = (folder: string): readonly Report[] =>
  (payloadsOnDisk(folder) as [string, string][]).map(([topic, payload]) => reportOf(topic, payload));

/** Everything of the links that mosquitto_sub hears, in order. */
const listen = async (port: number) => {
  const to = ["-h", "127.0.0.1", "-p", `${port}`, "-q", "1", "-t", "#", "-F", "%t %p"];
  const subscriber = new Program("mosquitto_sub", to);
  cleanups.add(() => subscriber.end("SIGTERM"));
  await eventually("the subscriber is there", async () => {
    await publish(port, "ready", "1");
    return subscriber.lines.length > 0;
  });
  return (name: string): readonly Report[] =>
    subscriber.lines.flatMap((line) => {
      const [topic = "", payload = ""] = line.split(/ (.*)/s);
      return topic.startsWith(`${name}/outages/counter/`) ? [reportOf(topic, payload)] : [];
    });
};

/** Of each run of the module, the reports that never came, before the last one that did. */
const lostOf = (reports: readonly Report[]): number => {
  const runs = new Map<number, Set<number>>();
  for (const { sequence } of reports) {
    const run = Math.floor(sequence / NUMBERS_A_RUN);
    runs.set(run, (runs.get(run) ?? new Set()).add(sequence % NUMBERS_A_RUN));
  }
  return [...runs.values()].reduce((lost, numbers) => lost + Math.max(...numbers) + 1 - numbers.size, 0);
};

/** First arrivals on each topic. */
const firstArrivals = (reports: readonly Report[]): ReadonlyMap<string, readonly number[]> => {
  const known = new Map<string, Set<number>>();
  for (const { topic, sequence } of reports) known.set(topic, (known.get(topic) ?? new Set()).add(sequence));
  return new Map([...known].map(([topic, sequences]) => [topic, [...sequences]]));
};

it.skipIf(peers.missing)(
  "loses nothing that was on disk, and brings each point's history in order",
  { timeout: 600_000 },
  async () => {
    const folder = scratch(cleanups);
    const port = await freePort();
    await mosquitto(cleanups, port, ["allow_anonymous true", "max_queued_messages 0"]);
    const heard = await listen(port);
    const line = await startLine(cleanups, port);
    const config = writeCounter(folder, `  mqtt:${link("acknowledged", line.port, 1)}${link("quick", line.port, 0)}`);
    const start = () => startCounter(cleanups, config);

    const below = randomFrom(SEED);
    const kept = { acknowledged: [] as Report[], quick: [] as Report[] };
    const faults = { drops: 0, kills: 0, restarts: 0 };
    let module = await start();
    let isDown = false;
    for (const over = AbortSignal.timeout(SECONDS * 1000); !over.aborted; await pause(100 + below(600))) {
      const fault = below(10);
      if (fault < 6) {
        if (isDown) line.up();
        else line.down();
        isDown = !isDown;
        faults.drops += isDown ? 1 : 0;
      } else if (fault < 9) {
        await module.end("SIGKILL");
        faults.kills += 1;
        for (const name of ["acknowledged", "quick"] as const) kept[name].push(...onDisk(join(folder, name)));
        module = await start();
      } else {
        expect((await module.end()).code).toBe(0);
        faults.restarts += 1;
        module = await start();
      }
    }
    line.up();

    const isEmpty = (name: string): boolean => isEmptied(join(folder, name));
    await eventually("all history is sent", () => isEmpty("acknowledged") && isEmpty("quick"), 30_000);
    expect((await module.end()).code).toBe(0);

    for (const name of ["acknowledged", "quick"] as const) {
      const reports = heard(name);
      const arrived = new Set(reports.map(({ sequence }) => sequence));
      expect(kept[name].length).toBeGreaterThan(0);
      expect(kept[name].filter(({ sequence }) => !arrived.has(sequence))).toEqual([]);
      for (const [topic, sequences] of firstArrivals(reports)) {
        expect(sequences, topic).toEqual(sequences.toSorted((a, b) => a - b));
      }
      const payloads = new Map(reports.map(({ topic, sequence, payload }) => [`${topic} ${sequence}`, payload]));
      for (const { topic, sequence, payload } of reports) expect(payload).toBe(payloads.get(`${topic} ${sequence}`));
      const figures = { ...faults, heard: reports.length, onDiskAtKills: kept[name].length, lost: lostOf(reports) };
      console.info(`${name}: ${JSON.stringify(figures)}`);
    }
    expect(lostOf(heard("acknowledged"))).toBe(0);
  },
);
