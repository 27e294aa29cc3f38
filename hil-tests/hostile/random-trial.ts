/** Tries many random guests at once: each has slots of its own in a module with a victim that none of them has a path to. */
import { type EngineFactory, interpret } from "../../runtime/hart/index.ts";
import type { System } from "../../runtime/index.ts";
import { immediateCompiler, translate } from "../../runtime/translator/index.ts";
import { spinner, worker } from "../laws/guests.ts";
import { table } from "../laws/health.ts";
import { busyOutside, type RunResult, randomSlices, runSystem, traceOf } from "../laws/runs.ts";
import { type PartitionSketch, type SystemSketch, systemOf } from "../laws/systems.ts";
import { randomGuest } from "./random-guests.ts";

/** Guests of one module. */
export const GUESTS_AT_ONCE = 20;
const FRAMES = 2;
/** Translating takes longer than all else: one module in so many is. */
const TRANSLATED_EVERY = 4;
/** Cycles of each of a guest's two slots in a frame. */
const SLOT = 700;
const VICTIM_SLOT = 800;
const INPUTS_SEED = 7;

const PEERS = {
  victim: {
    image: worker({ seed: 1, inputs: 3, outputs: 2, sends: [0], receives: [1], sleep: 400 }),
    inputs: 3,
    outputs: 2,
  },
  friend: {
    image: worker({ seed: 2, inputs: 1, outputs: 1, sends: [1], receives: [0], sleep: 300 }),
    inputs: 1,
    outputs: 1,
  },
};
export const VICTIMS = Object.keys(PEERS).length;

/** A guest's errors go to its own handler, where it has one, and else have it restarted. */
const PROPAGATING = table("PROPAGATE", { otherwise: "WARM_START" });

interface Hostile {
  readonly image: Uint8Array;
  readonly propagates: boolean;
}

export const hostileOf = (seed: number): Hostile => ({ image: randomGuest(seed), propagates: seed % 3 === 0 });

/** Victim, friend, guests; guests; victim: on two harts the guests run at the same time as the victims. */
export const moduleWith = (guests: readonly Hostile[], harts: 1 | 2): System => {
  const names = guests.map((_, index) => `guest${index}`);
  const guestOf = ({ image, propagates }: Hostile): PartitionSketch => ({
    ...{ image, inputs: 1, outputs: 1, retained: 8 },
    ...(propagates ? { health: PROPAGATING } : {}),
  });
  const start = harts === 1 ? 2 * VICTIM_SLOT : 0;
  const slots = [...names, ...names].map((name, i) => [name, start + i * SLOT, SLOT, harts - 1] as const);
  const end = start + slots.length * SLOT;
  const sketch: SystemSketch = {
    partitions: {
      ...PEERS,
      ...Object.fromEntries(names.map((name, i) => [name, guestOf(guests[i]!)])),
    },
    majorFrame: end + VICTIM_SLOT,
    slots: [["victim", 0, VICTIM_SLOT], ["friend", VICTIM_SLOT, VICTIM_SLOT], ...slots, ["victim", end, VICTIM_SLOT]],
    sampling: [
      { from: "victim.o0", to: ["friend.i0"] },
      { from: "friend.o0", to: ["victim.i0"] },
    ],
    messages: [
      { from: "victim", to: "friend", depth: 4 },
      { from: "friend", to: "victim", depth: 4 },
      { from: names[0]!, to: names[1] ?? names[0]!, depth: 4 },
      { from: names[0]!, to: names[1] ?? names[0]! },
      { from: names[2] ?? names[0]!, to: names[3] ?? names[0]! },
    ],
  };
  return systemOf(sketch);
};

const translateAtOnce: EngineFactory = translate(immediateCompiler, { quietCycles: 500 });

const run = (system: System, engine: EngineFactory, seed: number): RunResult =>
  runSystem(system, {
    frames: FRAMES,
    outside: busyOutside(system, INPUTS_SEED),
    slice: randomSlices(seed),
    engineOf: ({ index }) => (index < VICTIMS ? interpret : engine),
  });

const tracesOf = (result: RunResult, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => print(traceOf(result, from + i)));

/** As text, which compares fast. */
const print = (trace: ReturnType<typeof traceOf>): string =>
  [trace.frames, trace.events, trace.state, trace.idle].join();

const peaces = new Map<string, readonly string[]>();

/** The victims' traces next to so many guests that do nothing but spin. */
const peaceWith = (guests: number, harts: 1 | 2): readonly string[] => {
  const key = `${guests} ${harts}`;
  const known = peaces.get(key);
  if (known !== undefined) return known;
  const spinners = Array.from({ length: guests }, () => ({ image: spinner(), propagates: false }));
  const traces = tracesOf(run(moduleWith(spinners, harts), interpret, 0), 0, VICTIMS);
  peaces.set(key, traces);
  return traces;
};

/** What went wrong, with the seeds of the guests that were there; null: nothing. */
export interface Failure {
  readonly seeds: readonly number[];
  readonly what: string;
}

/** Runs the guests of these seeds together, at most `GUESTS_AT_ONCE`, interpreted and perhaps translated. */
const tryTogether = (seeds: readonly number[], translated: boolean): Failure | null => {
  const harts = seeds[0]! % 2 === 0 ? 1 : 2;
  try {
    const system = moduleWith(seeds.map(hostileOf), harts);
    const engines = translated ? [interpret, translateAtOnce] : [interpret];
    const results = engines.map((engine, i) => run(system, engine, seeds[0]! + i));
    const peace = peaceWith(seeds.length, harts).join();
    if (results.some((result) => tracesOf(result, 0, VICTIMS).join() !== peace)) {
      return { seeds, what: "a victim's trace is another one" };
    }
    const [one, other = one] = results.map((result) => tracesOf(result, VICTIMS, VICTIMS + seeds.length));
    const different = seeds.filter((_, i) => one![i] !== other![i]);
    return different.length === 0 ? null : { seeds: different, what: "the engines disagree" };
  } catch (error) {
    return { seeds, what: `the host threw: ${error instanceof Error ? error.stack : error}` };
  }
};

/** Of guests that fail together, those that do so without the others. */
const narrow = (failure: Failure): readonly Failure[] => {
  const alone = failure.seeds.map((seed) => tryTogether([seed], true)).filter((one) => one !== null);
  return alone.length > 0 ? alone : [failure];
};

/** Tries the guests of `count` seeds from `first` on; every failure with as few seeds as show it. */
export function* tryGuests(
  first: number,
  count: number,
): Generator<{ readonly tried: number; readonly failures: readonly Failure[] }> {
  for (let tried = 0; tried < count; ) {
    const together = Math.min(GUESTS_AT_ONCE, count - tried);
    const seeds = Array.from({ length: together }, (_, i) => first + tried + i);
    const failure = tryTogether(seeds, (tried / GUESTS_AT_ONCE) % TRANSLATED_EVERY === 0);
    tried += together;
    yield { tried, failures: failure === null ? [] : narrow(failure) };
  }
}
