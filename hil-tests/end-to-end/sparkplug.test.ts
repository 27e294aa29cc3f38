/** A module as an edge node of Sparkplug B, as its plant has it: partitions stop and start, the broker dies, the module ends. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startLine } from "../../io-bridge/testing/line.ts";
import { Cleanups, freePort, mosquitto, scratch, stopProcess } from "../../io-bridge/testing/mosquitto.ts";
import { pythonHost } from "../../io-bridge/testing/sparkplug-host.ts";
import { eventually } from "../../io-bridge/testing/test-module.ts";
import { PYTHON, requirePeers, requirePythonModule } from "../peers.ts";
import { output, Program } from "./program.ts";

const peers = [
  requirePeers("mosquitto", "protoc"),
  requirePythonModule("paho.mqtt.client"),
  requirePythonModule("google.protobuf"),
];
const cleanups = new Cleanups();
afterAll(() => cleanups.end());

const MAIN = "dist/runtime/cli/main.js";
/** The next attempt to connect may be five seconds away. */
const RECONNECTED_MS = 15_000;

const COUNTER = `PROGRAM Counter
VAR steps AT %QD0 : DINT; END_VAR
steps := steps + 1;
END_PROGRAM`;
const TANK = `PROGRAM Tank
VAR setpoint AT %ID0 : REAL; echo AT %QD0 : REAL; END_VAR
echo := setpoint;
END_PROGRAM`;

const startModule = async (folder: string, port: number) => {
  const config = join(folder, "works.yaml");
  const socket = join(folder, "control");
  writeFileSync(join(folder, "counter.st"), COUNTER);
  writeFileSync(join(folder, "tank.st"), TANK);
  writeFileSync(
    config,
    `module: works
partitions:
  counter: { program: counter.st, memory: 64 KiB }
  tank: { program: tank.st, memory: 64 KiB }
schedules:
  normal:
    majorFrame: 20 ms
    slots:
      - { partition: counter, start: 0 ms, duration: 1 ms }
      - { partition: tank, start: 1 ms, duration: 1 ms }
io:
  sparkplug:
    - name: scada
      brokers: [mqtt://127.0.0.1:${port}]
      groupId: Plant
      useAliases: false
      buffer: { path: waiting }
      publish:
        - { point: counter.steps, minReport: 0 s }
        - { point: tank.echo }
      commands: [tank.setpoint]
`,
  );
  const module = new Program(process.execPath, [MAIN, "run", config, "--control", socket]);
  cleanups.add(() => module.end("SIGKILL"));
  await module.line(/module running/, 30_000);
  return { module, ctl: (...args: string[]) => output(process.execPath, MAIN, "ctl", "--socket", socket, ...args) };
};

test.skipIf(peers.some(({ missing }) => missing))(
  "partitions are devices that are born and die, and what was counted without the broker is told late",
  { timeout: 90_000 },
  async () => {
    const port = await freePort();
    const broker = await mosquitto(cleanups, port);
    const line = await startLine(cleanups, port);
    const host = await pythonHost(cleanups, PYTHON, port);
    const { module, ctl } = await startModule(scratch(cleanups), line.port);
    const topics = (from = 0) => host.heard.slice(from).map(({ topic }) => topic);
    await eventually("all births", () => topics().includes("DBIRTH/works/tank"), RECONNECTED_MS);
    expect(topics().slice(0, 3).toSorted()).toEqual(["DBIRTH/works/counter", "DBIRTH/works/tank", "NBIRTH/works"]);

    host.command("spBv1.0/Plant/DCMD/works/tank", "setpoint", "Float", "2.5");
    const echoes = () =>
      host.heard.flatMap(({ payload }) => payload.metrics ?? []).filter(({ name }) => name === "echo");
    await eventually("the program has the command", () => echoes().at(-1)?.floatValue === 2.5);

    await ctl("stop", "tank");
    await eventually("its death", () => topics().includes("DDEATH/works/tank"));
    const stopped = host.heard.length;
    await ctl("start", "tank");
    await eventually("its birth", () => topics(stopped).includes("DBIRTH/works/tank"));

    const downMs = Date.now();
    line.down();
    await stopProcess(broker, "SIGKILL");
    await mosquitto(cleanups, port);
    await eventually("the host is back", () => host.connections() === 2, RECONNECTED_MS);
    const back = host.heard.length;
    line.up();
    await eventually("births", () => topics(back).includes("DBIRTH/works/tank"), RECONNECTED_MS);
    const outageMs = Date.now() - downMs;
    expect(topics(back)[0]).toBe("NBIRTH/works");
    const seqs = host.heard.slice(back).map(({ payload }) => Number(payload.seq));
    expect(seqs).toEqual(seqs.map((_, index) => index % 256));

    const steps = () =>
      host.heard.flatMap(({ topic, payload }) =>
        topic.endsWith("/counter") ? (payload.metrics ?? []).filter(({ name }) => name === "steps") : [],
      );
    const born = steps().findLast(({ datatype }) => datatype !== undefined)!.intValue!;
    await eventually("live data go on", () => steps().at(-1)!.intValue! > born + 20 && !steps().at(-1)!.isHistorical);
    const late = steps().filter(({ isHistorical }) => isHistorical === true);
    expect(late.length).toBeGreaterThan(20);
    expect(late.map(({ intValue }) => intValue)).toEqual(
      late.map(({ intValue }) => intValue).toSorted((a, b) => a! - b!),
    );
    const times = new Map(steps().map(({ intValue, timestamp }) => [intValue, Number(timestamp)]));
    for (const { intValue, timestamp } of steps()) expect(Number(timestamp)).toBe(times.get(intValue));
    const inOrder = [...times.values()].toSorted((a, b) => a - b);
    const gaps = inOrder.slice(1).map((time, index) => time - inOrder[index]!);
    expect(Math.max(...gaps)).toBeLessThan(outageMs / 2);

    expect((await module.end()).code).toBe(0);
    await eventually("its death", () => topics().at(-1) === "NDEATH/works");
    expect(topics().slice(-3)).toEqual(["DDEATH/works/counter", "DDEATH/works/tank", "NDEATH/works"]);
  },
);
