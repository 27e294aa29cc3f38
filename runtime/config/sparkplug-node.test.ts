import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inspectImage } from "../board/index.ts";
import type { PointRef, System } from "../system.ts";
import { loadSystem } from "./load-system.ts";

/** Beside the guest, but only in this test's memory. */
const PATH = fileURLToPath(new URL("../../partitions/waterworks/plant.yaml", import.meta.url));

const systemWith = async (node: string): Promise<System> => {
  const config = `module: pumps
partitions:
  drive:
    image: drive.elf
    memory: 64 KiB
    points:
      demand: { symbol: demand, type: REAL, direction: input }
      reset: { symbol: reset, type: BOOL, direction: input }
      speed: { symbol: speed, type: REAL, direction: output }
schedules:
  normal: { majorFrame: 20 ms, slots: [{ partition: drive, start: 0 ms, duration: 1 ms }] }
io:
  sparkplug:
    - ${node}
`;
  const loaded = await loadSystem(PATH, {
    compileSt: () => {
      throw new Error("there is no program");
    },
    inspectImage,
    readFile: async (path) => (path === PATH ? new TextEncoder().encode(config) : readFile(path)),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.system;
};

test("an edge node needs a group and a broker, and is named as the module is", async () => {
  const { sparkplug } = await systemWith("{ name: scada, brokers: [mqtt://10.0.0.5], groupId: Plant 1 }");
  expect(sparkplug).toEqual([
    {
      name: "scada",
      servers: [{ host: "10.0.0.5", port: 1883, version: "v3.1.1", tls: null, credentials: null }],
      groupId: "Plant 1",
      edgeNodeId: "pumps",
      primaryHostId: null,
      useAliases: true,
      buffer: null,
      publications: [],
      commands: [],
    },
  ]);
});

test("an edge node has its servers in order, TLS where the URL says so, and a metric for each point, commands too", async () => {
  const { sparkplug, partitions } = await systemWith(`name: scada
      brokers: [mqtt://10.0.0.5, "mqtts://[::1]:8884"]
      version: v5
      tls: { ca: ca.pem }
      groupId: Plant
      edgeNodeId: north
      primaryHostId: scada
      useAliases: false
      buffer: { path: waiting }
      publish: [{ point: drive.speed, deadband: 0.5, maxReport: 10 s }]
      commands: [drive.demand]`);
  const [node] = sparkplug;
  expect(node).toMatchObject({
    servers: [
      { host: "10.0.0.5", port: 1883, version: "v5", tls: null },
      { host: "::1", port: 8884, tls: { caPath: expect.stringMatching(/waterworks\/ca.pem$/) } },
    ],
    ...{ edgeNodeId: "north", primaryHostId: "scada", useAliases: false },
    buffer: { folder: expect.stringMatching(/waterworks\/waiting$/) },
  });
  const nameOf = ({ partition, point }: PointRef) => partitions[partition]!.points[point]!.name;
  expect(node!.publications.map(({ point, ...limits }) => [nameOf(point), limits])).toEqual([
    ["speed", { deadband: 0.5, minReportMs: 200, maxReportMs: 10_000 }],
    ["demand", { deadband: 0, minReportMs: 0, maxReportMs: 0 }],
  ]);
  expect(node!.commands.map(nameOf)).toEqual(["demand"]);
});
