import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../partitions/st/index.ts";
import { inspectImage } from "../board/index.ts";
import type { PointRef, System } from "../system.ts";
import { loadSystem } from "./load-system.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-clones-"));
afterAll(() => rmSync(folder, { recursive: true }));
const CONFIG = join(folder, "module.yaml");
writeFileSync(
  join(folder, "pump.st"),
  "PROGRAM Pump VAR level AT %IW0 : INT; wish AT %IW1 : INT; near AT %IW2 : INT; run AT %QX0.0 : BOOL; END_VAR run := level > 1; END_PROGRAM",
);
writeFileSync(join(folder, "other.st"), "PROGRAM Other VAR out AT %QW0 : INT; END_VAR out := 1; END_PROGRAM");
writeFileSync(
  CONFIG,
  `module: clones
partitions:
  pump: { program: pump.st, memory: 64 KiB }
  other: { program: other.st, memory: 64 KiB }
clones:
  - { of: pump, name: shadow, unitId: 9 }
  - { of: pump, name: variant, count: 3 }
schedules:
  normal:
    majorFrame: 20 ms
    slots:
      - { partition: pump, start: 0 ms, duration: 1 ms }
      - { partition: other, start: 1 ms, duration: 1 ms }
      - { partition: shadow, start: 2 ms, duration: 1 ms }
channels:
  - { type: sampling, from: other.out, to: [pump.near], refreshPeriod: 100 ms }
io:
  modbusClients:
    - name: bus
      host: 127.0.0.1
      port: 6001
      devices:
        - name: station
          unitId: 1
          pollGroups: { fast: { interval: 100 ms } }
          points:
            - { point: pump.level, area: inputRegister, address: 0, pollGroup: fast }
            - { point: pump.run, area: coil, address: 0, pollGroup: fast }
  modbusServers:
    - name: scada
      port: 6502
      points:
        - { point: pump.wish, area: holdingRegister, address: 0 }
        - { point: other.out, area: inputRegister, address: 0 }
    - name: panel
      port: 6503
      points: [{ point: other.out, area: inputRegister, address: 0 }]
      units:
        - { unitId: 18, points: [{ point: pump.run, area: coil, address: 0 }] }
        - { unitId: 19, points: [{ point: pump.wish, area: holdingRegister, address: 0 }] }
  mqtt:
    - name: telemetry
      publish: [{ point: pump.run }]
  sparkplug:
    - name: hosts
      brokers: [mqtt://127.0.0.1]
      groupId: Plant
      publish: [{ point: pump.run }]
      commands: [pump.wish]
`,
);

const loaded = await loadSystem(CONFIG, { compileSt: compileProgram, inspectImage });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { system, requirements } = loaded;

const nameOf = ({ partition, point }: PointRef): string => {
  const { name, points } = system.partitions[partition]!;
  return `${name}.${points[point]!.name}`;
};
const CLONES = ["shadow", "variant1", "variant2", "variant3"];
const ofAll = (point: string): string[] => ["pump", ...CLONES].map((name) => `${name}.${point}`);
const named = (mappings: readonly { readonly point: PointRef }[]) => mappings.map(({ point }) => nameOf(point));

describe("clones in a config", () => {
  it("are partitions behind the others, with their original's image, memory and points", () => {
    expect(system.partitions.map(({ name }) => name)).toEqual(["pump", "other", ...CLONES]);
    expect(system.partitions.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { image, points, memoryBytes } of system.partitions.slice(2)) {
      expect([image === system.partitions[0]!.image, points, memoryBytes]).toEqual([
        true,
        system.partitions[0]!.points,
        65_536,
      ]);
    }
    expect(requirements).toHaveLength(6);
  });

  it("have slots where the schedule gives them some, and need none", () => {
    expect(system.schedules[0]!.slots.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  });

  it("see what their original sees, and drive nothing", () => {
    const [device] = (system as System).modbusClients[0]!.devices;
    expect(named(device!.mappings)).toEqual([...ofAll("level"), "pump.run"]);
    expect(system.samplingChannels[0]!.to.map(nameOf)).toEqual(ofAll("near"));
  });

  it("are devices of their own", () => {
    const [{ publications, commands }] = system.sparkplug as [(typeof system.sparkplug)[0]];
    expect(named(publications)).toEqual([...ofAll("run"), ...ofAll("wish")]);
    expect(commands.map(nameOf)).toEqual(ofAll("wish"));
  });

  it("have topics of their own, and a unit where one is given", () => {
    expect(named(system.mqtt[0]!.publications)).toEqual(ofAll("run"));
    const [{ mappings, units }] = system.modbusServers as [(typeof system.modbusServers)[0]];
    expect(named(mappings)).toEqual(["pump.wish", "other.out"]);
    expect(units.map((unit) => [unit.unitId, named(unit.mappings)])).toEqual([[9, ["shadow.wish"]]]);
    expect(system.modbusServers[1]!.units.map((unit) => [unit.unitId, named(unit.mappings)])).toEqual([
      [18, ["pump.run"]],
      [19, ["pump.wish"]],
      [9, ["shadow.run"]],
    ]);
  });
});

describe("clones of partitions with ports", () => {
  const PORTED = join(folder, "ported.yaml");
  const image = join(import.meta.dirname, "../../partitions/waterworks/drive.elf");
  writeFileSync(
    PORTED,
    `module: ported
partitions:
  a: { image: ${image}, memory: 64 KiB, ports: { news: { direction: source }, jobs: { direction: source } } }
  b: { image: ${image}, memory: 64 KiB, ports: { told: { direction: destination }, todo: { direction: destination } } }
clones: [{ of: b, name: b2 }, { of: a, name: a2 }]
schedules:
  normal:
    majorFrame: 20 ms
    slots: [{ partition: a, start: 0 ms, duration: 1 ms }, { partition: b, start: 1 ms, duration: 1 ms }]
channels:
  - { type: samplingMessage, from: a.news, to: [b.told], refreshPeriod: 1 s, maxMessageSize: 64 B }
  - { type: queuing, from: a.jobs, to: b.todo, depth: 4, maxMessageSize: 8 B }
`,
  );

  it("hear what their originals hear, by copies that refuse nothing, and reach nobody", async () => {
    const found = await loadSystem(PORTED, { compileSt: compileProgram, inspectImage });
    if (!found.ok) throw new Error(JSON.stringify(found.problems));
    const { partitions, queuingChannels, samplingMessageChannels } = found.system;
    const [a, b, b2, a2] = [0, 1, 2, 3];
    expect(partitions.map(({ name }) => name)).toEqual(["a", "b", "b2", "a2"]);
    expect(queuingChannels.map(({ from, to, overflow }) => [from, to, overflow])).toEqual([
      [{ partition: a, port: 1 }, { partition: b, port: 1 }, "refuse"],
      [{ partition: a, port: 1 }, { partition: b2, port: 1 }, "dropNewest"],
      [{ partition: a2, port: 1 }, null, "dropNewest"],
    ]);
    const told = { partition: b, port: 0 };
    expect(samplingMessageChannels.map(({ from, to }) => [from, to])).toEqual([
      [{ partition: a, port: 0 }, [told, { ...told, partition: b2 }]],
      [{ partition: a2, port: 0 }, []],
    ]);
    expect(partitions.map(({ ports }) => ports.map(({ channel }) => channel))).toEqual([
      ...[
        [0, 0],
        [0, 0],
        [0, 1],
        [1, 2],
      ],
    ]);
  });
});
