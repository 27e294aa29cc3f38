import { expect, it } from "vitest";
import { Finisher } from "./finisher.ts";

const written = (value: number, offset = 0): string[] => {
  const said: string[] = [];
  const finisher = new Finisher({ powerOff: (code) => said.push(`off ${code}`), reset: () => said.push("reset") });
  expect(finisher.write(offset, 4, value)).toBe("ok");
  return said;
};

it("powers off, fails with a code, or resets", () => {
  expect(written(0x5555)).toEqual(["off 0"]);
  expect(written(0x0007_3333)).toEqual(["off 7"]);
  expect(written(0xffff_3333)).toEqual(["off 65535"]);
  expect(written(0x7777)).toEqual(["reset"]);
});

it("never takes a failure for a pass", () => {
  expect(written(0x3333)).toEqual(["off 1"]);
});

it("ignores other values and other offsets, and answers reads", () => {
  expect([written(0x1234), written(0x5555, 4)]).toEqual([[], []]);
  const finisher = new Finisher({ powerOff: () => {}, reset: () => {} });
  expect([finisher.read(), finisher.write(0, 1, 0x55)]).toEqual([0, "fault"]);
});
