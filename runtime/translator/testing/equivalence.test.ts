/** The comparison of engines, held against engines that are equal and engines that are not quite. */
import { describe, expect, test } from "vitest";
import { type Engine, type EngineFactory, type EngineParts, interpret } from "../../hart/index.ts";
import { WORD, xWord } from "../../hart/layout.ts";
import { TABLE, X } from "../../isa/index.ts";
import { type Cycles, cycles, guestAddress } from "../../units.ts";
import { type EquivalenceOptions, runEquivalence } from "./equivalence.ts";
import { SCRATCH } from "./flow-layout.ts";
import { garbageProgram } from "./garbage-program.ts";
import { randomFlowProgram } from "./random-flow-program.ts";

const SEEDS = [1, 2, 3, 4];

const compare = (subject: EngineFactory, options: Partial<EquivalenceOptions> = {}) =>
  runEquivalence({ program: randomFlowProgram(5), seed: 5, slices: 10_000, reference: interpret, subject, ...options });

describe("the interpreter equals itself in pieces", () => {
  for (const seed of SEEDS) {
    test(`program ${seed}`, () => {
      const program = randomFlowProgram(seed);
      const { difference, exits, slices } = compare(interpret, { program, seed, inPieces: true });
      expect(difference).toBeNull();
      expect(slices).toBe(10_000);
      expect(exits.fault).toBe(0);
      expect(exits.mmio).toBeGreaterThan(100);
      expect(exits.budget).toBeGreaterThan(1000);
    });

    test(`garbage ${seed}`, () => {
      const { difference, exits } = compare(interpret, {
        program: garbageProgram(seed),
        seed,
        slices: 5000,
        inPieces: true,
      });
      expect(difference).toBeNull();
      expect(exits.fault).toBeGreaterThan(100);
    });
  }
});

describe("the comparison finds an engine that, now and then,", () => {
  type Run = (sound: Engine["run"], budget: Cycles, parts: EngineParts) => ReturnType<Engine["run"]>;
  /** The interpreter, but after a while each run of several cycles is `spoilt`. */
  const spoilt =
    (run: Run): EngineFactory =>
    (parts) => {
      const engine = interpret(parts);
      const sound = engine.run.bind(engine);
      let runs = 0;
      engine.run = (budget) => (++runs < 3000 || budget === 1 ? sound(budget) : run(sound, budget, parts));
      return engine;
    };
  const afterRun = (change: (parts: EngineParts) => void): EngineFactory =>
    spoilt((sound, budget, parts) => {
      const exit = sound(budget);
      change(parts);
      return exit;
    });
  const flip = (memory: Int32Array | Uint8Array, index: number): void => {
    memory[index] = memory[index]! ^ 4;
  };

  const BROKEN: Readonly<Record<string, readonly [EngineFactory, RegExp]>> = {
    "flips a bit of a register": [afterRun(({ hart }) => flip(hart.words, xWord(X.s11))), /^s11: 0x/],
    "flips a bit of RAM": [afterRun(({ hart }) => flip(hart.ram, 0x3_f800)), /^RAM at 0x8003f800: 0x/],
    "counts another instruction": [afterRun(({ hart }) => flip(hart.words, WORD.minstret)), /^minstret: 0x/],
    "runs a cycle too few": [spoilt((sound, budget) => sound(cycles(budget - 1))), /^cycle: \d+ and \d+\n/],
    "accesses a device twice": [
      afterRun(({ bus }) => void bus.read(guestAddress(SCRATCH.start), 4)),
      /^device accesses, the last ones: /,
    ],
  };
  for (const [title, [factory, message]] of Object.entries(BROKEN)) {
    test(title, () => {
      const { difference, slices } = compare(factory);
      expect(difference).toMatch(message);
      expect(difference).toMatch(
        /\nseed 5, slice \d+ of \d+ cycles, ended by \w+ at 0x8\w{7}; its last \d+ of \d+ instr/,
      );
      // A slice in which the timer becomes due takes two runs.
      expect(slices).toBeGreaterThanOrEqual(2500);
      expect(slices).toBeLessThan(5000);
    });
  }

  test("does not see what the host writes", () => {
    const blind: EngineFactory = (parts) => {
      const engine = interpret(parts);
      engine.ramChanged = () => {};
      return engine;
    };
    const { difference } = compare(blind, { program: randomFlowProgram(7), slices: 100_000 });
    expect(difference).not.toBeNull();
  });
});

test("random programs forget no row of the instruction table", () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 80; seed++) {
    for (const [mnemonic, count] of randomFlowProgram(seed).counts) {
      counts.set(mnemonic, (counts.get(mnemonic) ?? 0) + count);
    }
  }
  expect(TABLE.map(({ mnemonic }) => mnemonic).filter((mnemonic) => (counts.get(mnemonic) ?? 0) < 10)).toEqual([]);
});

test("a seed gives one program", () => {
  expect(randomFlowProgram(3)).toEqual(randomFlowProgram(3));
  expect(randomFlowProgram(3).image).not.toEqual(randomFlowProgram(4).image);
});
