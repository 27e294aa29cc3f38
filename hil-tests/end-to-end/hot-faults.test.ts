/**
 * What goes wrong around a module while it runs: devices and brokers that go, return, hang or talk nonsense, a disk that is full, a
 * clock that jumps. Its guests notice by the quality of their inputs, and a partition without inputs by nothing.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type Asked, cooperate, wilfulDevice } from "../../io-bridge/testing/field.ts";
import { startLine } from "../../io-bridge/testing/line.ts";
import { Cleanups, freePort, mosquitto, scratch, subscribe } from "../../io-bridge/testing/mosquitto.ts";
import { eventually, pause } from "../../io-bridge/testing/test-module.ts";
import { requirePeers } from "../peers.ts";
import { output, Program } from "./program.ts";

const peers = requirePeers("mosquitto", "mosquitto_sub", "prlimit");
const cleanups = new Cleanups();
afterAll(() => cleanups.end());

const MAJOR_FRAME_MS = 20;
const HOUR_MS = 3_600_000;
const MAIN = "dist/runtime/cli/main.js";

const FIELD = `PROGRAM Field
VAR reading AT %ID0 : REAL; steps AT %QD0 : DINT; END_VAR
VAR RETAIN kept : DINT; END_VAR
steps := steps + 1;
kept := steps;
END_PROGRAM`;

const VICTIM = `PROGRAM Victim
VAR state : DINT := 1; shown AT %QD0 : DINT; END_VAR
state := (state * 1103515245) + 12345;
shown := state;
END_PROGRAM`;

interface Ports {
  readonly device: number;
  readonly broker: number;
  readonly metrics: number;
}

const config = ({ device, broker, metrics }: Ports): string => `module: hot
partitions:
  field: { program: field.st, memory: 64 KiB }
  victim: { program: victim.st, memory: 64 KiB }
schedules:
  normal:
    majorFrame: ${MAJOR_FRAME_MS} ms
    slots: [ { partition: field, start: 0 ms, duration: 1 ms }, { partition: victim, start: 5 ms, duration: 1 ms } ]
retain: { folder: retained, period: 100 ms }
io:
  metrics: { port: ${metrics} }
  modbusClients:
    - name: bus
      host: 127.0.0.1
      port: ${device}
      responseTimeout: 100 ms
      retryInterval: 10 ms
      maxRetries: 0
      degradeAfter: 2
      degradeTime: 100 ms
      reconnectBackoff: { min: 20 ms, max: 100 ms }
      devices:
        - name: sensor
          pollGroups: { all: { interval: 50 ms } }
          points: [ { point: field.reading, area: inputRegister, address: 0, pollGroup: all } ]
  mqtt:
    - name: plant
      broker: "mqtt://127.0.0.1:${broker}"
      buffer: { path: buffer }
      publish:
        - { point: field.reading, minReport: 0 s, maxReport: 200 ms }
        - { point: field.steps, minReport: 0 s, maxReport: 0 s }
`;

/** What the device does with a request; its line carries its answers, late ones too. */
type Mood = "well" | "silent" | "late" | "garbage" | "half" | "flood";

const answerIn = (mood: Mood, asked: Asked): Buffer | { readonly raw: Buffer } | null => {
  const { socket } = asked;
  switch (mood) {
    case "well":
      return cooperate(asked);
    case "silent":
      return null;
    case "late":
      setTimeout(() => socket.write(Buffer.from("000100000007010404ffffffff", "hex")), 150);
      return null;
    case "garbage":
      return { raw: Buffer.from("no Modbus at all, whoever reads it") };
    case "half":
      return { raw: Buffer.from("00010000000701", "hex") };
    case "flood":
      return { raw: Buffer.alloc(1_000_000, 0x5a) };
  }
};

/** Puts the wall clock of a program forward by as many milliseconds as the file says; its monotonic clock goes on. */
const steppedClock = (folder: string) => {
  const [offset, preload] = [join(folder, "offset"), join(folder, "clock.mjs")];
  const set = (ms: number): void => writeFileSync(offset, String(ms));
  set(0);
  writeFileSync(
    preload,
    `import { readFileSync } from "node:fs";
const now = Date.now;
Date.now = () => now() + Number(readFileSync(${JSON.stringify(offset)}, "utf8"));
`,
  );
  return { set, options: ["--import", preload] };
};

/** Of a run's summary: trace and state hash of the victim, and how many frames there were. */
const outcomeIn = (lines: readonly string[]) => {
  const frames = Number(/^(\d+) major frames/m.exec(lines.join("\n"))?.[1]);
  return { frames, victim: lines.find((line) => line.startsWith("victim "))?.match(/[0-9a-f]{16}/g) };
};

