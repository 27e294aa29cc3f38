/**
 * How fast the bridge's Modbus server answers, beside a server in C on libmodbus: `partita run` and that program on the same machine
 * at the same time, asked in turn by the same load. Both are built from hil-tests/bench/modbus.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MODBUS_FOLDER, PARTITA } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

/** The port in served.yaml, and another. */
const SERVERS = { partita: 15_020, libmodbus: 15_021 } as const;
type ServerName = keyof typeof SERVERS;
const CONNECTIONS = [1, 10, 100] as const;
const LOAD_MS = 1000;
const WARM_UP_CONNECTIONS = 10;
const COMPILED = ["-O2", "-Wall", "-Wextra"];

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface ServerSpeed {
  readonly connections: number;
  readonly partita: LoadResult;
  readonly libmodbus: LoadResult;
}

/** @throws when gcc or libmodbus (Debian: libmodbus-dev) is missing, or a server does not answer. */
export const measureServer = async ({ rounds, share, say }: SectionOptions): Promise<readonly ServerSpeed[]> => {
  const folder = mkdtempSync(join(tmpdir(), "partita-bench-"));
  const processes: ChildProcess[] = [];
  const start = (command: string, ...args: readonly string[]): void => {
    processes.push(spawn(command, args, { stdio: "ignore" }));
  };
  try {
    const load = compiled(folder, "load");
    start(compiled(folder, "libmodbus-server", "-I/usr/include/modbus", "-lmodbus"), String(SERVERS.libmodbus));
    start(process.execPath, PARTITA, "run", join(MODBUS_FOLDER, "served.yaml"));
    // Start-up, and the compilation of what is often used, are not what is asked for.
    for (const port of Object.values(SERVERS)) await loaded(load, port, WARM_UP_CONNECTIONS, LOAD_MS * share);
    const results: Record<string, LoadResult[]> = {};
    for (let round = 1; round <= rounds; round += 1) {
      say(`server: round ${round} of ${rounds}`);
      for (const connections of CONNECTIONS) {
        for (const name of Object.keys(SERVERS) as ServerName[]) {
          const result = await loaded(load, SERVERS[name], connections, LOAD_MS * share);
          results[`${name} ${connections}`] = [...(results[`${name} ${connections}`] ?? []), result];
        }
      }
    }
    return CONNECTIONS.map((connections) => ({
      connections,
      partita: medians(results[`partita ${connections}`]!),
      libmodbus: medians(results[`libmodbus ${connections}`]!),
    }));
  } finally {
    await Promise.all(processes.map(ended));
    rmSync(folder, { recursive: true, force: true });
  }
};

const compiled = (folder: string, name: string, ...more: readonly string[]): string => {
  const program = join(folder, name);
  execFileSync("gcc", [...COMPILED, join(MODBUS_FOLDER, `${name}.c`), "-o", program, ...more]);
  return program;
};

const loaded = async (load: string, port: number, connections: number, milliseconds: number): Promise<LoadResult> => {
  const { stdout } = await promisify(execFile)(load, [port, connections, milliseconds].map(String));
  const { requests, seconds, p50Us, p99Us } = JSON.parse(stdout);
  return { requestsPerSecond: requests / seconds, p50Us, p99Us };
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGINT");
  });

const medians = (results: readonly LoadResult[]): LoadResult => ({
  requestsPerSecond: median(results.map(({ requestsPerSecond }) => requestsPerSecond)),
  p50Us: median(results.map(({ p50Us }) => p50Us)),
  p99Us: median(results.map(({ p99Us }) => p99Us)),
});

const ratio = ({ partita, libmodbus }: ServerSpeed): number => partita.requestsPerSecond / libmodbus.requestsPerSecond;

export const serverTable = (speeds: readonly ServerSpeed[], rounds: number): Table => {
  const atConnections = (count: number) => speeds.find(({ connections }) => connections === count);
  const ratioAt = (count: number): number | null => {
    const speed = atConnections(count);
    return speed === undefined ? null : ratio(speed);
  };
  return {
    title: "The Modbus server, ten holding registers a request",
    columns: [
      "connections",
      "requests/s",
      "p50, µs",
      "p99, µs",
      "libmodbus, requests/s",
      "p50, µs",
      "p99, µs",
      "ratio",
    ],
    rows: speeds.map((speed) => [
      String(speed.connections),
      ...[speed.partita, speed.libmodbus].flatMap(({ requestsPerSecond, p50Us, p99Us }) => [
        figure(requestsPerSecond),
        figure(p50Us),
        figure(p99Us),
      ]),
      figure(ratio(speed)),
    ]),
    notes: [
      `${mediansOf(rounds)}; each connection asks again as soon as it has its answer. Server and load share the machine.`,
      "Partita is a module that runs, paced; the other server is C on libmodbus, one thread with select.",
      verdict({ what: "ratio at one connection", least: 0.5, unit: "×" }, ratioAt(1)),
      verdict({ what: "ratio at 100 connections", least: 1, unit: "×" }, ratioAt(100)),
    ],
  };
};
