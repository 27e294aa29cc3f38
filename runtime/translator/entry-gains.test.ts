/** Which places are not worth an entry. */
import { expect, test } from "vitest";
import { EntryGains } from "./entry-gains.ts";

const after = (gains: EntryGains, entries: readonly (readonly [pc: number, cycles: number])[]): EntryGains => {
  for (const [pc, cycles] of entries) gains.note(pc, cycles);
  return gains;
};

test("places are judged by what they gain on average, once they were entered a few times", () => {
  const rounds = Array.from({ length: 10 }, (_, round) => [
    [0x100, 800] as const,
    [0x200, round === 0 ? 90 : 2] as const,
    [0x300, round === 0 ? 200 : 2] as const,
  ]);
  const gains = after(new EntryGains(), [...rounds.flat(), [0x400, 1], [0x400, 1]]);
  expect(gains.judge(60)).toEqual({ poor: [0x200], isAnyGood: true });
  expect(after(gains, Array(5).fill([0x300, 59])).judge(60)).toEqual({ poor: [], isAnyGood: false });
});

test("nothing is remembered behind a judgement", () => {
  const gains = after(new EntryGains(), Array(5).fill([0x100, 1]));
  expect(gains.judge(60)).toEqual({ poor: [0x100], isAnyGood: false });
  expect(gains.judge(60)).toEqual({ poor: [], isAnyGood: false });
});

test("many places do not need many notes: of a long row only the first are looked at", () => {
  const gains = after(
    new EntryGains(),
    Array.from({ length: 10_000 }, (_, entry) => [entry >> 6, 1] as const),
  );
  expect(gains.judge(60).poor.length).toBeLessThan(4);
});
