/**
 * What a scan of a Structured Text program costs, beside the same program in C: instructions on the board, bytes of code, and
 * host time on the translator against the host's own compiler. All take turns, round after round; what a scan of an empty
 * program takes is subtracted.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BenchEngine, engineNamed, runPartita } from "./engines.ts";
import type { BuiltProgram } from "./programs.ts";
import { buildTranslation, checksumOf, codeBytes, EMPTY_ST, type StProgram } from "./st-programs.ts";
import { geometricMean, median } from "./statistics.ts";

export interface StSpeedOptions {
  readonly programs: readonly StProgram[];
  readonly rounds: number;
  /** Of every program's scans, more than 0. */
  readonly share: number;
  /** Where programs are built. */
  readonly folder: string;
  /** Hears how it goes on. */
  readonly say: (text: string) => void;
}

/** Of one scan. */
interface ScanCost {
  /** On the board. */
  readonly instructions: number;
  readonly codeBytes: number;
  /** Host time on the translator. */
  readonly seconds: number;
}

export interface StProgramSpeed {
  readonly name: string;
  readonly kind: string;
  readonly st: ScanCost;
  /** The C translation, compiled by riscv gcc -O2. */
  readonly c: ScanCost;
  /** The C translation, compiled for the host by gcc -O2. */
  readonly nativeSeconds: number;
  /** Time of `st` by `nativeSeconds`: the median of the rounds; null when the machine was too busy to tell. */
  readonly ratio: number | null;
}

export interface StSpeed {
  readonly rounds: number;
  readonly share: number;
  readonly programs: readonly StProgramSpeed[];
  /** Geometric mean of the ratios. */
  readonly ratio: number | null;
  /** Programs that did not come out the same in C. */
  readonly disagreements: readonly string[];
}

/** Scans between the two counts of instructions; the first ones are left out. */
const COUNTED_SCANS = 1000;
/** The translator is timed between so many scans and this many times as many: what it compiles while the guest runs is left out. */
const WARM_SHARE = 6;

export const measureStSpeed = async (options: StSpeedOptions): Promise<StSpeed> => {
  const { programs, rounds, share, say } = options;
  const benches: StBench[] = [];
  for (const program of [EMPTY_ST, ...programs]) {
    say(`building ${program.name}`);
    benches.push(await StBench.build(program, options));
  }
  for (let round = 1; round <= rounds; round++) {
    for (const bench of benches) await bench.runRound();
    say(`round ${round} of ${rounds}`);
  }
  const [empty, ...others] = benches;
  const speeds = others.map((bench) => bench.speed(empty!));
  return {
    rounds,
    share,
    programs: speeds,
    ratio: geometricMean(speeds.flatMap(({ ratio }) => ratio ?? [])),
    disagreements: benches.flatMap(({ disagreements }) => disagreements),
  };
};

interface Counts {
  readonly instructions: number;
  readonly codeBytes: number;
}

interface Times {
  readonly st: number;
  readonly c: number;
  readonly native: number;
}

class StBench {
  readonly disagreements: string[] = [];
  readonly #program: StProgram;
  readonly #folder: string;
  readonly #scans: number;
  readonly #translation: BuiltProgram;
  /** The same for more scans. */
  readonly #longTranslation: BuiltProgram;
  readonly #counts: { readonly st: Counts; readonly c: Counts };
  /** Seconds a scan, round by round. */
  readonly #times: Times[] = [];

  static async build(program: StProgram, { folder, share }: StSpeedOptions): Promise<StBench> {
    const scans = Math.max(1, Math.round(program.scans * share));
    const translations = [
      await buildTranslation(program, folder, scans),
      await buildTranslation(program, folder, scans * WARM_SHARE),
    ] as const;
    const counts = { st: await countSt(program, folder), c: await countTranslation(program, folder) };
    return new StBench(program, folder, scans, translations, counts);
  }

