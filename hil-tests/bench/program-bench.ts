/** One benchmark program, built for every engine that can run it, and run on them in turn. */
import type { BenchEngine, EngineName, Execution } from "./engines.ts";
import { type BenchProgram, type BuiltProgram, buildProgram } from "./programs.ts";
import { median } from "./statistics.ts";

/**
 * The part of the work that slower engines get: a longer run would say no more. What takes time only at the start must not count
 * in a speed (start-ups are measured apart), so that those which compile for longest get all of it.
 */
const WORK: Readonly<Record<EngineName, number>> = {
  native: 1,
  qemuIcount: 1 / 6,
  qemu: 1 / 6,
  interpreter: 1 / 50,
  translator: 1,
};

/** An engine that is there. */
export interface PresentEngine {
  readonly engine: BenchEngine;
  /** Seconds of the whole process for a program that does nothing. */
  readonly startUp: number;
}

/** One program on one engine: medians over the rounds. */
export interface Cell {
  /** Of the program's whole work, without start-up. */
  readonly seconds: number;
  /** From load to the guest's first instruction; only Partita says. */
  readonly startupSeconds: number | null;
  readonly mips: number | null;
}

/** Seconds of the first engine by seconds of the second. */
export const RATIOS = {
  translatorToNative: ["translator", "native"],
  qemuIcountToTranslator: ["qemuIcount", "translator"],
  qemuToTranslator: ["qemu", "translator"],
  qemuIcountToNative: ["qemuIcount", "native"],
  interpreterToNative: ["interpreter", "native"],
} as const satisfies Record<string, readonly [EngineName, EngineName]>;
export type Ratio = keyof typeof RATIOS;

export interface ProgramSpeed {
  readonly name: string;
  readonly kind: string;
  /** What the whole program printed, the same everywhere; null when nothing ran it. */
  readonly output: string | null;
  readonly cells: Partial<Record<EngineName, Cell>>;
  /** The median of the rounds. */
  readonly ratios: Partial<Record<Ratio, number>>;
}

export class ProgramBench {
  readonly name: string;
  /** Engines that did not run it to its end, with what they said. */
  readonly failures: string[] = [];
  /** Outputs that are not what another engine's was. */
  readonly disagreements: string[] = [];
  readonly #program: BenchProgram;
  readonly #runners: Runner[];
  readonly #expected = new Map<BuiltProgram, string>();

  /** @param share of the program's iterations. */
  static async build(
    program: BenchProgram,
    { folder, share }: { readonly folder: string; readonly share: number },
    engines: readonly PresentEngine[],
  ): Promise<ProgramBench> {
    const able = engines.filter(({ engine }) => program.onlyExact === null || engine.exact);
    const native = able.some(({ engine }) => engine.name === "native");
    const parts = new Map<number, Part>();
    for (const { engine } of able) {
      const part = WORK[engine.name];
      if (parts.has(part)) continue;
      const iterations = Math.max(1, Math.round(program.iterations * share * part));
      const built = await buildProgram(program, { folder, iterations, native });
      parts.set(part, { built, factor: (program.iterations * share) / iterations });
    }
    const runners = able.map((present) => new Runner(present, parts.get(WORK[present.engine.name])!));
    const bench = new ProgramBench(program, runners);
    const quickest = able.find(({ engine }) => engine.name !== "interpreter");
    for (const { built } of parts.values()) await bench.#expectOf(built, quickest);
    return bench;
  }

  private constructor(program: BenchProgram, runners: Runner[]) {
    this.name = program.name;
    this.#program = program;
    this.#runners = runners;
  }

  /** Every engine once; one that fails is left out from then on. */
  async runRound(): Promise<void> {
    for (const runner of [...this.#runners]) {
      const { engine, built } = runner;
      try {
        this.#compare(engine.title, built, await runner.run());
      } catch (error) {
        this.failures.push(`${this.name} on ${engine.title}: ${(error as Error).message}`);
        this.#runners.splice(this.#runners.indexOf(runner), 1);
      }
    }
  }

  speed(): ProgramSpeed {
    const { name, kind } = this.#program;
    const whole = this.#runners.find(({ engine }) => WORK[engine.name] === 1);
    return {
      name,
      kind,
      output: whole === undefined ? null : (this.#expected.get(whole.built) ?? null),
      cells: Object.fromEntries(this.#runners.map((runner) => [runner.engine.name, runner.cell()])),
      ratios: this.#ratios(),
    };
  }

  #ratios(): Partial<Record<Ratio, number>> {
    const secondsOf = (name: EngineName) => this.#runners.find(({ engine }) => engine.name === name)?.seconds;
    const ratios: Partial<Record<Ratio, number>> = {};
    for (const [ratio, [slower, quicker]] of Object.entries(RATIOS) as [Ratio, (typeof RATIOS)[Ratio]][]) {
      const above = secondsOf(slower);
      const below = secondsOf(quicker);
      if (above === undefined || below === undefined) continue;
      ratios[ratio] = median(above.map((seconds, round) => seconds / below[round]!));
    }
    return ratios;
  }

  /** What a part of the work comes to that not all engines do. */
  async #expectOf(part: BuiltProgram, reference: PresentEngine | undefined): Promise<void> {
    if (reference === undefined) return;
    this.#expected.set(part, (await reference.engine.execute(part)).output);
  }

  #compare(title: string, built: BuiltProgram, output: string): void {
    const expected = this.#expected.get(built);
    if (expected === undefined) this.#expected.set(built, output);
    else if (output !== expected) this.disagreements.push(`${title} printed "${output}" and not "${expected}"`);
  }
}

/** A program with some of its work. */
interface Part {
  readonly built: BuiltProgram;
  /** How much more the whole work is. */
  readonly factor: number;
}

/** One program on one engine. */
class Runner {
  readonly engine: BenchEngine;
  readonly built: BuiltProgram;
  readonly #factor: number;
  readonly #startUp: number;
  readonly #executions: Execution[] = [];

  constructor({ engine, startUp }: PresentEngine, { built, factor }: Part) {
    this.engine = engine;
    this.built = built;
    this.#factor = factor;
    this.#startUp = startUp;
  }

  /** @returns what the program printed. */
  async run(): Promise<string> {
    const execution = await this.engine.execute(this.built);
    this.#executions.push(execution);
    return execution.output;
  }

  /** Of the program's whole work, round by round. */
  get seconds(): readonly number[] {
    return this.#executions.map((execution) => this.#secondsOf(execution) * this.#factor);
  }

  cell(): Cell {
    const startUps = this.#executions.flatMap(({ startupSeconds }) => startupSeconds ?? []);
    const speeds = this.#executions.flatMap(({ instructions, seconds }) =>
      instructions === null ? [] : instructions / seconds / 1e6,
    );
    return {
      seconds: median(this.seconds),
      startupSeconds: startUps.length === 0 ? null : median(startUps),
      mips: speeds.length === 0 ? null : median(speeds),
    };
  }

  /** A process that took no longer than its start-up alone did some work all the same. */
  #secondsOf({ seconds }: Execution): number {
    return this.engine.timesProcess ? Math.max(seconds - this.#startUp, 1e-4) : seconds;
  }
}
