/** Laws 1 and 4 where schedules change: frames follow each other without a gap, and a switch is part of the run like any input. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Outside, replay } from "../../runtime/hypervisor/index.ts";
import { engineOf } from "../../runtime/index.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { worker } from "./guests.ts";
import { randomModule } from "./random-module.ts";
import { busyOutside, eventsOf, randomSlices, recordOf, runSystem, silence } from "./runs.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const hasher = await createHasher();
const seeds = fc.integer();

describe("schedules that change", () => {
  it("follow each other without a gap, in slots of exactly their length, and replay bit for bit", () => {
    let switches = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const frames = 12;
        const starts = [{ frame: 0, at: 0, schedule: system.schedules[0]! }];
        const outside = busyOutside(system, seed, {
          ...silence,
          scheduleSwitched: (frame, at, schedule) => void starts.push({ frame: frame + 1, at, schedule }),
        });
        const result = runSystem(system, { frames, outside, engineOf, slice: randomSlices(seed) });
        for (const [index, next] of starts.slice(1).entries()) {
          const { frame, at, schedule } = starts[index]!;
          expect(next.at).toBe(at + (next.frame - frame) * schedule.majorFrame);
        }
        for (const { index } of system.partitions) {
          for (const end of eventsOf(result, index, "slotEnd")) {
            const { frame, at, schedule } = starts.findLast((start) => start.frame <= end.frame)!;
            const { start, duration } = schedule.slots[end.slot]!;
            expect(end.cycle).toBe(at + (end.frame - frame) * schedule.majorFrame + start + duration);
          }
        }
        switches += starts.length - 1;
        const recording = recordOf(system, busyOutside(system, seed), frames);
        expect(replay(system, recording, hasher).divergence).toBeNull();
      }),
      { numRuns: 20 },
    );
    expect(switches).toBeGreaterThan(10);
  });

  it("make another run when one is switched to a frame later", () => {
    const sketch: SystemSketch = {
      partitions: { a: { image: worker({ seed: 1, inputs: 1, outputs: 1 }), inputs: 1, outputs: 1 } },
      majorFrame: 1000,
      slots: [["a", 0, 900]],
      otherSchedules: [{ majorFrame: 1000, slots: [["a", 0, 900]] }],
    };
    const switchAt = (wanted: number): Outside => ({
      ...silence,
      commands: (frame) => (frame === wanted ? [{ kind: "switchSchedule", schedule: 1 }] : []),
    });
    const hashesOf = (wanted: number) =>
      runSystem(systemOf(sketch), { frames: 5, outside: switchAt(wanted) }).frames.map(([hash]) => hash);
    const [early, late] = [hashesOf(1), hashesOf(2)];
    expect(early[0]).toBe(late[0]);
    expect(early[1]).not.toBe(late[1]);
    expect(early[2]).not.toBe(late[2]);
    const recording = recordOf(systemOf(sketch), switchAt(1), 5);
    const later = {
      ...recording,
      *records() {
        for (const record of recording.records()) if (record.kind !== "command") yield record;
      },
    };
    expect(replay(systemOf(sketch), later, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 1 });
  });
});
