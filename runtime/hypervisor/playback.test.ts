/** Going to any frame of a recording shows what was there when it was played straight through. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { worker } from "../../hil-tests/laws/guests.ts";
import { busyOutside, recordOf, runSystem } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { createHasher } from "../trace/index.ts";
import { Playback } from "./playback.ts";

const hasher = await createHasher();
const FRAMES = 300;
const points = { inputs: 2, outputs: 2 };
const system = systemOf({
  partitions: {
    a: { image: worker({ seed: 1, ...points, sleep: 90 }), ...points },
    b: { image: worker({ seed: 2, ...points }), ...points },
  },
  majorFrame: 200,
  slots: [
    ["a", 0, 100],
    ["b", 100, 100],
  ],
});
const outside = busyOutside(system, 3);
const recording = recordOf(system, outside, FRAMES);

const straight = (() => {
  const states: bigint[][] = [];
  const playback = new Playback(system, recording, hasher);
  do states.push([...playback.module.stateHashes()]);
  while (playback.frame < FRAMES && playback.step());
  return states;
})();

describe("a playback", () => {
  it("comes to the same states as the run", () => {
    expect(straight[FRAMES]).toEqual(runSystem(system, { frames: FRAMES, outside }).states);
  });

  it.each([true, false])("goes to frames in any order (waypoints on the way: %s)", (rewindable) => {
    const playback = new Playback(system, recording, hasher, { rewindable });
    fc.assert(
      fc.property(fc.nat(FRAMES), (frame) => {
        playback.goTo(frame);
        expect(playback.frame).toBe(frame);
        expect([...playback.module.stateHashes()]).toEqual(straight[frame]);
      }),
      { numRuns: 40 },
    );
    playback.goTo(FRAMES + 5);
    expect(playback.frame).toBe(FRAMES);
    playback.goTo(FRAMES - 3);
    expect(playback.run()).toBeNull();
  });

  it("says what differs also when it has been somewhere else", () => {
    const lie = {
      ...recording,
      *records(from = 0) {
        for (const record of recording.records(from)) {
          if (record.kind === "frame" && record.frame === 200) yield { ...record, hashes: BigUint64Array.of(1n, 2n) };
          else yield record;
        }
      },
    };
    const playback = new Playback(system, lie, hasher, { rewindable: true });
    playback.goTo(150);
    playback.goTo(20);
    expect(playback.run()).toMatchObject({ kind: "frameHash", frame: 200, partition: 0 });
    playback.goTo(100);
    expect(playback.divergence).toBeNull();
  });
});
