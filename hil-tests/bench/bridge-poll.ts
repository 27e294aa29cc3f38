/**
 * Whether the bridge polls in time: `partita run` with 10,000 points of 100 field devices, each polled every second. The devices
 * note when they were asked, so that the bridge's own idea of time does not count.
 */

import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { PollLog } from "../field-devices/polled-devices.ts";
import { PARTITA, POLLED_DEVICES } from "./places.ts";
import { cpuSecondsOf, ended, loadOf } from "./processes.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

const DEVICES = 100;
const POINTS_OF_DEVICE = 100;
const INTERVAL_MS = 1000;
const FIRST_PORT = 15_100;
/** As much later than the beat says is still in time. */
const ON_TIME_MS = INTERVAL_MS / 20;
const POLLS = 20;
const SETTLING_MS = 5000;
const LONGEST_START_MS = 60_000;

export interface PollFigures {
  readonly polls: number;
  /** Of the polls that should have been. */
  readonly onTime: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of one core, the whole module; null where there is no /proc. */
  readonly cpu: number | null;
}

/** A program that has all that is polled. */
export const readingsProgram = (): string => {
  const names = Array.from({ length: DEVICES * POINTS_OF_DEVICE }, (_, nth) => nth);
  return [
    "PROGRAM Readings",
    "  VAR",
    ...names.map((nth) => `    r${nth} AT %ID${nth} : REAL;`),
    "    sum AT %QD0 : REAL;",
    "  END_VAR",
    `  sum := r0 + r${names.at(-1)};`,
    "END_PROGRAM",
    "CONFIGURATION Polled",
    "  RESOURCE Board ON RV32",
    "    TASK Cyclic(INTERVAL := T#100ms, PRIORITY := 1);",
    "    PROGRAM Main WITH Cyclic : Readings;",
    "  END_RESOURCE",
    "END_CONFIGURATION",
  ].join("\n");
};

/** The config of its clients, from `modbusClients:` on, for the partition `readings`. */
export const pollingClients = (): readonly string[] => {
  const device = (nth: number): readonly string[] => [
    `    - name: bus${nth}`,
    "      host: 127.0.0.1",
    `      port: ${FIRST_PORT + nth}`,
    "      devices:",
    `        - name: device${nth}`,
    `          pollGroups: { all: { interval: ${INTERVAL_MS} ms } }`,
    "          points:",
    ...Array.from({ length: POINTS_OF_DEVICE }, (_, at) => {
      const point = `readings.r${nth * POINTS_OF_DEVICE + at}`;
      return `            - { point: ${point}, area: inputRegister, address: ${2 * at}, pollGroup: all }`;
    }),
  ];
  return ["  modbusClients:", ...Array.from({ length: DEVICES }, (_, nth) => device(nth)).flat()];
};

const config = (): string =>
  [
    "module: polled",
    "board: { clock: 10 MHz }",
    "partitions: { readings: { program: polled.st, memory: 1 MiB } }",
    "schedules:",
    "  normal: { majorFrame: 100 ms, slots: [{ partition: readings, start: 0 ms, duration: 50 ms }] }",
    "io:",
    ...pollingClients(),
  ].join("\n");

/** Resolves when all listen. */
export const startDevices = async (): Promise<ChildProcess> => {
  const devices = fork(POLLED_DEVICES, [FIRST_PORT, DEVICES].map(String));
  await messageFrom<string>(devices);
  return devices;
};

