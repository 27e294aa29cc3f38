/** One benchmark program, built for every engine that can run it, and run on them in turn. */
import type { BenchEngine, EngineName, Execution } from "./engines.ts";
import { type BenchProgram, type BuiltProgram, buildProgram } from "./programs.ts";
import { median } from "./statistics.ts";

/** The interpreter gets that part of the work: it takes its time, and a longer run would say no more. */
const INTERPRETER_SHARE = 0.1;

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
    const iterations = Math.max(1, Math.round(program.iterations * share));
    const fewer = Math.max(1, Math.round(iterations * INTERPRETER_SHARE));
    const whole = await buildProgram(program, { folder, iterations, native });
    const part = await buildProgram(program, { folder, iterations: fewer, native });
    const runners = able.map((present) =>
      present.engine.name === "interpreter"
        ? new Runner(present, part, iterations / fewer)
        : new Runner(present, whole, 1),
    );
    const bench = new ProgramBench(program, runners);
    await bench.#expectOf(
      part,
      able.find(({ engine }) => engine.name !== "interpreter"),
    );
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
    const whole = this.#runners.find(({ factor }) => factor === 1);
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

  /** What the interpreter's part of the work comes to, another engine says. */
  async #expectOf(part: BuiltProgram, reference: PresentEngine | undefined): Promise<void> {
    if (reference === undefined || !this.#runners.some(({ built }) => built === part)) return;
    this.#expected.set(part, (await reference.engine.execute(part)).output);
  }

  #compare(title: string, built: BuiltProgram, output: string): void {
    const expected = this.#expected.get(built);
    if (expected === undefined) this.#expected.set(built, output);
    else if (output !== expected) this.disagreements.push(`${title} printed "${output}" and not "${expected}"`);
  }
}

/** One program on one engine. */
class Runner {
  readonly engine: BenchEngine;
  readonly built: BuiltProgram;
  /** How much more the whole work is than what is run here. */
  readonly factor: number;
  readonly #startUp: number;
  readonly #executions: Execution[] = [];

  constructor({ engine, startUp }: PresentEngine, built: BuiltProgram, factor: number) {
    this.engine = engine;
    this.built = built;
    this.factor = factor;
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
    return this.#executions.map((execution) => this.#secondsOf(execution) * this.factor);
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
