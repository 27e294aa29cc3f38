import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schedule } from "../system.ts";
import { cycles } from "../units.ts";
import { boundariesOf, Timeline } from "./schedule.ts";

interface Sketch {
  readonly hart: number;
  readonly start: number;
  readonly duration: number;
}

const scheduleOf = (sketches: readonly Sketch[], majorFrame: number, index = 0): Schedule => ({
  index,
  onEntry: [],
  name: "test",
  majorFrame: cycles(majorFrame),
  slots: [...sketches]
    .sort((a, b) => a.start - b.start || a.hart - b.hart)
    .map(({ hart, start, duration }, index) => ({
      index,
      hart,
      partition: index,
      start: cycles(start),
      duration: cycles(duration),
    })),
});

/** Slots of one hart, one after another with gaps (many of them 0), and the cycle at which the last one ends. */
const hartSlots = (hart: number) =>
  fc.array(fc.record({ gap: fc.nat(2), duration: fc.integer({ min: 1, max: 4 }) }), { maxLength: 6 }).map((pieces) => {
    let at = 0;
    return pieces.map(({ gap, duration }): Sketch => {
      const start = at + gap;
      at = start + duration;
      return { hart, start, duration };
    });
  });

const schedules = fc.tuple(hartSlots(0), hartSlots(1), hartSlots(2), fc.nat(3)).map(([zero, one, two, rest]) => {
  const all = [...zero, ...one, ...two];
  const end = Math.max(1, ...all.map(({ start, duration }) => start + duration));
  return scheduleOf(all, end + rest);
});

/** What the design says, cycle by cycle and hart by hart: which of these happen at this cycle of the frame? */
const oracle = ({ slots, majorFrame }: Schedule, frames: number): string[] => {
  const seen: string[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const base = frame * majorFrame;
    for (let at = 0; at <= majorFrame; at++) {
      for (const what of ["end", "start"]) {
        for (let hart = 0; hart < 3; hart++) {
          for (const slot of slots) {
            const when = what === "end" ? slot.start + slot.duration : slot.start;
            if (slot.hart === hart && when === at) seen.push(`${base + at} ${what} ${slot.index} of frame ${frame}`);
          }
        }
      }
    }
    seen.push(`${base + majorFrame} over ${frame}`);
  }
  return seen;
};

const walk = (schedule: Schedule, frames: number): string[] => {
  const seen: string[] = [];
  for (const timeline = new Timeline([schedule]); timeline.frame < frames; timeline.advance()) {
    const { next, nextAt, frame } = timeline;
    if (next.kind === "frameEnd") seen.push(`${nextAt} over ${frame}`);
    else seen.push(`${nextAt} ${next.kind === "slotEnd" ? "end" : "start"} ${next.slot.index} of frame ${frame}`);
  }
  return seen;
};

describe("a schedule's boundaries", () => {
  it("come in board time, ends before starts, lower harts first, frame after frame", () => {
    fc.assert(fc.property(schedules, (schedule) => void expect(walk(schedule, 3)).toEqual(oracle(schedule, 3))));
  });

  it("put the end of a slot before the start of the next one at the same cycle, on whatever hart", () => {
    const schedule = scheduleOf(
      [
        { hart: 1, start: 0, duration: 5 },
        { hart: 0, start: 5, duration: 5 },
      ],
      10,
    );
    expect(boundariesOf(schedule).map(({ kind, at }) => `${kind} ${at}`)).toEqual([
      "slotStart 0",
      "slotEnd 5",
      "slotStart 5",
      "slotEnd 10",
      "frameEnd 10",
    ]);
  });

  it("of another schedule follow when the frame in which it was asked for is over", () => {
    const choices = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(schedules, { minLength: 3, maxLength: 3 }), choices, (all, chosen) => {
        const numbered = all.map((schedule, index) => ({ ...schedule, index }));
        const timeline = new Timeline(numbered);
        const expected: string[] = [];
        let start = 0;
        for (const [frame, following] of chosen.entries()) {
          const { schedule } = timeline;
          expect(schedule.index).toBe(frame === 0 ? 0 : chosen[frame - 1]);
          timeline.following = numbered[following]!;
          expected.push(...boundariesOf(schedule).map(({ kind, at }) => `${start + at} ${kind} of frame ${frame}`));
          const seen: string[] = [];
          while (timeline.frame === frame) {
            seen.push(`${timeline.nextAt} ${timeline.next.kind} of frame ${frame}`);
            timeline.advance();
          }
          expect(seen).toEqual(expected.splice(0));
          start += schedule.majorFrame;
        }
      }),
    );
  });

  it("of a schedule without slots are the frames alone", () => {
    expect(walk(scheduleOf([], 7), 2)).toEqual(["7 over 0", "14 over 1"]);
  });
});
