import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alone } from "../../hil-tests/laws/boot.ts";
import { spinner } from "../../hil-tests/laws/guests.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import type { RetainedVariable } from "../image-manifest.ts";
import { createHasher } from "../trace/index.ts";
import { guestAddress } from "../units.ts";
import { decodeRetained, encodeRetained, type RetainedOwner } from "./retained-file.ts";

const hasher = await createHasher();
const [partition] = systemOf(alone(spinner())).partitions;
const HOURS = { name: "hours", type: "REAL", offset: 0 };
const STARTS = { name: "starts", type: "UINT", offset: 4 };

interface Differences {
  readonly module?: string;
  readonly variables?: readonly RetainedVariable[];
  readonly bytes?: number;
  readonly image?: Uint8Array;
  readonly ofThisImage?: boolean;
}

const owner = (differences: Differences = {}): RetainedOwner => {
  const { module = "plant", variables = [HOURS, STARTS], bytes = 8, image = Uint8Array.of(1) } = differences;
  const area = { base: guestAddress(0x8000_1000), bytes, variables, ofThisImage: differences.ofThisImage ?? false };
  return { module, partition: { ...partition!, image }, area };
};
const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const refusal = (now: Differences, then: Differences = {}) =>
  decodeRetained(encodeRetained(owner(then), data, hasher), owner(now), hasher);

describe("a file of retained data", () => {
  it("gives back what was put in, also to another build of the same program", () => {
    const file = encodeRetained(owner(), data, hasher);
    expect(decodeRetained(file, owner(), hasher)).toEqual(data);
    expect(decodeRetained(file, owner({ image: Uint8Array.of(9, 9) }), hasher)).toEqual(data);
  });

  it("is refused when it is torn anywhere, or any of its bits is another", () => {
    const file = encodeRetained(owner(), data, hasher);
    for (let length = 0; length < file.length; length++) {
      expect(decodeRetained(file.subarray(0, length), owner(), hasher)).toBeTypeOf("string");
    }
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(7), (at, bit) => {
        const torn = file.slice();
        torn[at]! ^= 1 << bit;
        return typeof decodeRetained(torn, owner(), hasher) === "string";
      }),
      { numRuns: 2000 },
    );
    expect(decodeRetained(new Uint8Array(), owner(), hasher)).toBe("it holds no retained data");
  });

  it.each<[Differences, RegExp]>([
    [{ module: "other" }, /of partition a of module plant/],
    [{ variables: [{ ...HOURS, type: "LREAL" }, STARTS] }, /hours was REAL, and is LREAL/],
    [{ variables: [HOURS, { ...STARTS, offset: 6 }] }, /starts lies elsewhere now/],
    [{ variables: [HOURS] }, /has the variable starts, which is retained no more/],
    [
      { variables: [HOURS, STARTS, { name: "more", type: "INT", offset: 6 }] },
      /does not know the retained variable more/,
    ],
    [{ bytes: 16 }, /has 8 bytes of data, and the program 16/],
  ])("says what is not as it was: %j", (now, words) => {
    expect(refusal(now)).toMatch(words);
  });

  it("is of no use to another build when addresses are among its values", () => {
    const then = { ofThisImage: true };
    expect(refusal({ ofThisImage: true, image: Uint8Array.of(2) }, then)).toMatch(/another build of the program/);
    expect(refusal({ ofThisImage: true }, then)).toEqual(data);
  });
});
