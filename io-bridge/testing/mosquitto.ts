/** For tests of MQTT: Debian's broker and its clients, each ended with the test that started it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./test-module.ts";

/** Messages that it takes at once by its defaults, which it tells clients of MQTT 5. */
export const MOSQUITTO_TAKES = 20;

/** What a test has started, ended in reverse by `end`. */
export class Cleanups {
  readonly #all: (() => unknown)[] = [];

  add(cleanup: () => unknown): void {
    this.#all.push(cleanup);
  }

  async end(): Promise<void> {
    for (const cleanup of this.#all.splice(0).reverse()) await cleanup();
  }
}

export const stopProcess = (child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill(signal);
  });

export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

/** A folder of the test's own. */
export const scratch = (cleanups: Cleanups): string => {
  const folder = mkdtempSync(join(tmpdir(), "partita-mqtt-"));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Starts the broker. @param more lines of its configuration; without any, everyone may connect. */
export const mosquitto = async (
  cleanups: Cleanups,
  port: number,
  more: readonly string[] = ["allow_anonymous true"],
): Promise<ChildProcess> => {
  const config = join(scratch(cleanups), "mosquitto.conf");
  writeFileSync(config, [`listener ${port} 127.0.0.1`, "user root", "persistence false", ...more, ""].join("\n"));
  const broker = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
  cleanups.add(() => stopProcess(broker, "SIGKILL")); // which also ends one that was stopped
  await eventually("mosquitto listens", () => accepts(port));
  return broker;
};

/** mosquitto_sub on a filter; the latest payload a topic, and all in order. */
export const subscribe = async (cleanups: Cleanups, port: number, filter = "partita/#") => {
  const to = ["-h", "127.0.0.1", "-p", String(port), "-t", filter, "-q", "1"];
  const sub = spawn("mosquitto_sub", [...to, "-F", "%r %t %p"]);
  cleanups.add(() => stopProcess(sub));
  const latest = new Map<string, { value?: unknown; quality?: string; timestamp?: number; status?: string }>();
  const all: { topic: string; isRetained: boolean; payload: string }[] = [];
  let rest = "";
  sub.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [retained, topic, ...words] = line.split(" ");
      const payload = words.join(" ");
      all.push({ topic: topic!, isRetained: retained === "1", payload });
      if (payload.startsWith("{") && !topic!.endsWith("/set")) latest.set(topic!, JSON.parse(payload));
    }
  });
  const reported = (point: string): unknown => latest.get(`partita/works/basin/${point}`)?.value;
  return { latest, all, reported, process: sub };
};

/** mosquitto_pub at QoS 1. @throws when it fails. */
export const publish = (port: number, topic: string, payload: string, ...more: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const message = ["-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic, "-m", payload];
    const pub = spawn("mosquitto_pub", [...message, ...more]);
    pub.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`mosquitto_pub: ${code}`))));
  });
