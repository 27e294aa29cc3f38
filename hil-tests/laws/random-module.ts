/** Modules made from a seed: schedules on one or two harts, guests of all kinds, and channels between them. */
import {
  ACTION_LEVELS,
  ERROR_OF_TRAP,
  HEALTH_ACTIONS,
  PARTITION_STATES,
  type PartitionHealth,
  reactionsOf,
  type TrapName,
} from "../../runtime/health-table.ts";
import { OVERFLOWS, type Start } from "../../runtime/system.ts";
import { cycles } from "../../runtime/units.ts";
import { babbler } from "./babbler.ts";
import { flooder, spinner, trapLoop, worker } from "./guests.ts";
import { randomFrom } from "./runs.ts";
import type { MessageSketch, PartitionSketch, ScheduleSketch, SystemSketch } from "./systems.ts";
import { tinkerer } from "./tinkerer.ts";

type Random = (below: number) => number;

/** Everything that a test may want to change about one partition afterwards goes by its name: p0, p1 … */
export const randomModule = (seed: number): SystemSketch => {
  const random = randomFrom(seed);
  const names = Array.from({ length: 2 + random(4) }, (_, index) => `p${index}`);
  const harts = 1 + random(2);
  const hartOf = new Map(names.map((name) => [name, random(harts)]));
  const messages = messagesBetween(names, random);
  const partitions = Object.fromEntries(
    names.map((name) => [name, { ...randomPartition(name, messages, random), health: randomHealth(random) }]),
  );
  const namesOn = Array.from({ length: harts }, (_, hart) => names.filter((name) => hartOf.get(name) === hart));
  const initial = randomSchedule(namesOn, random);
  const sampling = samplingBetween(partitions, random);
  const otherSchedules = Array.from({ length: random(3) }, () => ({
    ...randomSchedule(namesOn, random),
    onEntry: Object.fromEntries(names.filter(() => random(4) === 0).map((name) => [name, randomStart(random)])),
  }));
  return { partitions, messages, sampling, ...initial, otherSchedules };
};

/** Actions on the partition itself: those on the module would reach everybody. */
const randomHealth = (random: Random): Partial<PartitionHealth> => {
  if (random(2) === 0) return {};
  const actions = HEALTH_ACTIONS.filter((action) => ACTION_LEVELS[action] !== "module");
  const reactions = reactionsOf(PARTITION_STATES, () => ({
    ...{ action: actions[random(actions.length)]!, otherwise: OUTCOMES[random(OUTCOMES.length)]! },
    ...{ schedule: null, log: random(2) === 0 },
  }));
  const restartBudget = {
    count: 1 + random(3),
    window: cycles(1 + random(9000)),
    exhausted: "IDLE",
    schedule: null,
  } as const;
  return {
    reactions,
    restartBudget: random(2) === 0 ? null : restartBudget,
    claimedTraps: TRAPS.filter(() => random(4) === 0),
    watchdog: random(2) === 0 ? null : cycles(1 + random(9000)),
  };
};
const OUTCOMES = ["SUSPEND", "IDLE", "WARM_START", "COLD_START"] as const;
const TRAPS = Object.keys(ERROR_OF_TRAP) as readonly TrapName[];

const randomStart = (random: Random): Start => (random(2) === 0 ? "COLD_START" : "WARM_START");

const randomSchedule = (namesOn: readonly (readonly string[])[], random: Random): ScheduleSketch => {
  const slots = namesOn.flatMap((names, hart) => slotsOn(hart, names, random));
  const end = Math.max(1, ...slots.map(([, start, duration]) => start + duration));
  return { slots, majorFrame: end + random(100) };
};

const messagesBetween = (names: readonly string[], random: Random): readonly MessageSketch[] =>
  Array.from({ length: random(3) }, () => {
    const from = random(names.length);
    const to = (from + 1 + random(names.length - 1)) % names.length;
    const ends = { from: names[from]!, to: names[to]! };
    if (random(4) === 0) return ends;
    return { ...ends, depth: 1 + random(5), overflow: OVERFLOWS[random(2) === 0 ? 0 : random(3)]! };
  });

const randomPartition = (name: string, messages: readonly MessageSketch[], random: Random): PartitionSketch => {
  const ends = messages.filter(({ from, to }) => from === name || to === name);
  const ports = (isIt: (channel: MessageSketch) => boolean) =>
    ends.flatMap((channel, port) => (isIt(channel) ? [port] : []));
  const sends = ports(({ from }) => from === name);
  const receives = ports(({ to, depth }) => to === name && depth !== undefined);
  const reads = ports(({ to, depth }) => to === name && depth === undefined);
  const inputs = random(4);
  const outputs = 1 + random(3);
  const isSystem = random(3) === 0;
  const kind = random(12);
  if (kind === 0) return { image: spinner(), inputs, outputs };
  if (kind === 1) return { image: trapLoop(), inputs, outputs };
  if (kind === 2) return { image: garbage(random), inputs, outputs };
  if (kind === 3 && sends.length > 0) return { image: flooder(), inputs, outputs };
  if (kind <= 5)
    return { image: babbler(random), isSystem, latch: random(2) === 0 ? "auto" : "guest", inputs, outputs };
  const latch = random(3) === 0 ? "auto" : "guest";
  if (kind <= 7) return { image: tinkerer(random), isSystem, latch, retained: 8 * random(3), inputs, outputs };
  const image = worker({
    ...{ seed: random(2 ** 31), inputs, outputs, sends, receives, reads },
    ...{ uart: random(2) === 0, sleep: random(2) === 0 ? 0 : 1 + random(3000), switches: random(2) === 0 },
  });
  return { image, isSystem, inputs, outputs };
};

/** Memory that nobody wrote, executed. */
export const garbage = (random: Random): Uint8Array => Uint8Array.from({ length: 4096 }, () => random(256));

const slotsOn = (hart: number, names: readonly string[], random: Random): [string, number, number, number][] => {
  if (names.length === 0) return [];
  let at = random(50);
  return Array.from({ length: 1 + random(8) }, () => {
    const start = at + (random(2) === 0 ? 0 : random(200));
    const duration = 1 + random(random(3) === 0 ? 20 : 3000);
    at = start + duration;
    return [names[random(names.length)]!, start, duration, hart];
  });
};

const samplingBetween = (
  partitions: Readonly<Record<string, PartitionSketch>>,
  random: Random,
): NonNullable<SystemSketch["sampling"]> => {
  const names = Object.keys(partitions);
  return names.flatMap((to) =>
    Array.from({ length: Number(partitions[to]!.inputs) }, (_, input) => input)
      .filter(() => random(2) === 0)
      .map((input) => {
        const from = names[random(names.length)]!;
        const output = random(Number(partitions[from]!.outputs));
        return { from: `${from}.o${output}`, to: [`${to}.i${input}`], refresh: random(20_000) };
      }),
  );
};
