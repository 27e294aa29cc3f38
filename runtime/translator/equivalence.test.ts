/** Law 2: the translator does what the interpreter does, after any number of cycles, however the run is sliced. */
import { describe, expect, test } from "vitest";
import { type Engine, type EngineFactory, interpret } from "../hart/index.ts";
import { immediateCompiler, TranslatingEngine, translate } from "./index.ts";
import { runEquivalence } from "./testing/equivalence.ts";
import { garbageProgram } from "./testing/garbage-program.ts";
import { type FlowProgram, randomFlowProgram } from "./testing/random-flow-program.ts";

/** More of them when asked for: each takes about two seconds. */
const SEEDS = Array.from({ length: Number(process.env["PARTITA_EQUIVALENCE_SEEDS"] ?? 20) }, (_, seed) => seed + 1);
const SLICES = 50_000;

/** Translates again soon after code has changed, or hardly any of these programs would be translated for long. */
const QUIET_CYCLES = 2000;

/** @returns what differed, and the share of cycles in translated code. */
const compare = (program: FlowProgram, seed: number, slices: number) => {
  let engine: Engine | null = null;
  const subject: EngineFactory = (parts) => {
    engine = translate(immediateCompiler, { quietCycles: QUIET_CYCLES })(parts);
    return engine;
  };
  const { difference, slices: done, cycles } = runEquivalence({ program, seed, slices, reference: interpret, subject });
  expect(engine).toBeInstanceOf(TranslatingEngine);
  const { translatedCycles } = engine as unknown as TranslatingEngine;
  return { difference, done, share: translatedCycles / cycles };
};

describe("the translator equals the interpreter after every slice", () => {
  const shares: number[] = [];
  for (const seed of SEEDS) {
    test(`of program ${seed}`, () => {
      const { difference, done, share } = compare(randomFlowProgram(seed), seed, SLICES);
      expect(difference).toBeNull();
      expect(done).toBe(SLICES);
      shares.push(share);
    });

    test(`of garbage ${seed}`, () => {
      expect(compare(garbageProgram(seed), seed, 5000).difference).toBeNull();
    });
  }

  test("and most of it is translated", () => {
    console.log(`translated: ${shares.map((share) => `${(100 * share).toFixed(0)} %`).join(", ")}`);
    expect(Math.max(...shares)).toBeGreaterThan(0.5);
  });
});
