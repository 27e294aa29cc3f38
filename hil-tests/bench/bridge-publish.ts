/**
 * How many point changes a second reach a broker: `partita run` with 1000 points that all change 50 times a second, to mosquitto,
 * which counts what it gets. By quality of service: 0 is written, 1 is acknowledged.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { PARTITA } from "./places.ts";
import { median } from "./statistics.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

const POINTS = 1000;
const FRAME_MS = 20;
const CHANGES_PER_SECOND = (POINTS * 1000) / FRAME_MS;
const PORT = 15_883;
const SETTLING_MS = 4000;
const MEASURED_MS = 8000;
/** mosquitto renews its figures so often. */
const BROKER_INTERVAL_MS = 1000;
const RECEIVED = "$SYS/broker/publish/messages/received";
const QUALITIES = [0, 1] as const;

export interface PublishFigures {
  readonly qos: 0 | 1;
  readonly receivedPerSecond: number;
  /** Of one core. */
  readonly moduleCpu: number;
  readonly brokerCpu: number;
}

export interface PublishOptions {
  readonly rounds: number;
  /** Of the time measured. */
  readonly share: number;
  readonly say: (text: string) => void;
}

const names = Array.from({ length: POINTS }, (_, nth) => `c${nth}`);

const program = (): string =>
  [
    "PROGRAM Changes",
    "  VAR",
    ...names.map((name, nth) => `    ${name} AT %QD${nth} : DINT;`),
    "  END_VAR",
    ...names.map((name, nth) => `  ${name} := ${nth === 0 ? "c0 + 1" : "c0"};`),
    "END_PROGRAM",
  ].join("\n");

const config = (qos: 0 | 1): string =>
  [
    "module: changing",
    "board: { clock: 100 MHz }",
    "partitions: { changes: { program: changing.st, memory: 1 MiB } }",
    "schedules:",
    `  normal: { majorFrame: ${FRAME_MS} ms, slots: [{ partition: changes, start: 0 ms, duration: 5 ms }] }`,
    "io:",
    "  mqtt:",
    "    - name: telemetry",
    `      broker: mqtt://127.0.0.1:${PORT}`,
    `      qos: ${qos}`,
    "      publish:",
    ...names.map((name) => `        - { point: changes.${name}, minReport: 0 s, maxReport: 0 s }`),
  ].join("\n");

/** @throws when mosquitto (Debian: mosquitto, mosquitto-clients) is missing. */
export const measurePublish = async ({ rounds, share, say }: PublishOptions): Promise<readonly PublishFigures[]> => {
  const folder = mkdtempSync(join(tmpdir(), "partita-publish-"));
  const broker = spawnBroker(folder);
  try {
    await pause(BROKER_INTERVAL_MS);
    writeFileSync(join(folder, "changing.st"), program());
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

const spawnBroker = (folder: string): ChildProcess => {
  const file = join(folder, "mosquitto.conf");
  const lines = [`listener ${PORT} 127.0.0.1`, "allow_anonymous true", `sys_interval ${BROKER_INTERVAL_MS / 1000}`, ""];
  writeFileSync(file, lines.join("\n"));
  return spawn("mosquitto", ["-c", file], { stdio: "ignore" });
};

const measured = async (broker: ChildProcess, module: string, qos: 0 | 1, ms: number): Promise<PublishFigures> => {
  const partita = spawn(process.execPath, [PARTITA, "run", module], { stdio: "ignore" });
  try {
    await pause(SETTLING_MS);
    const before = await read(broker, partita);
    await pause(ms);
    const after = await read(broker, partita);
    const seconds = (after.timeMs - before.timeMs) / 1000;
    return {
      qos,
      receivedPerSecond: (after.received - before.received) / seconds,
      moduleCpu: (after.moduleSeconds - before.moduleSeconds) / seconds,
      brokerCpu: (after.brokerSeconds - before.brokerSeconds) / seconds,
    };
  } finally {
    await ended(partita);
  }
};

/** Just when the broker has renewed its figures. */
const read = async (broker: ChildProcess, partita: ChildProcess) => {
  const subscribe = ["-h", "127.0.0.1", "-p", `${PORT}`, "-t", RECEIVED, "-R", "-C", "1", "-F", "%U %p"];
  const { stdout } = await promisify(execFile)("mosquitto_sub", subscribe);
  const [time, received] = stdout.split(" ").map(Number);
  return {
    timeMs: time! * 1000,
    received: received!,
    moduleSeconds: cpuSecondsOf(partita),
    brokerSeconds: cpuSecondsOf(broker),
  };
};

/** User and system time, from /proc/PID/stat (Linux), in ticks of 10 ms. */
const cpuSecondsOf = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGINT");
  });

const mediansAt = (results: readonly PublishFigures[]): PublishFigures => {
  const at = (key: "receivedPerSecond" | "moduleCpu" | "brokerCpu") => median(results.map((result) => result[key]));
  const { qos } = results[0]!;
  return { qos, receivedPerSecond: at("receivedPerSecond"), moduleCpu: at("moduleCpu"), brokerCpu: at("brokerCpu") };
};

export const publishTable = (results: readonly PublishFigures[], rounds: number): Table => ({
  title: `${CHANGES_PER_SECOND} point changes a second, published to mosquitto`,
  columns: ["QoS", "received a second", "of a core: module, %", "broker, %"],
  rows: results.map(({ qos, receivedPerSecond, moduleCpu, brokerCpu }) => [
    String(qos),
    figure(receivedPerSecond),
    figure(moduleCpu * 100),
    figure(brokerCpu * 100),
  ]),
  notes: [
    `${mediansOf(rounds)}; counted by the broker. What is missing was superseded by the point's next change before there was room.`,
    ...results.map(({ qos, receivedPerSecond }) =>
      verdict({ what: `changes at QoS ${qos}`, least: 0.99 * CHANGES_PER_SECOND, unit: "1/s" }, receivedPerSecond),
    ),
  ],
});
