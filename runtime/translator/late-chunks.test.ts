/** Translated code that comes late, piece by piece, while the guest runs, changes nothing that the guest does. */
import { describe, expect, test } from "vitest";
import { interpret, RAM_BASE } from "../hart/index.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { TestBoard } from "../hart/testing/test-board.ts";
import { X } from "../isa/index.ts";
import { guestAddress } from "../units.ts";
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

  test("is left alone also when the host writes what is there already, as a restored state does", () => {
    const code = new Assembly().label("spin").op("addi", { rd: X.a0, rs1: X.a0, imm: 1 }).jump("jal", {}, "spin");
    const engines: TranslatingEngine[] = [];
    const board = new TestBoard(0x1_0000, Uint8Array.from(code.bytes), (parts) => {
      const engine = translate(immediateCompiler, { worthwhileCycles: 10 ** 6 })(parts);
      if (engine instanceof TranslatingEngine) engines.push(engine);
      return engine;
    });
    const loaded = () => board.engine.ramChanged(guestAddress(RAM_BASE), 0x1_0000);
    loaded();
    for (let slice = 0; slice < 2000; slice++) board.run(40);
    expect(engines[0]!.pauses).toBe(1);
    loaded();
    const { translatedCycles } = engines[0]!;
    expect([board.run(1000), board.hart.x(X.a0)]).toEqual(["budget", 40_500]);
    expect(engines[0]!.translatedCycles).toBe(translatedCycles);
  });
});
