import { expect, it } from "vitest";
import { fromJsonBytes, jsonBytes } from "./json-bytes.ts";

it("gives back what it was made of, integers of 64 bits too", () => {
  const value = { a: [1, -(2n ** 63n), { b: 2n ** 64n - 1n }], c: null, d: "ü", e: false };
  expect(fromJsonBytes(jsonBytes(value))).toEqual(value);
});
