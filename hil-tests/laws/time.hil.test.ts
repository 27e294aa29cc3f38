/** Laws 1 and 2: time is instructions, and a slot of N of them is N. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialSchedule } from "../../runtime/system.ts";
import type { TraceEvent } from "../../runtime/trace/index.ts";
import { sleeper, spinner, timerProbe, trapLoop, worker } from "./guests.ts";
import { eventsOf, randomSlices, runSystem } from "./runs.ts";
import { systemOf } from "./systems.ts";

const seeds = fc.integer();

/** Of a slotEnd event: x[register], and the counters. Offsets are those of runtime/hart/layout.ts. */
const wordOf = ({ payload }: TraceEvent, word: number): number =>
  new DataView(payload.buffer, payload.byteOffset).getUint32(4 * word, true);
const MCYCLE = 98;
const MINSTRET = 100;
const A0 = 10;

describe("time is instructions, and exact", () => {
  const durations = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
  const guests = {
    spinner: spinner(),
    trapLoop: trapLoop(),
    worker: worker({ seed: 1, inputs: 1, outputs: 1, sleep: 70 }),
  };

  it("a slot of N cycles consumes exactly N, for any N", () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(...Object.values(guests)), seeds, (lengths, image, seed) => {
        const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length + 7, 0));
        const system = systemOf({
          partitions: { a: { image, inputs: 1, outputs: 1 } },
          majorFrame: starts.at(-1)! + lengths.at(-1)! + 7,
          slots: lengths.map((length, i) => ["a", starts[i]!, length] as const),
        });
        const frames = 3;
        const ends = eventsOf(runSystem(system, { frames, slice: randomSlices(seed) }), 0, "slotEnd");
        expect(ends).toHaveLength(frames * lengths.length);
        let own = 0;
        for (const [i, end] of ends.entries()) {
          own += lengths[i % lengths.length]!;
          expect(wordOf(end, MCYCLE)).toBe(own);
          const { slots, majorFrame } = initialSchedule(system);
          const { start, duration } = slots[end.slot]!;
          expect(end.cycle).toBe(end.frame * majorFrame + start + duration);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("an instruction that traps takes its cycle and does not retire", () => {
    const system = systemOf({ partitions: { a: { image: trapLoop() } }, majorFrame: 1000, slots: [["a", 0, 1000]] });
    const [end] = eventsOf(runSystem(system, { frames: 1 }), 0, "slotEnd");
    expect([wordOf(end!, MCYCLE), wordOf(end!, MINSTRET)]).toEqual([1000, 3]);
  });

  /** Slots from cycle 0 on with gaps between them; the first is long enough for a probe to get ready. */
  const slotTables = fc
    .array(fc.record({ gap: fc.nat(60), duration: fc.integer({ min: 1, max: 80 }) }), { minLength: 3, maxLength: 8 })
    .map((pieces) => {
      let at = 0;
      return pieces.map(({ gap, duration }, i) => {
        const start = i === 0 ? 0 : at + gap;
        at = start + (i === 0 ? duration + 40 : duration);
        return { start, end: at };
      });
    });

  /** How many cycles of its own a partition has had at board cycle `at`. */
  const ownCyclesAt = (slots: readonly { start: number; end: number }[], at: number): number =>
    slots.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, at) - start), 0);

  const probeAt = (image: Uint8Array, slots: readonly { start: number; end: number }[], seed: number): number => {
    const last = slots.at(-1)!.end;
    const table = [...slots, { start: last + 5, end: last + 15 }];
    const system = systemOf({
      partitions: { a: { image } },
      majorFrame: last + 15,
      slots: table.map(({ start, end }) => ["a", start, end - start] as const),
    });
    return wordOf(eventsOf(runSystem(system, { frames: 1, slice: randomSlices(seed) }), 0, "slotEnd").at(-1)!, A0);
  };

  it("a timer interrupt is taken at exactly its cycle, or at the first of the next slot", () => {
    fc.assert(
      fc.property(slotTables, fc.nat(400), seeds, (slots, offset, seed) => {
        const tick = 40 + (offset % (slots.at(-1)!.end - 40));
        expect(probeAt(timerProbe(tick), slots, seed)).toBe(ownCyclesAt(slots, tick));
      }),
      { numRuns: 200 },
    );
  });

  it("wfi idles across slots until exactly its timer, and a slot start alone does not end it", () => {
    fc.assert(
      fc.property(slotTables, fc.nat(400), seeds, (slots, offset, seed) => {
        const tick = 40 + (offset % (slots.at(-1)!.end - 40));
        expect(probeAt(sleeper(tick), slots, seed)).toBe(ownCyclesAt(slots, tick));
      }),
      { numRuns: 200 },
    );
  });
});
