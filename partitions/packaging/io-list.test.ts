/** The I/O list is what programs and config really have: an engineer wires the cabinets from it. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { addressOf, IoList, servedBy } from "../../hil-tests/io-list.ts";
import { loadSystem } from "../../runtime/index.ts";
import type { System } from "../../runtime/system.ts";
import { compileProgram } from "../st/index.ts";

const list = new IoList(join(import.meta.dirname, "io-list.md"));

describe("io-list.md", () => {
  let system: System;
  beforeAll(async () => {
    const loaded = await loadSystem(join(import.meta.dirname, "../../configs/packaging.yaml"), compileProgram);
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
    ({ system } = loaded);
  });

  it.each(["infeed", "filler", "labeller", "line", "historian"])(
    "has the points of %s, with direction, type and address",
    (name) => {
      const partition = system.partitions.find((candidate) => candidate.name === name)!;
      const listed = list
        .pointsOf(name)
        .map(([point, direction, type, , address]) => [point, direction, type, address]);
      const real = partition.points.map((point) => [
        point.name,
        point.direction === "input" ? "I" : "O",
        point.type,
        addressOf(partition, point),
      ]);
      expect(listed.sort()).toEqual(real.sort());
      expect(list.portsOf(name)).toEqual(partition.ports.map((port) => port.name));
    },
  );

  it("has what SCADA reads and writes", () => {
    expect(list.servedIn("input registers")).toEqual(servedBy(system, "inputRegister"));
    expect(list.servedIn("holding registers")).toEqual(servedBy(system, "holdingRegister"));
    expect(list.servedIn("discrete inputs")).toEqual(servedBy(system, "discreteInput"));
    expect(list.servedIn("coils")).toEqual(servedBy(system, "coil"));
  });
});
