import { describe, expect, it } from "vitest";
import { alone, boot, output } from "../../hil-tests/laws/boot.ts";
import { Guest } from "../../hil-tests/laws/guests.ts";
import { PARTITA_REGISTERS as REGISTER } from "../board/index.ts";
import { X } from "../isa/index.ts";
import { StateReader, StateWriter } from "../state.ts";
import { cycles, hertz } from "../units.ts";
import { WallClock } from "./wall-clock.ts";

/** Publishes valid, low and high word, again and again. */
const reader = () => {
  const guest = new Guest().normal().label("scan");
  for (const [index, register] of [REGISTER.WALL_CLOCK_VALID, REGISTER.WALL_CLOCK, REGISTER.WALL_CLOCK + 4].entries()) {
    output(guest.ask(X.t0, register), index, X.t0);
  }
  return guest.tell(REGISTER.PUBLISH_OUTPUTS).jump("scan").image();
};

describe("the wall clock", () => {
  it("runs on with board time from what it was set to, to the nanosecond", () => {
    const clock = new WallClock(hertz(3_000_000));
    expect([clock.isSet, clock.at(cycles(500))]).toEqual([false, 0n]);
    clock.set({ seconds: 1_800_000_000, nanoseconds: 999_999_999 }, cycles(1000));
    expect(clock.at(cycles(1000))).toBe(1_800_000_000_999_999_999n);
    expect(clock.at(cycles(1001))).toBe(1_800_000_001_000_000_332n);
    expect(clock.at(cycles(1000 + 3_000_000 * 86_400 * 365))).toBe(1_831_536_000_999_999_999n);
    const writer = new StateWriter();
    clock.save(writer);
    const other = new WallClock(hertz(3_000_000));
    other.restore(new StateReader(writer.finish()));
    expect(other.at(cycles(1001))).toBe(clock.at(cycles(1001)));
  });

  it("is what the guest reads as of the start of its frame, from the frame on in which it was set", () => {
    const { module, order, look } = boot(alone(reader(), 0, 3));
    const seen = () => {
      module.runFrame();
      const [valid, low, high] = ["a.o0", "a.o1", "a.o2"].map((name) => Number(look(name).value));
      return [valid, (BigInt(high!) << 32n) + BigInt(low!)];
    };
    expect(seen()).toEqual([0, 0n]);
    order({ kind: "setClock", time: { seconds: 1_800_000_000, nanoseconds: 5000 } });
    expect(seen()).toEqual([1, 1_800_000_000_000_005_000n]);
    // A frame is 1000 cycles of 10 MHz.
    expect(seen()).toEqual([1, 1_800_000_000_000_105_000n]);
    order({ kind: "setClock", time: { seconds: 1_700_000_000, nanoseconds: 0 } });
    expect(seen()).toEqual([1, 1_700_000_000_000_000_000n]);
  });
});
