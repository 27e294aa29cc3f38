/** A process that boots modules, runs them unpaced, and says what that took: its argument is a `ModuleJob` in JSON. */
import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { compileProgram } from "../../partitions/st/index.ts";
import {
  boot,
  formatProblem,
  hostClock,
  loadSystem,
  type Module,
  type Outside,
  prepareToBoot,
} from "../../runtime/index.ts";
import type { ModuleFigures, ModuleJob, ModuleMessage, Sample, Stretch } from "./module-job.ts";
import { median } from "./statistics.ts";

/** Cycles between two looks at the clock; what compiles in the background gets its turn there. */
const STRETCH_CYCLES = 2_000_000;

/** At least as much host time makes a sample. */
const SAMPLE_SECONDS = 0.01;
const LONGEST_WARM_UP_SECONDS = 60;
const WARM_UP_FRAMES = 20;
const SETTLED = 1.05;

const outside: Outside = {
  commands: () => [],
  latch: () => {},
  published: () => {},
  uart: () => {},
  incident: (at, incident) => {
    if (incident.kind === "modeChanged") return;
    throw new Error(`partition ${at.partition} did not run on: ${JSON.stringify(incident)}`);
  },
  scheduleSwitched: () => {},
  frameEnded: () => {},
};

const bootModule = async (path: string): Promise<Module> => {
  const loaded = await loadSystem(path, compileProgram);
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join("\n"));
  return boot(loaded.system, outside);
};

const instructionsOf = ({ partitions }: Module): number =>
  partitions.reduce((sum, { timeUse }) => sum + timeUse.given - timeUse.idle, 0);

/** At least so many cycles, to the end of a slot. */
const runStretch = (module: Module, cycles: number): Stretch => {
  const { slots } = module.schedule;
  const boundaries = 2 * slots.length + 1;
  const before = instructionsOf(module);
  const until = module.nextBoundary + cycles;
  const begin = hostClock.monotonicMs();
  let steps = 0;
  while (module.nextBoundary < until) {
    module.step();
    steps++;
  }
  const seconds = (hostClock.monotonicMs() - begin) / 1000;
  return {
    seconds,
    instructions: instructionsOf(module) - before,
    slots: (steps * slots.length) / boundaries,
  };
};

const NO_STRETCH: Stretch = { seconds: 0, instructions: 0, slots: 0 };

const sum = (a: Stretch, b: Stretch): Stretch => ({
  seconds: a.seconds + b.seconds,
  instructions: a.instructions + b.instructions,
  slots: a.slots + b.slots,
});

const warmUp = async (
  modules: readonly Module[],
  forSeconds: number,
  untilSettled: boolean,
): Promise<readonly Sample[]> => {
  const samples: Sample[] = [];
  const begin = hostClock.monotonicMs();
  for (let seconds = 0; seconds < forSeconds || (untilSettled && !isSettled(modules, samples)); ) {
    let done = NO_STRETCH;
    for (const due = seconds + SAMPLE_SECONDS; seconds < due; ) {
      for (const module of modules) done = sum(done, runStretch(module, STRETCH_CYCLES));
      seconds = (hostClock.monotonicMs() - begin) / 1000;
      await turn();
    }
    samples.push({ seconds, mips: done.instructions / done.seconds / 1e6 });
  }
  return samples;
};

/** Every partition has run a while, and in the last second no quicker than in the second before; or there was time enough. */
const isSettled = (modules: readonly Module[], samples: readonly Sample[]): boolean => {
  const end = samples.at(-1)?.seconds ?? 0;
  if (end > LONGEST_WARM_UP_SECONDS) return true;
  if (modules.some(({ frame }) => frame < WARM_UP_FRAMES)) return false;
  const before = speedBetween(samples, end - 2, end - 1);
  return before > 0 && speedBetween(samples, end - 1, end) < SETTLED * before;
};

/** 0 where there is no sample. */
const speedBetween = (samples: readonly Sample[], from: number, to: number): number => {
  const speeds = samples.flatMap(({ seconds, mips }) => (seconds > from && seconds <= to ? mips : []));
  return speeds.length === 0 ? 0 : median(speeds);
};

const measure = async (modules: readonly Module[], cycles: number): Promise<readonly Stretch[]> => {
  const totals = modules.map((module) => ({ module, end: module.nextBoundary + cycles, stretches: [] as Stretch[] }));
  while (totals.some(({ module, end }) => module.nextBoundary < end)) {
    for (const { module, end, stretches } of totals) {
      const rest = end - module.nextBoundary;
      if (rest > 0) stretches.push(runStretch(module, Math.min(10 * STRETCH_CYCLES, rest)));
    }
    await turn();
  }
  return totals.map(({ stretches }) => stretches.reduce(sum, NO_STRETCH));
};

/** Of this process alone: what `getrusage` says may be its parent's, from before it became a program of its own. */
const peakMemoryBytes = (): number => {
  try {
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // No Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
};

const run = async (job: ModuleJob): Promise<ModuleFigures> => {
  const begin = hostClock.monotonicMs();
  prepareToBoot();
  const [config, ...others] = job.configs;
  const modules = [await bootModule(config!)];
  modules[0]!.step();
  const firstSlotSeconds = (hostClock.monotonicMs() - begin) / 1000;
  await say({ kind: "firstSlot" });
  for (const other of others) modules.push(await bootModule(other));
  const samples = await warmUp(modules, job.warmUpSeconds, job.cycles > 0);
  const measured = await measure(modules, job.cycles);
  return { firstSlotSeconds, samples, measured, peakMemoryBytes: peakMemoryBytes() };
};

/** Resolves when it is on its way: what is still in this process when it ends is lost. */
const say = (message: ModuleMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
try {
  await say({ kind: "done", figures: await run(JSON.parse(process.argv[2]!) as ModuleJob) });
} catch (error) {
  await say({ kind: "failed", reason: (error as Error).message });
}
process.disconnect();
