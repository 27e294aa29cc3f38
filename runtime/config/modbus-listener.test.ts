import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compileProgram } from "../../partitions/st/index.ts";
import { inspectImage } from "../board/index.ts";
import type { System } from "../system.ts";
import { loadSystem } from "./load-system.ts";

/** Beside the fixtures, but only in this test's memory. */
const PATH = fileURLToPath(new URL("../../configs/invalid/servers.yaml", import.meta.url));
const beside = (file: string): string => join(dirname(PATH), file);

const systemWith = async (servers: string): Promise<System> => {
  const config = `module: servers
board: { clock: 100 MHz }
partitions:
  pump: { program: fixtures/pump.st, memory: 256 KiB }
schedules:
  normal: { majorFrame: 20 ms, slots: [{ partition: pump, start: 0 ms, duration: 4 ms }] }
io:
  modbusServers:
${servers}`;
  const loaded = await loadSystem(PATH, {
    compileSt: compileProgram,
    inspectImage,
    readFile: async (path) => (path === PATH ? new TextEncoder().encode(config) : readFile(path)),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
  return loaded.system;
};

it("a server on TLS has its files beside the config, its roles' points and the networks that may connect", async () => {
  const { modbusServers } = await systemWith(`    - name: scada
      transport: tls
      host: 0.0.0.0
      port: 802
      frameTimeout: 250 ms
      tls: { certificate: tls/server.pem, key: /etc/server.key, ca: tls/clients.pem }
      roles: { operator: { write: [pump.setpoint] }, meter: { read: [pump.flow] }, engineer: { write: all } }
      allowFrom: [{ network: 10.1.0.0/16, access: read }, { network: "fd00::1" }]
      allowFile: scada.allow
      points: [{ point: pump.flow, area: inputRegister, address: 0 }]
`);
  const point = (index: number) => [{ partition: 0, point: index }];
  expect(modbusServers[0]?.listener).toEqual({
    kind: "tcp",
    host: "0.0.0.0",
    port: 802,
    maxConnections: 16,
    idleTimeoutMs: 60_000,
    frameTimeoutMs: 250,
    allowFrom: [
      { address: "10.1.0.0", prefix: 16, access: "read" },
      { address: "fd00::1", prefix: 128, access: "write" },
    ],
    allowFile: beside("scada.allow"),
    tls: {
      certificatePath: beside("tls/server.pem"),
      keyPath: "/etc/server.key",
      caPath: beside("tls/clients.pem"),
    },
    roles: [
      { name: "operator", read: "all", write: point(1) },
      { name: "meter", read: point(4), write: [] },
      { name: "engineer", read: "all", write: "all" },
    ],
    isExposed: false,
  });
});

it("a server on a serial line has the settings of its port, and units of its own", async () => {
  const { modbusServers } = await systemWith(`    - name: panel
      transport: rtu
      serial: { path: /dev/ttyUSB0, baudRate: 9600 }
      unitId: 17
      points: [{ point: pump.run, area: coil, address: 0 }]
      units: [{ unitId: 18, points: [{ point: pump.enable, area: coil, address: 5, access: read }] }]
`);
  expect(modbusServers[0]).toMatchObject({
    listener: { kind: "rtu", line: { path: "/dev/ttyUSB0", baudRate: 9600, parity: "even", stopBits: 1 } },
    unitId: 17,
    mappings: [{ access: "read" }],
    units: [{ unitId: 18, mappings: [{ address: 5, access: "read" }] }],
  });
});

it("a server is exposed when it says that it is insecure and listens beyond this machine, and only then", async () => {
  const exposed = async (more: string): Promise<boolean> => {
    const { modbusServers } = await systemWith(`    - name: scada
      port: 5020
      ${more}
      points: [{ point: pump.enable, area: coil, address: 0 }]
`);
    const [{ listener, mappings }] = modbusServers as [System["modbusServers"][0]];
    expect(mappings[0]?.access).toBe("write");
    return listener.kind === "tcp" && listener.isExposed;
  };
  expect(await exposed("host: 0.0.0.0\n      insecure: true")).toBe(true);
  expect(await exposed("insecure: true")).toBe(false);
  expect(await exposed('host: "::"\n      allowFile: scada.allow')).toBe(false);
  await expect(exposed("host: 0.0.0.0")).rejects.toThrow("would listen on 0.0.0.0 without any protection");
});
