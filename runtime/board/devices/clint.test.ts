import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cycles, cycles, hertz } from "../../units.ts";
import { Clint } from "./clint.ts";

const MTIMECMP = 0x4000;
const MTIME = 0xbff8;

const clintAt = (clockHz: number) => {
  const world = { now: cycles(0), software: false };
  const clint = new Clint({
    clock: hertz(clockHz),
    now: () => world.now,
    setSoftwareInterrupt: (pending) => {
      world.software = pending;
    },
  });
  const time = (at: Cycles): bigint => {
    world.now = at;
    return (BigInt(clint.read(MTIME + 4, 4)) << 32n) | BigInt(clint.read(MTIME, 4));
  };
  return { clint, world, time };
};

const clocks = fc.constantFrom(100e6, 10e6, 1e6, 333_333_333, 32_768, 48e6, 125e6, 12_345_678);

describe("mtime", () => {
  it("is floor(board cycles × 10 MHz / clock), exact to 2^53", () => {
    fc.assert(
      fc.property(clocks, fc.maxSafeNat(), (clock, at) => {
        const exact = (BigInt(at) * 10_000_000n) / BigInt(clock);
        if (exact < 2n ** 53n) expect(clintAt(clock).time(cycles(at))).toBe(exact);
      }),
      { numRuns: 2000 },
    );
  });

  it("runs on when board time jumps, and the timer with it", () => {
    fc.assert(
      fc.property(clocks, fc.nat(), fc.nat(), fc.nat(1_000_000), (clock, from, to, later) => {
        const { clint, time } = clintAt(clock);
        clint.write(MTIMECMP, 4, 123_456);
        clint.write(MTIMECMP + 4, 4, 0);
        const [then, due] = [time(cycles(from + later)), clint.nextEvent() - from];
        clint.timeJumped(cycles(to - from));
        expect([time(cycles(to + later)), clint.nextEvent() - to]).toEqual([then, due]);
      }),
    );
  });

  it("does not move when written", () => {
    const { clint, time } = clintAt(100e6);
    clint.write(MTIME, 4, 99);
    expect(time(cycles(1000))).toBe(100n);
  });
});

describe("mtimecmp", () => {
  it("is due at the first cycle at which mtime has reached it", () => {
    fc.assert(
      fc.property(clocks, fc.nat({ max: 2 ** 20 }), fc.nat({ max: 2 ** 32 - 1 }), (clock, high, low) => {
        const { clint, time } = clintAt(clock);
        clint.write(MTIMECMP, 4, low);
        clint.write(MTIMECMP + 4, 4, high);
        const compare = (BigInt(high) << 32n) | BigInt(low);
        const due = clint.nextEvent();
        if (due === Infinity) {
          expect((compare * BigInt(clock)) / 10_000_000n).toBeGreaterThan(2n ** 52n);
          return;
        }
        expect(time(due)).toBeGreaterThanOrEqual(compare);
        if (due > 0) expect(time(cycles(due - 1))).toBeLessThan(compare);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes its halves in either order, and reads back", () => {
    for (const order of [
      [0, 4],
      [4, 0],
    ]) {
      const { clint } = clintAt(100e6);
      for (const half of order) clint.write(MTIMECMP + half, 4, half === 0 ? 0x1234_5678 : 1);
      expect(clint.nextEvent()).toBe((2 ** 32 + 0x1234_5678) * 10);
      expect([clint.read(MTIMECMP, 4), clint.read(MTIMECMP + 4, 4)]).toEqual([0x1234_5678, 1]);
    }
  });

  it("is never due after a reset, until it is set", () => {
    const { clint } = clintAt(100e6);
    clint.write(MTIMECMP + 4, 4, 0);
    clint.reset();
    expect(clint.nextEvent()).toBe(Infinity);
  });
});

describe("the rest of the CLINT", () => {
  it("raises and clears the software interrupt by bit 0 of msip", () => {
    const { clint, world } = clintAt(100e6);
    clint.write(0, 4, 0xffff_ffff);
    expect([world.software, clint.read(0, 4)]).toEqual([true, 1]);
    clint.write(0, 4, 0xffff_fffe);
    expect([world.software, clint.read(0, 4)]).toEqual([false, 0]);
  });

  it("answers 32-bit accesses only, and reads 0 for harts that are not there", () => {
    const { clint } = clintAt(100e6);
    expect(clint.read(MTIMECMP, 1)).toBe(-1);
    expect(clint.write(MTIMECMP, 2, 0)).toBe("fault");
    expect(clint.read(MTIMECMP + 8, 4)).toBe(0);
  });
});
