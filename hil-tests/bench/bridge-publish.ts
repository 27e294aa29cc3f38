/**
 * How many point changes a second go through a broker: `partita run` with 1000 points that all change 50 times a second, to
 * mosquitto. Ten of the points are counted behind it. By quality of service: 0 is written, 1 is acknowledged.
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { PARTITA } from "./places.ts";
import { cpuSecondsOf, ended, loadOf } from "./processes.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

const POINTS = 1000;
const FRAME_MS = 20;
const CHANGES_PER_SECOND = (POINTS * 1000) / FRAME_MS;
const PORT = 15_883;
const SETTLING_MS = 4000;
const MEASURED_MS = 8000;
const START_MS = 1000;
/** mosquitto_sub hears these: all would cost it, and the broker, more than the module. */
const HEARD = 10;
const QUALITIES = [0, 1] as const;

export interface PublishFigures {
  readonly qos: 0 | 1;
  readonly throughPerSecond: number;
  /** Of one core. */
  readonly moduleCpu: number;
  readonly brokerCpu: number;
}

const names = Array.from({ length: POINTS }, (_, nth) => `c${nth}`);

/** A program all of whose points change with each scan. */
export const changesProgram = (): string =>
  [
    "PROGRAM Changes",
    "  VAR",
    ...names.map((name, nth) => `    ${name} AT %QD${nth} : DINT;`),
    "  END_VAR",
    ...names.map((name, nth) => `  ${name} := ${nth === 0 ? "c0 + 1" : "c0"};`),
    "END_PROGRAM",
  ].join("\n");

/** The config of its link, from `mqtt:` on, for the partition `changes`. */
export const publishingLink = (qos: 0 | 1): readonly string[] => [
  "  mqtt:",
  "    - name: telemetry",
  `      broker: mqtt://127.0.0.1:${PORT}`,
  `      qos: ${qos}`,
  "      publish:",
  ...names.map((name) => `        - { point: changes.${name}, minReport: 0 s, maxReport: 0 s }`),
];

const config = (qos: 0 | 1): string =>
  [
    "module: changing",
    "board: { clock: 100 MHz }",
    "partitions: { changes: { program: changing.st, memory: 1 MiB } }",
    "schedules:",
    `  normal: { majorFrame: ${FRAME_MS} ms, slots: [{ partition: changes, start: 0 ms, duration: 5 ms }] }`,
    "io:",
    ...publishingLink(qos),
  ].join("\n");

/** @throws when mosquitto (Debian: mosquitto, mosquitto-clients) is missing. */
export const measurePublish = async ({ rounds, share, say }: SectionOptions): Promise<readonly PublishFigures[]> => {
  const folder = mkdtempSync(join(tmpdir(), "partita-publish-"));
  const broker = spawnBroker(folder);
  try {
    await pause(START_MS);
    writeFileSync(join(folder, "changing.st"), changesProgram());
    const results: PublishFigures[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`publish: round ${round} of ${rounds}`);
      for (const qos of QUALITIES) {
        writeFileSync(join(folder, "changing.yaml"), config(qos));
        results.push(await measured(broker, join(folder, "changing.yaml"), qos, MEASURED_MS * share));
      }
    }
    return QUALITIES.map((qos) => mediansAt(results.filter((result) => result.qos === qos)));
  } finally {
    await ended(broker);
    rmSync(folder, { recursive: true, force: true });
  }
};

export const spawnBroker = (folder: string): ChildProcess => {
  const file = join(folder, "mosquitto.conf");
  writeFileSync(file, `listener ${PORT} 127.0.0.1\nallow_anonymous true\n`);
  return spawn("mosquitto", ["-c", file], { stdio: "ignore" });
};

const measured = async (broker: ChildProcess, module: string, qos: 0 | 1, ms: number): Promise<PublishFigures> => {
  const partita = spawn(process.execPath, [PARTITA, "run", module], { stdio: "ignore" });
  try {
    await pause(SETTLING_MS);
    const before = { module: cpuSecondsOf(partita), broker: cpuSecondsOf(broker) };
    const seconds = Math.max(Math.round(ms / 1000), 1);
    const heard = await heardWithin(seconds);
    return {
      qos,
      throughPerSecond: (heard / seconds / HEARD) * POINTS,
      moduleCpu: loadOf(before.module, cpuSecondsOf(partita), seconds) ?? Number.NaN,
      brokerCpu: loadOf(before.broker, cpuSecondsOf(broker), seconds) ?? Number.NaN,
    };
  } finally {
    await ended(partita);
  }
};

/** Changes of the points that are counted. */
const heardWithin = async (seconds: number): Promise<number> => {
  const heard = names.filter((_, nth) => nth % (POINTS / HEARD) === 0);
  const topics = heard.flatMap((name) => ["-t", `partita/changing/changes/${name}`]);
  const subscribe = ["-h", "127.0.0.1", "-p", `${PORT}`, ...topics, "-R", "-W", `${seconds}`, "-F", "%p"];
  // It ends with 27 when its time is over.
  const { stdout } = await promisify(execFile)("mosquitto_sub", subscribe).catch((error: { stdout: string }) => error);
  return stdout.split("\n").length - 1;
};

const mediansAt = (results: readonly PublishFigures[]): PublishFigures => {
  const at = (key: "throughPerSecond" | "moduleCpu" | "brokerCpu") => median(results.map((result) => result[key]));
  const { qos } = results[0]!;
  return { qos, throughPerSecond: at("throughPerSecond"), moduleCpu: at("moduleCpu"), brokerCpu: at("brokerCpu") };
};

export const publishTable = (results: readonly PublishFigures[], rounds: number): Table => ({
  title: `${CHANGES_PER_SECOND} point changes a second, published to mosquitto`,
  columns: ["QoS", "through a second", "of a core: module, %", "broker, %"],
  rows: results.map(({ qos, throughPerSecond, moduleCpu, brokerCpu }) => [
    String(qos),
    figure(throughPerSecond),
    figure(moduleCpu * 100),
    figure(brokerCpu * 100),
  ]),
  notes: [
    `${mediansOf(rounds)}; counted behind the broker. What is missing was superseded by the point's next change before there was room.`,
    ...results.map(({ qos, throughPerSecond }) =>
      verdict({ what: `changes at QoS ${qos}`, least: 0.99 * CHANGES_PER_SECOND, unit: "1/s" }, throughPerSecond),
    ),
  ],
});
