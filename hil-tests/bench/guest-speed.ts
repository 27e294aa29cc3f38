/**
 * How fast each engine executes each program: all engines in turn, round after round, so that what else the machine does falls
 * on all of them alike. Compared is the time of the guest's work: the host's binary and Partita say it themselves; of QEMU it is
 * the time of the process, less that of a program that does nothing. What QEMU and Partita compile while the guest runs is part
 * of it, and little of it: programs run for seconds, and the time to full speed is measured apart.
 */
import { hostClock } from "../../runtime/index.ts";
import { type BenchEngine, ENGINES, type EngineName } from "./engines.ts";
import { type PresentEngine, ProgramBench, type ProgramSpeed, RATIOS, type Ratio } from "./program-bench.ts";
import { type BenchProgram, buildProgram, EMPTY } from "./programs.ts";
import { geometricMean, median } from "./statistics.ts";

export interface GuestSpeedOptions {
  readonly programs: readonly BenchProgram[];
  /** In the order in which they take their turns. */
  readonly engines: readonly BenchEngine[];
  readonly rounds: number;
  /** Of every program's iterations, more than 0. */
  readonly share: number;
  /** Where programs are built. */
  readonly folder: string;
  /** Hears how it goes on. */
  readonly say: (text: string) => void;
}

export interface GuestSpeed {
  readonly rounds: number;
  readonly share: number;
  /** Of the engines that were there, seconds of the whole process for a program that does nothing. */
  readonly startUps: Partial<Record<EngineName, number>>;
  readonly programs: readonly ProgramSpeed[];
  readonly means: {
    readonly ratios: Partial<Record<Ratio, number>>;
    readonly mips: Partial<Record<EngineName, number>>;
  };
  /** What is missing from the figures and why: engines, or programs on engines. */
  readonly missing: readonly string[];
  /** Programs that did not come out the same everywhere. */
  readonly disagreements: readonly string[];
}

export const measureGuestSpeed = async (options: GuestSpeedOptions): Promise<GuestSpeed> => {
  const { rounds, share, say } = options;
  const { engines, missing } = await presentEngines(options);
  const benches: ProgramBench[] = [];
  for (const program of options.programs) {
    say(`building ${program.name}`);
    benches.push(await ProgramBench.build(program, options, engines));
  }
  for (let round = 1; round <= rounds; round++) {
    for (const bench of benches) {
      const begin = hostClock.monotonicMs();
      await bench.runRound();
      say(`round ${round} of ${rounds}: ${bench.name}, ${((hostClock.monotonicMs() - begin) / 1000).toFixed(1)} s`);
    }
  }
  const programs = benches.map((bench) => bench.speed());
  return {
    rounds,
    share,
    startUps: Object.fromEntries(engines.map(({ engine, startUp }) => [engine.name, startUp])),
    programs,
    means: meansOf(programs),
    missing: [...missing, ...benches.flatMap(({ failures }) => failures)],
    disagreements: benches.flatMap(({ disagreements }) => disagreements),
  };
};

/** Each engine runs a program that does nothing: one that cannot is not there. */
const presentEngines = async ({ engines: wanted, folder, rounds }: GuestSpeedOptions) => {
  const missing: string[] = [];
  const engines: PresentEngine[] = [];
  const empty = await buildProgram(EMPTY, { folder, iterations: EMPTY.iterations, native: true });
  for (const engine of wanted) {
    try {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) times.push((await engine.execute(empty)).processSeconds);
      engines.push({ engine, startUp: median(times) });
    } catch (error) {
      missing.push(`${engine.title}: ${(error as Error).message}`);
    }
  }
  return { engines, missing };
};

const meansOf = (programs: readonly ProgramSpeed[]): GuestSpeed["means"] => {
  const ratios: Partial<Record<Ratio, number>> = {};
  for (const ratio of Object.keys(RATIOS) as Ratio[]) {
    const mean = geometricMean(programs.flatMap((program) => program.ratios[ratio] ?? []));
    if (mean !== null) ratios[ratio] = mean;
  }
  const mips: Partial<Record<EngineName, number>> = {};
  for (const { name } of ENGINES) {
    const mean = geometricMean(programs.flatMap(({ cells }) => cells[name]?.mips ?? []));
    if (mean !== null) mips[name] = mean;
  }
  return { ratios, mips };
};