  private constructor(
    program: StProgram,
    folder: string,
    scans: number,
    translations: readonly [BuiltProgram, BuiltProgram],
    counts: { readonly st: Counts; readonly c: Counts },
  ) {
    this.#program = program;
    this.#folder = folder;
    this.#scans = scans;
    [this.#translation, this.#longTranslation] = translations;
    this.#counts = counts;
  }

  async runRound(): Promise<void> {
    const scans = this.#scans;
    const runs = async <T extends { readonly seconds: number }>(run: (times: number) => Promise<T>) => {
      const [cold, whole] = [await run(1), await run(WARM_SHARE)];
      return { cold, seconds: (whole.seconds - cold.seconds) / (scans * (WARM_SHARE - 1)) };
    };
    const st = await runs((times) => runSt(this.#program, this.#folder, scans * times, "translator"));
    const board = await runs((times) => this.#runC("translator", times));
    const native = await this.#runC("native", 1);
    this.#times.push({ st: st.seconds, c: board.seconds, native: native.seconds / scans });
    const expected = checksumOf(this.#program.check, st.cold.check);
    for (const { output } of [board.cold, native]) {
      if (!output.endsWith(` ${expected}`))
        this.disagreements.push(`${this.#program.name}: CHECK is ${expected} in Structured Text, and in C ${output}`);
    }
  }

  speed(empty: StBench): StProgramSpeed {
    const { name, kind } = this.#program;
    const [counts, nothing] = [this.#counts, empty.#counts];
    const less = (part: keyof Times): readonly number[] =>
      this.#times.map((times, round) => times[part] - empty.#times[round]![part]);
    const cost = (part: "st" | "c"): ScanCost => ({
      instructions: counts[part].instructions - nothing[part].instructions,
      codeBytes: counts[part].codeBytes - nothing[part].codeBytes,
      seconds: median(less(part)),
    });
    const native = less("native");
    const ratio = median(less("st").map((seconds, round) => seconds / native[round]!));
    const isMeasured = median(less("st")) > 0 && median(native) > 0;
    return {
      name,
      kind,
      st: cost("st"),
      c: cost("c"),
      nativeSeconds: median(native),
      ratio: isMeasured ? ratio : null,
    };
  }

  #runC(engine: BenchEngine["name"], times: number) {
    return engineNamed(engine).execute(times === 1 ? this.#translation : this.#longTranslation);
  }
}

const runSt = async ({ source, name }: StProgram, folder: string, scans: number, engine: BenchEngine["name"]) => {
  const stats = join(folder, `${name}-${scans}.st.json`);
  const args = ["exec", source, "--engine", engine, "--scans", String(scans), "--watch", "CHECK", "--stats", stats];
  const { output } = await runPartita(args);
  const { seconds, instructions } = JSON.parse(await readFile(stats, "utf8")) as Record<string, number>;
  const check = Object.values(JSON.parse(output) as Record<string, number>)[0]!;
  return { seconds: seconds!, instructions: instructions!, check };
};

const countSt = async (program: StProgram, folder: string): Promise<Counts> => {
  const count = async (scans: number) => (await runSt(program, folder, scans, "interpreter")).instructions;
  const elf = join(folder, `${program.name}.st.elf`);
  await runPartita(["compile", program.source, "-o", elf]);
  return { instructions: await perScan(count), codeBytes: await codeBytes(elf) };
};

const countTranslation = async (program: StProgram, folder: string): Promise<Counts> => {
  const count = async (scans: number) => {
    const execution = await engineNamed("interpreter").execute(await buildTranslation(program, folder, scans));
    return execution.instructions!;
  };
  return { instructions: await perScan(count), codeBytes: await codeBytes(join(folder, `${program.name}.board.o`)) };
};

const perScan = async (count: (scans: number) => Promise<number>): Promise<number> =>
  ((await count(2 * COUNTED_SCANS)) - (await count(COUNTED_SCANS))) / COUNTED_SCANS;