it.skipIf(peers.missing)("its guests go on, whatever goes wrong outside", { timeout: 120_000 }, async () => {
  const folder = scratch(cleanups);
  const [devicePort, brokerPort, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const broker = await mosquitto(cleanups, brokerPort);
  const { latest } = await subscribe(cleanups, brokerPort);
  const line = await startLine(cleanups, brokerPort);
  let mood: Mood = "well";
  const answer = (asked: Asked) => answerIn(mood, asked);
  const device = await wilfulDevice(answer, devicePort);
  writeFileSync(join(folder, "field.st"), FIELD);
  writeFileSync(join(folder, "victim.st"), VICTIM);
  const path = join(folder, "hot.yaml");
  writeFileSync(path, config({ device: devicePort, broker: line.port, metrics }));
  const clock = steppedClock(folder);
  const files = ["--control", join(folder, "control"), "--record", join(folder, "recording")];
  const module = new Program(process.execPath, [...clock.options, MAIN, "run", path, ...files]);
  cleanups.add(() => module.end("SIGKILL"));
  await module.line(/module running/, 30_000);

  const reading = () => latest.get("partita/hot/field/reading");
  const steps = () => Number(latest.get("partita/hot/field/steps")?.value ?? 0);
  const isOf = (quality: string) => () => reading()?.quality === quality;
  const goesOn = async (what: string): Promise<void> => {
    const before = steps();
    await eventually(`the module is heard ${what}`, () => steps() > before + 2, 15_000);
    await eventually(`the reading is good ${what}`, isOf("good"), 15_000);
  };
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, "m").exec(text)?.[1]);
  };
  await goesOn("at first");

  for (const bad of ["silent", "late", "garbage", "half", "flood"] as const) {
    mood = bad;
    await eventually(`the reading is bad while the device is ${bad}`, isOf("bad"));
    mood = "well";
    await goesOn(`after the device was ${bad}`);
  }
  await device.close();
  await eventually("the reading is bad without a device", isOf("bad"));
  const returned = await wilfulDevice(answer, devicePort);
  await goesOn("when the device is back");

  line.down();
  await pause(300);
  line.up();
  await goesOn("when the broker is back");
  broker.kill("SIGSTOP");
  await pause(500);
  broker.kill("SIGCONT");
  await goesOn("when the broker no longer hangs");

  const limitFiles = (bytes: string): unknown =>
    execFileSync("prlimit", ["--pid", `${module.pid}`, `--fsize=${bytes}`]);
  line.down();
  limitFiles("0:unlimited");
  await module.line(/retained data cannot be saved/, 5000);
  await module.line(/the recording ends here; the run goes on/, 5000);
  await eventually(
    "the buffer counts what it drops",
    async () => (await metric("partita_mqtt_buffer_dropped_records_total")) > 0,
  );
  limitFiles("unlimited:unlimited");
  const stored = await metric("partita_mqtt_buffer_stored_records_total");
  await eventually(
    "the buffer stores again",
    async () => (await metric("partita_mqtt_buffer_stored_records_total")) > stored,
  );
  line.up();
  await goesOn("when the disk has room again");

  const connections = await metric("partita_mqtt_connections_total");
  for (const offset of [HOUR_MS, -HOUR_MS]) {
    const asked = returned.asked.length;
    clock.set(offset);
    const isOfThen = () => Math.abs((reading()?.timestamp ?? 0) - Date.now() - offset) < 60_000;
    await eventually(`inputs have the time of a clock set by ${offset} ms`, isOfThen);
    const stepsOf = () => Number(latest.get("partita/hot/field/steps")?.timestamp ?? 0);
    await eventually("outputs have it, too", () => Math.abs(stepsOf() - Date.now() - offset) < 60_000);
    await goesOn(`after the clock was set by ${offset} ms`);
    await eventually("the device is polled as before", () => returned.asked.length > asked + 5);
    expect(isOf("good")()).toBe(true);
  }
  expect(await metric("partita_mqtt_connections_total")).toBe(connections);
  expect((await fetch(`http://127.0.0.1:${metrics}/readyz`)).status).toBe(200);

  expect((await module.end()).code).toBe(0);
  const { frames, victim } = outcomeIn(module.lines);
  const alone = await output(
    process.execPath,
    MAIN,
    "run",
    path,
    "--fast",
    "--duration",
    `${frames * MAJOR_FRAME_MS} ms`,
  );
  expect(outcomeIn(alone.split("\n"))).toEqual({ frames, victim });
  expect(victim).toHaveLength(2);
});
