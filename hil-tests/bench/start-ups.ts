/** How a partition starts: time to its first slot, time until it runs at full speed, and the memory of the process. */
import { readFileSync } from "node:fs";
import { parseImage } from "../../runtime/board/index.ts";
import type { EngineKind } from "../../runtime/index.ts";
import type { Sample } from "./module-job.ts";
import { type ModuleSpeed, runModules } from "./module-speed.ts";
import { type BenchProgram, buildProgram, ENDLESS } from "./programs.ts";
import { median } from "./statistics.ts";

export interface StartUpOptions {
  readonly programs: readonly BenchProgram[];
  readonly rounds: number;
  readonly engine: EngineKind;
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** A start is watched for so long, and longer for much code: full speed must come long before the end, or it is none. */
const WATCHED_SECONDS = 5;
const WATCHED_SECONDS_PER_KB = 0.05;
const MOST_ROUNDS = 3;
const SLOT_US = 1_000;

/** Medians over the rounds. */
export interface StartUp {
  readonly name: string;
  /** Of machine code in its image. */
  readonly codeBytes: number;
  /** From the start of loading to the end of the first slot, of 1 ms. */
  readonly firstSlotSeconds: number;
  /** The same from the start of the process on. */
  readonly processToFirstSlotSeconds: number;
  /** From the start of loading until the speed first reaches 90 % of what it is in the end. */
  readonly fullSpeedSeconds: number;
  /** The same from the start of the process on. */
  readonly processToFullSpeedSeconds: number;
  readonly mips: number;
  readonly peakMemoryBytes: number;
}

export interface StartUps {
  readonly rounds: number;
  readonly engine: EngineKind;
  readonly programs: readonly StartUp[];
}

export const measureStartUps = async (options: StartUpOptions): Promise<StartUps> => {
  const { engine } = options;
  const rounds = Math.min(options.rounds, MOST_ROUNDS);
  const programs: StartUp[] = [];
  for (const program of options.programs) {
    options.say(`starting ${program.name}`);
    programs.push(await startUpOf(program, rounds, options));
  }
  return { rounds, engine, programs };
};

const startUpOf = async (
  program: BenchProgram,
  rounds: number,
  { engine, folder }: StartUpOptions,
): Promise<StartUp> => {
  const { elf } = await buildProgram(program, { folder, iterations: ENDLESS });
  const sketch = { name: `start-${program.name}`, guests: [elf], slotUs: SLOT_US, engine };
  const bytes = codeBytes(elf);
  const warmUpSeconds = WATCHED_SECONDS + (bytes / 1000) * WATCHED_SECONDS_PER_KB;
  const runs: ModuleSpeed[] = [];
  for (let round = 0; round < rounds; round++) {
    runs.push(await runModules([sketch], folder, { warmUpSeconds, cycles: 0 }));
  }
  const medianOf = (value: (run: ModuleSpeed) => number) => median(runs.map(value));
  return {
    name: program.name,
    codeBytes: bytes,
    firstSlotSeconds: medianOf((run) => run.firstSlotSeconds),
    processToFirstSlotSeconds: medianOf((run) => run.processToFirstSlotSeconds),
    fullSpeedSeconds: medianOf((run) => run.firstSlotSeconds + fullSpeedAt(run.samples)),
    processToFullSpeedSeconds: medianOf((run) => run.processToFirstSlotSeconds + fullSpeedAt(run.samples)),
    mips: medianOf((run) => finalSpeed(run.samples)),
    peakMemoryBytes: medianOf((run) => run.peakMemoryBytes),
  };
};

const codeBytes = (elf: string): number => {
  const image = parseImage(readFileSync(elf));
  if ("problem" in image) throw new Error(`${elf} is no image: ${image.problem}`);
  return image.sections.reduce((sum, { executable, bytes }) => sum + (executable ? bytes.length : 0), 0);
};

/** The last third of the time that was watched. */
export const finalSpeed = (samples: readonly Sample[]): number => {
  const end = samples.at(-1)?.seconds ?? 0;
  return median(samples.filter(({ seconds }) => seconds > (end * 2) / 3).map(({ mips }) => mips));
};

const FULL = 0.9;
const SAMPLES_LOOKED_AT = 5;

/** Seconds until the speed first reaches 90 % of the final one, and not by chance: of five stretches from there, most do. */
export const fullSpeedAt = (samples: readonly Sample[]): number => {
  const wanted = FULL * finalSpeed(samples);
  const first = samples.findIndex(
    (_, at) => median(samples.slice(at, at + SAMPLES_LOOKED_AT).map(({ mips }) => mips)) >= wanted,
  );
  return first <= 0 ? 0 : samples[first - 1]!.seconds;
};
