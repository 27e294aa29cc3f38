/** Runs modules with a thread for each hart, as `partita run` does, and keeps what tells whether one thread does the same. */
import { type BoardThread, type RunOptions, SharedExchange, startBoard } from "../../runtime/index.ts";
import type { System } from "../../runtime/system.ts";
import { createHasher, decodeRecording, type Recording } from "../../runtime/trace/index.ts";
import { cycles } from "../../runtime/units.ts";
import { worker } from "./guests.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const hasher = await createHasher();

export interface RecordedRun {
  readonly recording: Recording;
  readonly threads: number;
}

/**
 * Runs the module under a recorder until `during` is over.
 * @param during gets the bridge's end of the board's memory, too.
 */
export const recordOnThreads = async (
  system: System,
  during: (board: BoardThread, exchange: SharedExchange) => Promise<void>,
  options: Partial<RunOptions> = {},
): Promise<RecordedRun> => {
  const parts: Uint8Array[] = [];
  const exchange = new SharedExchange(system);
  const board = startBoard(system, exchange, {
    ...{ paced: false, duration: cycles(Infinity), version: "test", onMessage: () => {} },
    record: (bytes) => void parts.push(bytes.slice()),
    ...options,
  });
  await Promise.race([during(board, exchange), board.ended]);
  board.stop();
  await board.ended;
  const recording = decodeRecording(new Uint8Array(Buffer.concat(parts)), hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  return { recording, threads: board.threads };
};

/** Two harts that share nothing, with two workers each. */
export const separate = (): System => {
  const guest = (seed: number) => ({
    image: worker({ seed, inputs: 1, outputs: 1, sleep: 200 }),
    inputs: 1,
    outputs: 1,
  });
  const system = systemOf({
    partitions: { a: guest(1), b: guest(2), c: guest(3), d: guest(4) },
    majorFrame: 2000,
    slots: [
      ["a", 0, 900],
      ["b", 900, 1000],
      ["c", 100, 300, 1],
      ["d", 500, 1500, 1],
    ],
    otherSchedules: [
      {
        majorFrame: 3000,
        slots: [
          ["a", 0, 900],
          ["c", 100, 300, 1],
        ],
      },
    ],
  });
  return { ...system, partitions: system.partitions.map((partition) => ({ ...partition, engine: "interpreter" })) };
};

const NAMES = ["a", "b", "c", "d", "e", "f"] as const;
const NEXT = NAMES.map((name, index) => [name, NAMES[(index + 1) % NAMES.length]!] as const);

/**
 * Six workers on three harts in a ring: each has a queue and a point to the next, and an input from outside. All but the first are
 * alike; that one hears of everybody's errors, and may ask for another schedule.
 */
export const ring = (engine: "interpreter" | "translator" = "interpreter"): System => {
  const guest = (name: string) => ({
    image: worker({
      ...{ seed: 3, inputs: 2, outputs: 1, uart: true, sleep: 300, switches: true },
      ...(name === "a" ? { sends: [0], receives: [1, 2] } : { sends: [1], receives: [0] }),
    }),
    isSystem: name === "a",
    retained: 16,
    inputs: 2,
    outputs: 1,
  });
  const slots = NAMES.flatMap((name, index) => [
    [name, 1000 * (index % 2), 1000, Math.floor(index / 2)] as const,
    [name, 2500 + 1000 * (index % 2), 500 + 100 * index, Math.floor(index / 2)] as const,
  ]);
  const sketch: SystemSketch = {
    partitions: Object.fromEntries(NAMES.map((name) => [name, guest(name)])),
    clock: 1_000_000,
    ...{ majorFrame: 5000, slots, otherSchedules: [{ majorFrame: 5000, slots: slots.slice(3) }] },
    messages: [...NEXT.map(([from, to]) => ({ from, to, depth: 3 })), { from: null, to: "a", depth: 2, bytes: 184 }],
    sampling: NEXT.map(([from, to]) => ({ from: `${from}.o0`, to: [`${to}.i0`] })),
  };
  const system = systemOf(sketch);
  return { ...system, partitions: system.partitions.map((partition) => ({ ...partition, engine })) };
};