/** @throws when the module does not come to poll all devices. */
export const measurePolls = async ({ rounds, share, say }: SectionOptions): Promise<PollFigures> => {
  const folder = mkdtempSync(join(tmpdir(), "partita-poll-"));
  writeFileSync(join(folder, "polled.st"), readingsProgram());
  writeFileSync(join(folder, "polled.yaml"), config());
  const processes: ChildProcess[] = [];
  try {
    const devices = await startDevices();
    processes.push(devices);
    const partita = spawn(process.execPath, [PARTITA, "run", join(folder, "polled.yaml")], { stdio: "ignore" });
    processes.push(partita);
    await allPolled(devices);
    await pause(SETTLING_MS);
    await logOf(devices);
    const results: PollFigures[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`poll: round ${round} of ${rounds}`);
      results.push(await measured(devices, partita, Math.max(2, Math.round(POLLS * share))));
    }
    const mediansAt = (key: "polls" | "onTime" | "p50Ms" | "p99Ms") => median(results.map((result) => result[key]));
    const loads = results.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
    return {
      polls: mediansAt("polls"),
      onTime: mediansAt("onTime"),
      p50Ms: mediansAt("p50Ms"),
      p99Ms: mediansAt("p99Ms"),
      cpu: loads.length === 0 ? null : median(loads),
    };
  } finally {
    await Promise.all(processes.map(ended));
    rmSync(folder, { recursive: true, force: true });
  }
};

const measured = async (devices: ChildProcess, partita: ChildProcess, polls: number): Promise<PollFigures> => {
  const before = cpuSecondsOf(partita);
  await pause(polls * INTERVAL_MS);
  const after = cpuSecondsOf(partita);
  const log = await logOf(devices);
  const lateness = log.flatMap(latenessOf).sort((a, b) => a - b);
  const at = (share: number): number => lateness[Math.min(Math.floor(share * lateness.length), lateness.length - 1)]!;
  return {
    polls: lateness.length,
    onTime: lateness.filter((ms) => ms <= ON_TIME_MS).length / log.map(beatsOf).reduce((sum, beats) => sum + beats),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpu: loadOf(before, after, (polls * INTERVAL_MS) / 1000),
  };
};

/** Polls that should have been between the first and the last; at least one. */
const beatsOf = (times: readonly number[]): number =>
  Math.max(Math.round(((times.at(-1) ?? 0) - (times[0] ?? 0)) / INTERVAL_MS) + 1, 1);

/** How much later than the beat each poll came; the beat is that of the earliest. */
const latenessOf = (times: readonly number[]): readonly number[] => {
  const first = times[0] ?? 0;
  const offBeat = times.map((ms) => ms - first - Math.round((ms - first) / INTERVAL_MS) * INTERVAL_MS);
  const earliest = Math.min(...offBeat);
  return offBeat.map((ms) => ms - earliest);
};

const messageFrom = <Message>(child: ChildProcess): Promise<Message> =>
  new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error("the field devices ended"));
    child.once("exit", gone);
    child.once("message", (message) => {
      child.off("exit", gone);
      resolve(message as Message);
    });
  });

const logOf = (devices: ChildProcess): Promise<PollLog> => {
  const log = messageFrom<PollLog>(devices);
  devices.send("log");
  return log;
};

const allPolled = async (devices: ChildProcess): Promise<void> => {
  for (let waitedMs = 0; waitedMs < LONGEST_START_MS; waitedMs += INTERVAL_MS) {
    await pause(INTERVAL_MS);
    if ((await logOf(devices)).every(({ length }) => length > 0)) return;
  }
  throw new Error(`not all of ${DEVICES} devices were polled within ${LONGEST_START_MS / 1000} s`);
};

export const pollTable = ({ polls, onTime, p50Ms, p99Ms, cpu }: PollFigures, rounds: number): Table => ({
  title: `${DEVICES * POINTS_OF_DEVICE} points of ${DEVICES} field devices, polled every second`,
  columns: ["polls", "on time, %", "late p50, ms", "late p99, ms", "of a core, %"],
  rows: [[figure(polls), figure(onTime * 100), figure(p50Ms), figure(p99Ms), figure(cpu === null ? null : cpu * 100)]],
  notes: [
    `${mediansOf(rounds)}; seen by the devices. On time: at most ${ON_TIME_MS} ms behind the earliest poll of the device.`,
    "A device's 100 REALs take two requests; all devices are due at the same moment. The core's time is the whole module's.",
    verdict({ what: "polls on time", least: 99.9, unit: "%" }, onTime * 100),
  ],
});
