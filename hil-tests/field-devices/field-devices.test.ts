/** The simulated field devices answer a Modbus master that no one here wrote. */
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requirePeers } from "../peers.ts";
import { DeviceRegisters } from "../plants/device-registers.ts";
import type { FieldDevice } from "../plants/plant.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { type Listening, listen } from "./modbus-units.ts";
import { runInRealTime } from "./real-time.ts";

const HOST = "127.0.0.1";
const peers = requirePeers("mbpoll");

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, HOST, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

describe.skipIf(peers.missing)("the field devices", () => {
  let plant: Waterworks;
  let registers: DeviceRegisters[];
  let listening: Listening;
  let portOf: Map<number, number>;

  beforeEach(async () => {
    plant = new Waterworks({ level: 2.125 });
    portOf = new Map();
    for (const { port } of plant.devices) if (!portOf.has(port)) portOf.set(port, await freePort());
    const moved: FieldDevice[] = plant.devices.map((device) => ({ ...device, port: portOf.get(device.port)! }));
    registers = moved.map((device) => new DeviceRegisters(device));
    listening = await listen(HOST, registers);
  });
  afterEach(() => listening.close());

  const mbpoll = async (port: number, unit: number, ...request: string[]): Promise<string> => {
    const place = ["-0", "-1", "-q", "-m", "tcp", "-p", String(portOf.get(port)), "-a", String(unit)];
    return (
      await promisify(execFile)(
        "mbpoll",
        [...place, ...request.slice(0, -1), HOST, ...request.slice(-1)].filter(Boolean),
      )
    ).stdout;
  };
  const at = (output: string, address: number): string =>
    new RegExp(`\\[${address}\\]:\\s*(\\S+)`).exec(output)?.[1] ?? output;

  it("measure", async () => {
    expect(Number(at(await mbpoll(5021, 1, "-r", "0", "-t", "3:float", "-B", ""), 0))).toBeCloseTo(2.125, 5);
    expect(at(await mbpoll(5024, 1, "-r", "0", "-t", "3", ""), 0)).toBe("3800");
    expect(at(await mbpoll(5021, 1, "-r", "0", "-t", "1", ""), 0)).toBe("1");
  });

  it("act on what is written", async () => {
    await mbpoll(5022, 1, "-r", "1", "-t", "0", "1");
    await mbpoll(5024, 2, "-r", "0", "-t", "4", "5000");
    for (const device of registers) device.actuate();
    expect(plant.p102.command).toBe(true);
    expect(plant.p101.command).toBe(false);
    expect(plant.inverter.reference).toBeCloseTo(0.5, 6);
    for (const device of registers) device.sense();
    expect(at(await mbpoll(5022, 1, "-r", "1", "-t", "1", ""), 1)).toBe("1");
  });

  it("refuse addresses and units that are not there", async () => {
    await expect(mbpoll(5021, 1, "-r", "9", "-t", "3", "")).rejects.toThrow(/Illegal data address/);
    await expect(mbpoll(5024, 3, "-r", "0", "-t", "3", "")).rejects.toThrow(/Target device failed to respond/);
  });

  it("say so when a port is taken", async () => {
    await expect(listen(HOST, registers)).rejects.toThrow(/EADDRINUSE/);
  });
});

describe("real time", () => {
  it("passes over the plant in whole steps, and a sleeping host is not caught up with", async () => {
    let now = 5000;
    const plant = new Waterworks();
    const clock = { nowMs: () => now, monotonicMs: () => now };
    const stop = runInRealTime(plant, [], clock);
    const afterNextTimer = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));
    now += 109;
    await afterNextTimer();
    expect(plant.time).toBeCloseTo(0.1, 9);
    now += 11;
    await afterNextTimer();
    expect(plant.time).toBeCloseTo(0.12, 9);
    now += 3_600_000;
    await afterNextTimer();
    stop();
    expect(plant.time).toBeGreaterThan(1);
    expect(plant.time).toBeLessThan(1.2);
  });
});
