/**
 * How late slots are while the bridge is under load, and while it has none: `partita run` twice with the same programs, once with
 * only its metrics, once with 10,000 points polled a second, 50,000 point changes published and 1000 Modbus requests answered.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { keepAsking } from "../field-devices/asking-clients.ts";
import { pollingClients, readingsProgram, startDevices } from "./bridge-poll.ts";
import { changesProgram, publishingLink, spawnBroker } from "./bridge-publish.ts";
import { PARTITA } from "./places.ts";
import { cpuSecondsOf, ended, loadOf } from "./processes.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

const METRICS_PORT = 15_464;
const SERVER_PORT = 15_502;
const SETTLING_MS = 6000;
const MEASURED_MS = 10_000;
const LONGEST_START_MS = 60_000;
/** Modbus clients of the module's server, and how often each asks. */
const CLIENTS = 10;
const REQUEST_EVERY_MS = 10;

type Load = "none" | "full";
/** Each with and without `--realtime`. */
const CASES = [
  { load: "none", realtime: false },
  { load: "full", realtime: false },
  { load: "none", realtime: true },
  { load: "full", realtime: true },
] as const;
type Case = (typeof CASES)[number];

export interface BridgeLateness {
  readonly load: Load;
  readonly realtime: boolean;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Of one core, the whole module; null where there is no /proc. */
  readonly cpu: number | null;
}

const config = (load: Load): string =>
  [
    "module: loaded",
    "board: { clock: 100 MHz }",
    "partitions:",
    "  readings: { program: readings.st, memory: 1 MiB }",
    "  changes: { program: changes.st, memory: 1 MiB }",
    "schedules:",
    "  normal:",
    "    majorFrame: 20 ms",
    "    slots:",
    "      - { partition: changes, start: 0 ms, duration: 5 ms }",
    "      - { partition: readings, start: 10 ms, duration: 5 ms }",
    "io:",
    `  metrics: { port: ${METRICS_PORT} }`,
    ...(load === "none" ? [] : [...underLoad(), ...pollingClients(), ...publishingLink(0)]),
  ].join("\n");

const underLoad = (): readonly string[] => [
  "  modbusServers:",
  "    - name: scada",
  `      port: ${SERVER_PORT}`,
  "      points:",
  ...Array.from(
    { length: 5 },
    (_, nth) => `        - { point: changes.c${nth}, area: inputRegister, address: ${2 * nth} }`,
  ),
];

/** @throws when mosquitto (Debian: mosquitto) is missing, or the module does not start. */
export const measureBridgeLateness = async ({
  rounds,
  share,
  say,
}: SectionOptions): Promise<readonly BridgeLateness[]> => {
  const folder = mkdtempSync(join(tmpdir(), "partita-lateness-"));
  const others: ChildProcess[] = [];
  try {
    others.push(await startDevices(), spawnBroker(folder));
    writeFileSync(join(folder, "readings.st"), readingsProgram());
    writeFileSync(join(folder, "changes.st"), changesProgram());
    const results: BridgeLateness[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const one of CASES) {
        say(`lateness: round ${round} of ${rounds}, load: ${one.load}${one.realtime ? ", real time" : ""}`);
        const path = join(folder, `${one.load}.yaml`);
        writeFileSync(path, config(one.load));
        results.push(await measured(path, one, MEASURED_MS * share));
      }
    }
    return CASES.map(({ load, realtime }) =>
      mediansAt(results.filter((result) => result.load === load && result.realtime === realtime)),
    );
  } finally {
    await Promise.all(others.map(ended));
    rmSync(folder, { recursive: true, force: true });
  }
};

