/** The I/O list is what programs, firmware and config really have: an engineer wires a cabinet from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadSystem } from "../../runtime/index.ts";
import type { Partition, Point, System } from "../../runtime/system.ts";
import { compileProgram } from "../st/index.ts";

const list = readFileSync(join(import.meta.dirname, "io-list.md"), "utf8");
const configPath = (name: string) => join(import.meta.dirname, `../../configs/${name}.yaml`);

/** The rows of a partition's table, as cells. */
const rowsOf = (partition: string): string[][] => {
  const [, section = ""] = list.split(new RegExp(`^## ${partition} .*$`, "m"));
  const table = section.split(/^## /m)[0]!;
  const rows = table.split("\n").filter((line) => /^\| \w/.test(line) && !line.startsWith("| point"));
  return rows.map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
};

/** Where a point lies in its area, as a program writes it: %IX16.1, %QD2. */
const addressOf = ({ areas }: Partition, { direction, address, bit, type }: Point): string => {
  const area = direction === "input" ? areas.input : areas.output;
  const letter = direction === "input" ? "I" : "Q";
  const byte = address - area!.base;
  if (type === "BOOL") return `%${letter}X${byte}.${bit}`;
  return type === "UINT" ? `%${letter}W${byte / 2}` : `%${letter}D${byte / 4}`;
};

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
      const listed = rowsOf(name).filter(([, direction]) => direction !== "port");
      const real = partition.points.map((point) => [point.name, point.direction === "input" ? "I" : "O", point.type]);
      expect(listed.map((cells) => cells.slice(0, 3)).sort()).toEqual(real.sort());
      const ports = rowsOf(name).filter(([, direction]) => direction === "port");
      expect(ports.map(([port]) => port)).toEqual(partition.ports.map((port) => port.name));
    },
  );

  it.each(["intake", "dosing", "boost"])("has the addresses of %s", (name) => {
    const partition = system.partitions.find((candidate) => candidate.name === name)!;
    const listed = rowsOf(name).filter(([, direction]) => direction !== "port");
    const real = partition.points.map((point) => [point.name, addressOf(partition, point)]);
    expect(listed.map((cells) => [cells[0], cells[4]]).sort()).toEqual(real.sort());
  });

  it("has what SCADA reads and writes", () => {
    const [server] = system.modbusServers;
    const served = (area: string) =>
      server!.mappings
        .filter((mapping) => mapping.area === area)
        .map(({ address, point }) => {
          const partition = system.partitions[point.partition]!;
          return `${address} ${partition.name}.${partition.points[point.point]!.name}`;
        });
    const row = (area: string) => new RegExp(`^\\| ${area} \\| (.*) \\|$`, "m").exec(list)![1]!.split(" · ");
    expect(row("input registers")).toEqual(served("inputRegister"));
    expect(row("holding registers")).toEqual(served("holdingRegister"));
    expect(row("coils")).toEqual(served("coil"));
  });
});
