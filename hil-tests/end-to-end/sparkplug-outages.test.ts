/** Faults of an edge node in short: while it counts, the line drops and the module is killed and restarted, at random. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isEmptied, payloadsOnDisk } from "../../io-bridge/testing/kept-on-disk.ts";
import { startLine } from "../../io-bridge/testing/line.ts";
import { Cleanups, freePort, mosquitto, scratch } from "../../io-bridge/testing/mosquitto.ts";
import { pythonHost } from "../../io-bridge/testing/sparkplug-host.ts";
import { eventually, pause, randomFrom } from "../../io-bridge/testing/test-module.ts";
import { PYTHON, requirePeers, requirePythonModule } from "../peers.ts";
import { startCounter, writeCounter } from "./counting-module.ts";

const peers = [
  requirePeers("mosquitto", "protoc"),
  requirePythonModule("paho.mqtt.client"),
  requirePythonModule("google.protobuf"),
];
/** How long the faults go on; more is for soaking. */
const SECONDS = Number(process.env.PARTITA_SPARKPLUG_OUTAGE_SECONDS ?? "8");
const SEED = Number(process.env.PARTITA_OUTAGE_SEED ?? "1");

const cleanups = new Cleanups();
afterAll(() => cleanups.end());

const node = (port: number): string => `  sparkplug:
    - name: hosts
      brokers: [mqtt://127.0.0.1:${port}]
      groupId: Plant
      useAliases: false
      buffer: { path: waiting }
      publish:
        - { point: counter.steps, minReport: 0 s }
        - { point: counter.halves, minReport: 0 s }`;

interface Told {
  readonly metric: string;
  readonly value: number;
  readonly timestamp: number;
}
const keyOf = ({ metric, value, timestamp }: Told): string => `${metric} ${value} ${timestamp}`;

/** What a killed module has left on disk, delivered or not. */
const onDisk = (folder: string): readonly Told[] =>
  (payloadsOnDisk(folder) as unknown[][]).map(([, metric, , value, , timestamp]) => ({
    ...{ metric: String(metric), value: Number(value), timestamp: Number(timestamp) },
  }));

test.skipIf(peers.some(({ missing }) => missing))(
  "an edge node loses nothing that was on disk, and brings each metric's history in order",
  { timeout: 600_000 },
  async () => {
    const folder = scratch(cleanups);
    const waiting = join(folder, "waiting");
    const port = await freePort();
    await mosquitto(cleanups, port, ["allow_anonymous true", "max_queued_messages 0"]);
    const host = await pythonHost(cleanups, PYTHON, port);
    const line = await startLine(cleanups, port);
    const config = writeCounter(folder, node(line.port));
    const start = () => startCounter(cleanups, config);

    const below = randomFrom(SEED);
    const kept: Told[] = [];
    const faults = { drops: 1, kills: 0, restarts: 0 };
    let module = await start();
    let isDown = true;
    line.down();
    const over = AbortSignal.timeout(SECONDS * 1000);
    for (; !over.aborted || kept.length === 0; await pause(100 + below(600))) {
      const fault = below(10);
      if (fault < 5) {
        if (isDown) line.up();
        else line.down();
        isDown = !isDown;
        faults.drops += isDown ? 1 : 0;
      } else if (fault < 9) {
        await module.end("SIGKILL");
        faults.kills += 1;
        kept.push(...onDisk(waiting));
        module = await start();
      } else {
        expect((await module.end()).code).toBe(0);
        faults.restarts += 1;
        module = await start();
      }
    }
    line.up();
    await eventually("all history is told", () => isEmptied(waiting), 30_000);
    expect((await module.end()).code).toBe(0);
    await eventually("the last death", () => host.heard.at(-1)?.topic === "NDEATH/outages");

    const told = host.heard.flatMap(({ payload }) =>
      (payload.metrics ?? []).map(({ name = "", intValue = 0, timestamp, isHistorical }) => ({
        ...{ metric: name, value: intValue, timestamp: Number(timestamp), isHistorical },
      })),
    );
    const arrived = new Set(told.map(keyOf));
    expect(kept.filter((report) => !arrived.has(keyOf(report)))).toEqual([]);
    for (const metric of ["steps", "halves"]) {
      const late = told.filter((report) => report.metric === metric && report.isHistorical === true);
      const firstOnes = [...new Map(late.map((report) => [keyOf(report), report.timestamp])).values()];
      expect(firstOnes, metric).toEqual(firstOnes.toSorted((a, b) => a - b));
    }
    console.info(`edge node: ${JSON.stringify({ ...faults, told: told.length, onDiskAtKills: kept.length })}`);
  },
);