const measured = async (path: string, { load, realtime }: Case, ms: number): Promise<BridgeLateness> => {
  const flags = realtime ? ["--realtime"] : [];
  const partita = spawn(process.execPath, [PARTITA, "run", path, ...flags], { stdio: "ignore" });
  try {
    await isReady();
    const stopAsking = load === "none" ? () => {} : keepAsking(SERVER_PORT, CLIENTS, REQUEST_EVERY_MS);
    await pause(SETTLING_MS);
    const [cpu, before] = [cpuSecondsOf(partita), await buckets()];
    await pause(ms);
    const [cpuAfter, after] = [cpuSecondsOf(partita), await buckets()];
    stopAsking();
    const counted = after.map(({ boundUs, below }, nth) => ({ boundUs, below: below - before[nth]!.below }));
    return {
      load,
      realtime,
      p50Us: quantile(counted, 0.5),
      p99Us: quantile(counted, 0.99),
      cpu: loadOf(cpu, cpuAfter, ms / 1000),
    };
  } finally {
    await ended(partita);
  }
};

const isReady = async (): Promise<void> => {
  for (let waitedMs = 0; waitedMs < LONGEST_START_MS; waitedMs += 100) {
    await pause(100);
    const response = await fetch(`http://127.0.0.1:${METRICS_PORT}/readyz`).catch(() => null);
    if (response?.ok === true) return;
  }
  throw new Error(`the module was not ready within ${LONGEST_START_MS / 1000} s`);
};

/** Of the module's histogram: how many boundaries were less late than the bound, since its start. */
interface Bucket {
  readonly boundUs: number;
  readonly below: number;
}

const buckets = async (): Promise<readonly Bucket[]> => {
  const text = await (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).text();
  const lines = text.matchAll(/^partita_slot_lateness_seconds_bucket\{hart="0",le="(.+)"\} (.+)$/gm);
  return [...lines].map(([, bound, below]) => ({
    boundUs: bound === "+Inf" ? Infinity : Number(bound) * 1e6,
    below: Number(below),
  }));
};

/** Within its bucket by interpolation, as Prometheus does (histogram_quantile). */
export const quantile = (of: readonly Bucket[], share: number): number => {
  const rank = share * of.at(-1)!.below;
  const at = of.findIndex(({ below }) => below >= rank);
  const [lower, upper] = [of[at - 1] ?? { boundUs: 0, below: 0 }, of[at]!];
  if (upper.boundUs === Infinity) return lower.boundUs;
  return lower.boundUs + ((upper.boundUs - lower.boundUs) * (rank - lower.below)) / (upper.below - lower.below);
};

const mediansAt = (results: readonly BridgeLateness[]): BridgeLateness => {
  const loads = results.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
  return {
    load: results[0]!.load,
    realtime: results[0]!.realtime,
    p50Us: median(results.map(({ p50Us }) => p50Us)),
    p99Us: median(results.map(({ p99Us }) => p99Us)),
    cpu: loads.length === 0 ? null : median(loads),
  };
};

export const bridgeLatenessTable = (results: readonly BridgeLateness[], rounds: number): Table => ({
  title: "Lateness of slot boundaries with and without load on the bridge",
  columns: ["load", "--realtime", "p50, µs", "p99, µs", "of a core, %"],
  rows: results.map(({ load, realtime, p50Us, p99Us, cpu }) => [
    load,
    realtime ? "yes" : "no",
    figure(p50Us),
    figure(p99Us),
    figure(cpu === null ? null : cpu * 100),
  ]),
  notes: [
    `${mediansOf(rounds)}. Load: 10,000 points polled a second, 50,000 changes a second at QoS 0, ${(CLIENTS * 1000) / REQUEST_EVERY_MS} Modbus requests a second.`,
    "Field devices, broker and Modbus clients run on the same machine, and want its cores as well.",
    "--realtime needs the right to it: elsewhere its rows are as the others.",
    verdict({ what: "p99 with load", most: 2, unit: "× that without" }, results[1]!.p99Us / results[0]!.p99Us),
    verdict(
      { what: "the same with --realtime", most: 2, unit: "× that without" },
      results[3]!.p99Us / results[2]!.p99Us,
    ),
  ],
});
