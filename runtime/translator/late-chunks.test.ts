/** Translated code that comes late, piece by piece, while the guest runs, changes nothing that the guest does. */
import { describe, expect, test } from "vitest";
import { interpret } from "../hart/index.ts";
import { immediateCompiler, TranslatingEngine, translate } from "./index.ts";
import { runEquivalence } from "./testing/equivalence.ts";
import { hesitantCompiler } from "./testing/hesitant-compiler.ts";
import { randomFlowProgram } from "./testing/random-flow-program.ts";

describe("chunks that come at any time", () => {
  for (const [seed, percent] of [
    [2, 1],
    [4, 5],
    [7, 20],
    [9, 5],
  ] as const) {
    test(`change nothing: program ${seed}, ${percent} % of the time`, () => {
      const program = randomFlowProgram(seed);
      let translatedCycles = () => 0;
      const { difference, cycles } = runEquivalence({
        ...{ program, seed, slices: 10_000, reference: interpret, inPieces: true },
        subject: (parts) => {
          const engine = translate(hesitantCompiler(seed, percent), { quietCycles: 500 })(parts);
          if (engine instanceof TranslatingEngine) translatedCycles = () => engine.translatedCycles;
          return engine;
        },
      });
      expect(difference).toBeNull();
      expect(translatedCycles()).toBeGreaterThan(0);
      expect(translatedCycles()).toBeLessThan(cycles);
    });
  }
});

describe("translated code that seems not worth entering", () => {
  for (const seed of [2, 5]) {
    test(`is left alone and tried again, which changes nothing: program ${seed}`, () => {
      const program = randomFlowProgram(seed, "plain");
      const engines: TranslatingEngine[] = [];
      const { difference, cycles } = runEquivalence({
        ...{ program, seed, slices: 20_000, reference: interpret },
        subject: (parts) => {
          const engine = translate(immediateCompiler, { worthwhileCycles: 10 ** 6, pauseCycles: 5000 })(parts);
          if (engine instanceof TranslatingEngine) engines.push(engine);
          return engine;
        },
      });
      expect(difference).toBeNull();
      const { translatedCycles, pauses } = engines[0]!;
      expect(pauses).toBeGreaterThan(5);
      expect(translatedCycles).toBeGreaterThan(0.01 * cycles);
    });
  }
});
