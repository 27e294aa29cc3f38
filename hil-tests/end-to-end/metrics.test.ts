/** What a running module shows to Prometheus and to whoever supervises it, read by Prometheus' own client library. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanups, freePort, scratch } from "../../io-bridge/testing/mosquitto.ts";
import { eventually } from "../../io-bridge/testing/test-module.ts";
import { PYTHON, requirePythonModule } from "../peers.ts";
import { output, Program } from "./program.ts";

const peers = requirePythonModule("prometheus_client");

const cleanups = new Cleanups();
afterAll(() => cleanups.end());

const PROGRAM = `PROGRAM Counter
VAR steps AT %QD0 : DINT; setpoint AT %ID0 : DINT; END_VAR
steps := steps + 1;
END_PROGRAM`;

const config = (ports: { metrics: number; modbus: number; mqtt: number; device: number }): string => `module: watched
partitions:
  counter: { program: counter.st, memory: 64 KiB }
  other: { program: counter.st, memory: 64 KiB }
schedules:
  normal:
    majorFrame: 20 ms
    slots: [ { partition: counter, start: 0 ms, duration: 2 ms }, { partition: other, start: 5 ms, duration: 2 ms } ]
io:
  metrics: { port: ${ports.metrics}, allowFile: watchers }
  modbusServers:
    - name: scada
      port: ${ports.modbus}
      allowFile: clients
      points: [ { point: counter.steps, area: inputRegister, address: 0 } ]
  modbusClients:
    - name: field
      host: 127.0.0.1
      port: ${ports.device}
      devices:
        - name: sensor
          pollGroups: { all: { interval: 100 ms } }
          points:
            - { point: counter.setpoint, area: inputRegister, address: 0, pollGroup: all }
            - { point: other.setpoint, area: inputRegister, address: 2, pollGroup: all }
  mqtt:
    - { name: telemetry, port: ${ports.mqtt}, publish: [ { point: counter.steps } ] }
    - { name: plant, broker: "mqtt://127.0.0.1:${ports.device}", buffer: { path: buffer }, publish: [ { point: counter.steps } ] }
`;

/** Families as the library has parsed them: name, type, and samples with their labels. */
interface Parsed {
  readonly name: string;
  readonly type: string;
  readonly documentation: string;
  readonly samples: readonly (readonly [string, Readonly<Record<string, string>>, number])[];
}

const PARSE = `import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps([dict(name=f.name, type=f.type, documentation=f.documentation,
  samples=[(s.name, s.labels, s.value) for s in f.samples]) for f in text_string_to_metric_families(sys.stdin.read())]))`;

describe("a running module", () => {
  let folder: string;
  let module: Program;
  let port: number;

  beforeAll(async () => {
    folder = scratch(cleanups);
    const [metrics, modbus, mqtt, device] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    port = metrics;
    writeFileSync(join(folder, "counter.st"), PROGRAM);
    writeFileSync(join(folder, "watchers"), "127.0.0.1\n");
    writeFileSync(join(folder, "clients"), "127.0.0.1 read\n");
    writeFileSync(join(folder, "watched.yaml"), config({ metrics, modbus, mqtt, device }));
    const socket = join(folder, "control");
    module = new Program(process.execPath, [
      ...["dist/runtime/cli/main.js", "run", join(folder, "watched.yaml"), "--control", socket],
    ]);
    cleanups.add(() => module.end("SIGKILL"));
    await module.line(/module running/, 30_000);
  }, 40_000);

  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  const ctl = (...words: string[]): Promise<string> =>
    output(process.execPath, "dist/runtime/cli/main.js", "ctl", ...words, "--socket", join(folder, "control"));

  const scraped = async (): Promise<ReadonlyMap<string, Parsed>> => {
    const input = await (await get("/metrics")).text();
    const families: Parsed[] = JSON.parse(execFileSync(PYTHON, ["-c", PARSE], { input, encoding: "utf8" }));
    return new Map(families.map((family) => [family.name, family]));
  };
  const valueIn = (families: ReadonlyMap<string, Parsed>, family: string, labels: Record<string, string> = {}) =>
    families
      .get(family)
      ?.samples.find(([, has]) => Object.entries(labels).every(([label, value]) => has[label] === value))?.[2];

  it.skipIf(peers.missing)(
    "is read by Prometheus' client library, with metrics of everything that it does",
    async () => {
      const before = await scraped();
      await eventually(
        "frames pass",
        async () => valueIn(await scraped(), "partita_frames")! > valueIn(before, "partita_frames")!,
      );
      const families = await scraped();
      for (const { name, type, documentation, samples } of families.values()) {
        expect(name).toMatch(/^(partita|process|nodejs)_[a-z_]+$/);
        expect(documentation, name).toMatch(/^[A-Z0-9].*\.$/);
        expect(["counter", "gauge", "histogram"], name).toContain(type);
        expect(new Set(samples.map(([sample, labels]) => sample + JSON.stringify(labels))).size).toBe(samples.length);
        if (type === "counter") for (const [sample] of samples) expect(sample).toMatch(/_total$/);
      }
      expect(valueIn(families, "partita_scans", { partition: "counter" })).toBeGreaterThan(0);
      expect(valueIn(families, "partita_partition_mode", { partition: "counter", mode: "NORMAL" })).toBe(1);
      const lateness = families.get("partita_slot_lateness_seconds")!.samples;
      expect(lateness.find(([name]) => name.endsWith("_count"))?.[2]).toBeGreaterThan(0);
      expect(valueIn(families, "partita_modbus_device_answering", { device: "sensor" })).toBe(0);
      expect(valueIn(families, "partita_mqtt_connected", { link: "telemetry" })).toBe(1);
      expect(valueIn(families, "partita_mqtt_connected", { link: "plant" })).toBe(0);
      expect(valueIn(families, "partita_mqtt_buffer_stored_records", { link: "plant" })).toBeGreaterThan(0);
      expect(valueIn(families, "process_resident_memory_bytes")).toBeGreaterThan(10e6);
    },
  );

  it("is alive and ready, and says which partition it lacks", async () => {
    expect((await get("/healthz")).status).toBe(200);
    expect(await (await get("/readyz")).json()).toEqual({ module: "watched", status: "ok", missing: [] });
    await ctl("stop", "other");
    await eventually("it is not ready", async () => (await get("/readyz")).status === 503);
    expect(await (await get("/readyz")).json()).toMatchObject({ missing: ["partition other is in IDLE"] });
    expect((await get("/healthz")).status).toBe(200);
    await ctl("start", "other");
    await eventually("it is ready again", async () => (await get("/readyz")).status === 200);
  });

  it("reads its lists anew at SIGHUP, and goes on", async () => {
    const read = () => module.lines.filter((line) => line.includes("changed files read")).length;
    const before = read();
    module.signal("SIGHUP");
    await eventually("both have read theirs", () => read() === before + 2);
    writeFileSync(join(folder, "watchers"), "10.0.0.0/8\n");
    module.signal("SIGHUP");
    await eventually("who may read changes", async () => (await get("/healthz").catch(() => null)) === null);
    writeFileSync(join(folder, "watchers"), "127.0.0.1\n");
    await eventually(
      "it is noticed without a signal, too",
      async () => (await get("/healthz").catch(() => null)) !== null,
    );
  });
});
