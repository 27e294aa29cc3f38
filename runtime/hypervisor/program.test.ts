import { describe, expect, it } from "vitest";
import type { RetainedArea } from "../system.ts";
import { guestAddress } from "../units.ts";
import { type Program, retainedFor } from "./program.ts";

const BASE = 0x8000_0010;

/** A flat image whose retained area holds the bytes 100, 101 … */
const programWith = (
  variables: readonly (readonly [string, string, number])[],
  bytes: number,
  ofThisImage = false,
): Program => {
  const image = new Uint8Array(64);
  for (let at = 0; at < bytes; at++) image[0x10 + at] = 100 + at;
  const named = variables.map(([name, type, offset]) => ({ name, type, offset }));
  const retained: RetainedArea = { base: guestAddress(BASE), bytes, variables: named, ofThisImage };
  return { image, imagePath: "", points: [], tasks: [], areas: { input: null, output: null, retained } };
};

const former = programWith(
  [
    ["hours", "REAL", 0],
    ["starts", "UINT", 4],
    ["mode", "BYTE", 6],
  ],
  8,
);
const KEPT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0);

describe("the retained data of a new program", () => {
  it("are the former one's where name and type are the same, wherever they lie, and its own elsewhere", () => {
    const program = programWith(
      [
        ["starts", "UINT", 0],
        ["added", "UINT", 2],
        ["hours", "REAL", 4],
        ["mode", "WORD", 8],
      ],
      10,
    );
    expect([...retainedFor(program, former, KEPT)!]).toEqual([5, 6, 102, 103, 1, 2, 3, 4, 108, 109]);
  });

  it("are only its own when addresses are among them, or when there are none", () => {
    const program = programWith([["hours", "REAL", 0]], 4, true);
    expect(retainedFor(program, former, KEPT)).toBeNull();
    const without = { ...program, areas: { input: null, output: null, retained: null } };
    expect(retainedFor(without, former, KEPT)).toBeNull();
    expect(retainedFor(former, without, new Uint8Array())).toBeNull();
  });
});
