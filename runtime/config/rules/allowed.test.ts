import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../../../partitions/st/index.ts";
import { inspectImage } from "../../board/index.ts";
import { loadSystem } from "../load-system.ts";

/** Beside the fixtures, but only in this test's memory. */
const PATH = fileURLToPath(new URL("../../../configs/invalid/allowed.yaml", import.meta.url));

const BASE = `module: allowed
board: { clock: 100 MHz }
partitions:
  pump: { program: fixtures/pump.st, memory: 256 KiB }
  logger: { program: fixtures/logger.st, memory: 256 KiB }
schedules:
  normal:
    majorFrame: 20 ms
    slots:
      - { partition: pump, start: 0 ms, duration: 4 ms }
      - { partition: logger, start: 4 ms, duration: 16 ms }
`;

const problemsWith = async (more: string): Promise<readonly string[]> => {
  const loaded = await loadSystem(PATH, {
    compileSt: compileProgram,
    inspectImage,
    readFile: async (path) => (path === PATH ? new TextEncoder().encode(BASE + more) : readFile(path)),
  });
  return loaded.ok ? [] : loaded.problems.map(({ code, message }) => `${code}: ${message}`);
};

const server = (name: string, port: number, ...points: readonly string[]): string =>
  `    - { name: ${name}, port: ${port}, points: [${points.map((point) => `{ ${point} }`).join(", ")}] }\n`;

describe("what no rule forbids", () => {
  it("several writers of commands to one input, and readers of it", async () => {
    const servers = [
      server("scada", 5020, "point: pump.setpoint, area: holdingRegister, address: 0"),
      server(
        "panel",
        5021,
        "point: pump.setpoint, area: holdingRegister, address: 0",
        "point: pump.setpoint, area: inputRegister, address: 0",
      ),
    ];
    const mqtt = "  mqtt: [{ name: telemetry, publish: [{ point: pump.setpoint }], commands: [pump.setpoint] }]\n";
    expect(await problemsWith(`io:\n  modbusServers:\n${servers.join("")}${mqtt}`)).toEqual([]);
  });

  it("an input from a channel that SCADA reads", async () => {
    const channel = "channels: [{ type: sampling, from: pump.flow, to: [logger.flow], refreshPeriod: 1 s }]\n";
    const io = `io:\n  modbusServers:\n${server("scada", 5020, "point: logger.flow, area: inputRegister, address: 0")}`;
    expect(await problemsWith(channel + io)).toEqual([]);
  });

  it("one register of a device in two inputs, and a BOOL in a register", async () => {
    const points = [
      "{ point: pump.level, area: inputRegister, address: 0, pollGroup: fast }",
      "{ point: pump.setpoint, area: inputRegister, address: 0, pollGroup: fast }",
      "{ point: pump.run, area: holdingRegister, address: 0, pollGroup: fast }",
    ];
    const device = `{ name: station, pollGroups: { fast: { interval: 50 ms } }, points: [${points.join(", ")}] }`;
    expect(
      await problemsWith(`io: { modbusClients: [{ name: field, host: 127.0.0.1, devices: [${device}] }] }\n`),
    ).toEqual([]);
  });

  it("several bits in one register, but not one of them twice", async () => {
    const [first, second] = [0, 3].map((bit) => `point: pump.run, area: inputRegister, address: 7, bit: ${bit}`);
    expect(await problemsWith(`io:\n  modbusServers:\n${server("scada", 5020, first!, second!)}`)).toEqual([]);
    const whole = "point: pump.starts, area: inputRegister, address: 7";
    expect(await problemsWith(`io:\n  modbusServers:\n${server("scada", 5020, first!, first!, whole)}`)).toEqual([
      "modbus-overlap: pump.run at inputRegister 7 bit 0 of server scada overlaps with pump.run (7 bit 0, line 14)",
      "modbus-overlap: pump.starts at inputRegister 7 of server scada overlaps with pump.run (7 bit 0, line 14)",
    ]);
  });

  it("the same port on two loopback addresses, and a broker anywhere", async () => {
    const io = [
      "io:\n  modbusServers:\n",
      server("scada", 5020, "point: pump.flow, area: holdingRegister, address: 0"),
      "    - { name: panel, host: 127.0.0.2, port: 5020, points: [{ point: pump.run, area: coil, address: 0 }] }\n",
      "  mqtt: [{ name: cloud, broker: mqtt://broker.example.com, publish: [{ point: pump.flow, minReport: 20 s, maxReport: 0 s }] }]\n",
    ];
    expect(await problemsWith(io.join(""))).toEqual([]);
  });

  it("slots that touch, and one that ends with the frame", async () => {
    expect(await problemsWith("")).toEqual([]);
  });
});
