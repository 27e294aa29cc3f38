/** Programs that go between M and U mode, under protection that they change, are the same to the translator as to the interpreter. */
import { describe, expect, test } from "vitest";
import { privilegedProgram } from "../hart/testing/privileged-program.ts";
import { Random } from "../hart/testing/random.ts";
import { TestBoard } from "../hart/testing/test-board.ts";
import { immediateCompiler, TranslatingEngine, translate } from "./index.ts";

const RAM_BYTES = 16 * 2 ** 20;

describe("the translator equals the interpreter after every slice, whatever the mode", () => {
  for (const { seed, locks } of [
    { seed: 11, locks: false },
    { seed: 12, locks: false },
    { seed: 13, locks: true },
  ]) {
    test(`of program ${seed}${locks ? ", with locked entries" : ""}`, () => {
      const { image } = privilegedProgram(seed, 8, 50, locks);
      const engines: TranslatingEngine[] = [];
      const interpreted = new TestBoard(RAM_BYTES, image);
      const translated = new TestBoard(RAM_BYTES, image, (parts) => {
        const engine = translate(immediateCompiler, { quietCycles: 2000 })(parts);
        if (engine instanceof TranslatingEngine) engines.push(engine);
        return engine;
      });
      const random = new Random(seed);
      while (!interpreted.finished) {
        const budget = 1 + random.below(200);
        expect(translated.run(budget)).toBe(interpreted.run(budget));
        expect(Buffer.compare(translated.hart.stateBytes, interpreted.hart.stateBytes)).toBe(0);
      }
      expect(translated.cycles).toBe(interpreted.cycles);
      expect(Buffer.compare(translated.hart.ram, interpreted.hart.ram)).toBe(0);
      // Locked entries bind M mode, too: then nothing is left to translated code.
      if (!locks) expect(engines[0]!.translatedCycles).toBeGreaterThan(0.1 * translated.cycles);
    });
  }
});
