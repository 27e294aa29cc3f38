import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ModbusArea, ModbusClientMapping, PointType } from "../../../runtime/index.ts";
import { mapping } from "../../testing/test-module.ts";
import { planReads, type ReadLimits } from "./read-plan.ts";

const at = (area: ModbusArea, address: number, type: PointType): ModbusClientMapping =>
  mapping({ partition: 0, point: 0 }, area, address, type);

const PROTOCOL: ReadLimits = { maxReadBits: 2000, maxReadRegisters: 125, maxGap: 0 };

describe("the reads of a poll group", () => {
  test("join adjacent addresses of one area, whatever their order", () => {
    const mappings = [
      at("holdingRegister", 4, "INT"),
      at("inputRegister", 2, "INT"),
      at("inputRegister", 0, "REAL"),
      at("holdingRegister", 6, "INT"),
      at("coil", 0, "BOOL"),
    ];
    expect(planReads(mappings, PROTOCOL).map(({ area, address, quantity }) => [area, address, quantity])).toEqual([
      ["coil", 0, 1],
      ["holdingRegister", 4, 1],
      ["holdingRegister", 6, 1],
      ["inputRegister", 0, 3],
    ]);
  });

  test("stay within the limits and never cut a value in two", () => {
    const registers = planReads(
      Array.from({ length: 130 }, (_, index) => at("inputRegister", index * 2, "REAL")),
      PROTOCOL,
    );
    expect(registers.map(({ address, quantity }) => [address, quantity])).toEqual([
      [0, 124],
      [124, 124],
      [248, 12],
    ]);
    const bits = planReads(
      Array.from({ length: 2100 }, (_, index) => at("discreteInput", index, "BOOL")),
      PROTOCOL,
    );
    expect(bits.map(({ address, quantity }) => [address, quantity])).toEqual([
      [0, 2000],
      [2000, 100],
    ]);
  });

  test("read over gaps that the device answers for, and no wider ones", () => {
    const mappings = [0, 3, 7, 12].map((address) => at("holdingRegister", address, "INT"));
    const blocks = planReads(mappings, { ...PROTOCOL, maxGap: 3 });
    expect(blocks.map(({ address, quantity }) => [address, quantity])).toEqual([
      [0, 8],
      [12, 1],
    ]);
    expect(blocks[0]!.mappings.map(({ address }) => address)).toEqual([0, 3, 7]);
  });

  test("ask for no more at a time than the device gives", () => {
    const registers = [0, 2, 4, 6].map((address) => at("inputRegister", address, "REAL"));
    const bits = [0, 1, 2].map((address) => at("coil", address, "BOOL"));
    const blocks = planReads([...registers, ...bits], { maxReadRegisters: 5, maxReadBits: 2, maxGap: 100 });
    expect(blocks.map(({ address, quantity }) => [address, quantity])).toEqual([
      [0, 2],
      [2, 1],
      [0, 4],
      [4, 4],
    ]);
  });

  test("cover every mapping once, and ask for nothing else", () => {
    const anyMapping = fc
      .record({
        area: fc.constantFrom<ModbusArea>("coil", "discreteInput", "inputRegister", "holdingRegister"),
        address: fc.integer({ min: 0, max: 300 }),
        type: fc.constantFrom<PointType>("INT", "REAL", "UDINT"),
      })
      .map(({ area, address, type }) => at(area, address, type));
    fc.assert(
      fc.property(fc.array(anyMapping, { maxLength: 60 }), (mappings) => {
        const blocks = planReads(mappings, PROTOCOL);
        expect(blocks.flatMap((block) => block.mappings).length).toBe(mappings.length);
        for (const { area, address, quantity, mappings: inside } of blocks) {
          const isBit = area === "coil" || area === "discreteInput";
          const covered = inside.flatMap((each) =>
            !isBit && each.type !== "INT" ? [each.address, each.address + 1] : [each.address],
          );
          expect(inside.every((each) => each.area === area)).toBe(true);
          expect([...new Set(covered)].sort((a, b) => a - b)).toEqual(
            Array.from({ length: quantity }, (_, index) => address + index),
          );
        }
      }),
    );
  });
});
