/** Law 2: the translator does what the interpreter does, after any number of cycles, however the run is sliced. */
import { describe, expect, test } from "vitest";
import { type EngineFactory, interpret } from "../hart/index.ts";
import { type Compiler, immediateCompiler, TranslatingEngine, translate } from "./index.ts";
import { runEquivalence } from "./testing/equivalence.ts";
import { garbageProgram } from "./testing/garbage-program.ts";
import { type FlowProgram, randomFlowProgram } from "./testing/random-flow-program.ts";

/** So many times as many programs when asked for; once is a million slices, in about a minute of one core. */
const TIMES = Number(process.env["PARTITA_EQUIVALENCE_TIMES"] ?? 1);
const seeds = (count: number): number[] => Array.from({ length: count * TIMES }, (_, seed) => seed + 1);
const PLAIN = { seeds: seeds(12), slices: 50_000 } as const;
const ANY = { seeds: seeds(20), slices: 16_000 } as const;
const GARBAGE = { seeds: seeds(20), slices: 4000 } as const;

/** Translates again soon after code has changed, or hardly any of these programs would be translated for long. */
const QUIET_CYCLES = 2000;

interface Comparison {
  readonly difference: string | null;
  readonly slices: number;
  /** Of all cycles, those in translated code. */
  readonly share: number;
  /** Where translated code can be entered, and how many of these places a slice began at. */
  readonly entries: number;
  readonly entered: number;
  /** Places at which a slice ended. */
  readonly ends: number;
}

const compare = (program: FlowProgram, seed: number, slices: number): Comparison => {
  const engines: TranslatingEngine[] = [];
  const entries = new Set<number>();
  const starts = new Set<number>();
  const ends = new Set<number>();
  const compiler: Compiler = {
    compile: (snapshot) => {
      const compilation = immediateCompiler.compile(snapshot);
      const take = compilation.take.bind(compilation);
      compilation.take = () => {
        const chunk = take();
        for (const pc of chunk?.entryPcs ?? []) entries.add(pc >>> 0);
        return chunk;
      };
      return compilation;
    },
  };
  const subject: EngineFactory = (parts) => {
    const engine = translate(compiler, { quietCycles: QUIET_CYCLES })(parts);
    if (!(engine instanceof TranslatingEngine)) throw new TypeError("nothing to translate");
    engines.push(engine);
    const run = engine.run.bind(engine);
    engine.run = (budget) => {
      starts.add(parts.hart.pc);
      const exit = run(budget);
      if (exit === "budget") ends.add(parts.hart.pc);
      return exit;
    };
    return engine;
  };
  const { difference, slices: done, cycles } = runEquivalence({ program, seed, slices, reference: interpret, subject });
  return {
    ...{ difference, slices: done, ends: ends.size, entries: entries.size },
    share: engines.at(-1)!.translatedCycles / cycles,
    entered: [...entries].filter((pc) => starts.has(pc)).length,
  };
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

let slicesInAll = 0;

describe("the translator equals the interpreter after every slice", () => {
  const plain: Comparison[] = [];
  for (const seed of PLAIN.seeds) {
    test(`of plain program ${seed}`, () => {
      const comparison = compare(randomFlowProgram(seed, "plain"), seed, PLAIN.slices);
      expect(comparison.difference).toBeNull();
      slicesInAll += comparison.slices;
      plain.push(comparison);
    });
  }

  for (const seed of ANY.seeds) {
    test(`of program ${seed}, which does everything`, () => {
      const { difference, slices } = compare(randomFlowProgram(seed), seed, ANY.slices);
      expect(difference).toBeNull();
      slicesInAll += slices;
    });
  }

  for (const seed of GARBAGE.seeds) {
    test(`of garbage ${seed}`, () => {
      const { difference, slices } = compare(garbageProgram(seed), seed, GARBAGE.slices);
      expect(difference).toBeNull();
      slicesInAll += slices;
    });
  }

  test("a million times, mostly in translated code, from most of its entries", () => {
    const shares = plain.map(({ share }) => share).sort((a, b) => a - b);
    const [entries, entered, ends] = [
      sum(plain.map((each) => each.entries)),
      sum(plain.map((each) => each.entered)),
      sum(plain.map((each) => each.ends)),
    ];
    console.log(
      `${slicesInAll} slices; translated: ${shares.map(percent).join(", ")}; ` +
        `slices began at ${entered} of ${entries} entries and ended at ${ends} places`,
    );
    expect(slicesInAll).toBeGreaterThanOrEqual(1_000_000 * TIMES);
    expect(shares[Math.floor(shares.length / 2)]).toBeGreaterThan(0.7);
    expect(entered / entries).toBeGreaterThan(0.5);
  });
});
