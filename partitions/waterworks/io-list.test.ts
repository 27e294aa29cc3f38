/** The I/O list is what programs, firmware and config really have: an engineer wires a cabinet from it. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { addressOf, IoList, servedBy } from "../../hil-tests/io-list.ts";
import { loadSystem } from "../../runtime/index.ts";
import type { System } from "../../runtime/system.ts";
import { compileProgram } from "../st/index.ts";

const list = new IoList(join(import.meta.dirname, "io-list.md"));
const configPath = (name: string) => join(import.meta.dirname, `../../configs/${name}.yaml`);

describe("io-list.md", () => {
  const load = async (name: string): Promise<System> => {
    const loaded = await loadSystem(configPath(name), compileProgram);
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
    return loaded.system;
  };
  let system: System;
  let monitored: System;
  beforeAll(async () => {
    [system, monitored] = [await load("waterworks"), await load("waterworks-monitor")];
  });

  it.each(["intake", "dosing", "boost", "drive", "monitor"])(
    "has the points of %s, with direction and type",
    (name) => {
      const partition = monitored.partitions.find((candidate) => candidate.name === name)!;
      const listed = list.pointsOf(name);
      const real = partition.points.map((point) => [point.name, point.direction === "input" ? "I" : "O", point.type]);
      expect(listed.map((cells) => cells.slice(0, 3)).sort()).toEqual(real.sort());
      expect(list.portsOf(name)).toEqual(partition.ports.map((port) => port.name));
    },
  );

  it.each(["intake", "dosing", "boost"])("has the addresses of %s", (name) => {
    const partition = system.partitions.find((candidate) => candidate.name === name)!;
    const listed = list.pointsOf(name);
    const real = partition.points.map((point) => [point.name, addressOf(partition, point)]);
    expect(listed.map((cells) => [cells[0], cells[4]]).sort()).toEqual(real.sort());
  });

  it("has what SCADA reads and writes", () => {
    expect(list.servedIn("input registers")).toEqual(servedBy(system, "inputRegister"));
    expect(list.servedIn("holding registers")).toEqual(servedBy(system, "holdingRegister"));
    expect(list.servedIn("coils")).toEqual(servedBy(system, "coil"));
  });
});
