/** Law 2: however a run is sliced, the state is the same after any number of cycles. */
import { expect, test } from "vitest";
import { cycles, guestAddress } from "../units.ts";
import { RAM_BASE, WORD } from "./layout.ts";
import { Random } from "./testing/random.ts";
import { randomProgram } from "./testing/random-program.ts";
import { TestBoard } from "./testing/test-board.ts";

const RAM_BYTES = 16 * 2 ** 20;

/** x, f, pc and all CSRs, and how many cycles it took. */
const outcome = (board: TestBoard) => ({
  state: Buffer.from(board.hart.stateBytes).toString("hex"),
  ram: Buffer.compare(board.hart.ram, whole.hart.ram),
  cycles: board.cycles,
});

const program = randomProgram(7, 40, 150);
const whole = new TestBoard(RAM_BYTES, program.image).finish(() => cycles(1e9));

test("a run in random slices ends in the state of one run, with the same cycles and counters", () => {
  const random = new Random(11);
  for (const longest of [1, 2, 7, 100, 5000]) {
    const sliced = new TestBoard(RAM_BYTES, program.image).finish(() => cycles(1 + random.below(longest)));
    expect(outcome(sliced)).toEqual(outcome(whole));
  }
  expect(whole.csr("mcycle")).toBe(whole.cycles);
  expect(whole.csr("minstret")).toBeLessThan(whole.cycles);
});

test("a run that is not cut short uses its budget to the cycle", () => {
  const random = new Random(13);
  const board = new TestBoard(RAM_BYTES, program.image);
  while (!board.finished) {
    const budget = 1 + random.below(300);
    const exit = board.run(budget);
    if (exit === "budget") expect(board.engine.used).toBe(budget);
    else expect(board.engine.used).toBeLessThanOrEqual(budget);
  }
});

test("garbage, executed and overwriting itself, runs the same in any slices", () => {
  /** 20,000 cycles of random bytes, with a handler amid them; a fault starts the hart anew somewhere else. */
  const garbage = (seed: number, slice: () => number): string => {
    const random = new Random(seed);
    const bytes = Uint8Array.from({ length: 0x1_0000 }, () => random.below(256));
    const board = new TestBoard(bytes.length, bytes);
    const somewhere = () => RAM_BASE + 2 * random.below(bytes.length / 2);
    const restart = () => {
      board.hart.reset(guestAddress(somewhere()), somewhere(), somewhere());
      board.hart.words[WORD.mtvec] = somewhere() & ~3;
      board.hart.words.fill(somewhere(), 1, 10);
    };
    restart();
    let traps = 0;
    while (board.cycles < 20_000) {
      const exit = board.run(Math.min(slice(), 20_000 - board.cycles));
      if (exit === "fault" || exit === "wfi") {
        traps++;
        restart();
      }
    }
    return `${traps} ${Buffer.from(board.hart.stateBytes).toString("hex")} ${Buffer.from(board.hart.ram).toString("hex")}`;
  };
  for (let seed = 0; seed < 8; seed++) {
    const slices = new Random(seed + 100);
    expect(garbage(seed, () => 1 + slices.below(40)) === garbage(seed, () => 1e6)).toBe(true);
  }
});

test("one instruction more or less shows in the state", () => {
  const early = new TestBoard(RAM_BYTES, program.image);
  const late = new TestBoard(RAM_BYTES, program.image);
  early.run(50);
  late.run(51);
  expect(Buffer.compare(early.hart.registerBytes, late.hart.registerBytes)).not.toBe(0);
});
