/** Marks in predecoded code: where the interpreter's loop stops because somebody else goes on from there. */
import { describe, expect, test } from "vitest";
import { X } from "../isa/index.ts";
import { cycles, guestAddress } from "../units.ts";
import { FEW } from "./dispatch.ts";
import { Interpreter } from "./interpreter.ts";
import { RAM_BASE } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { TestBoard } from "./testing/test-board.ts";

const INSTRUCTIONS = 100;
const MARK = RAM_BASE + 4 * 40;

/** `a0` counts the instructions; the one at MARK is marked. */
const marked = (): { readonly interpreter: Interpreter; readonly board: TestBoard } => {
  const code = new Assembly();
  for (let count = 0; count < INSTRUCTIONS; count++) code.op("addi", { rd: X.a0, rs1: X.a0, imm: 1 });
  const board = TestBoard.of(code.label("end").jump("jal", {}, "end"));
  const { engine } = board;
  if (!(engine instanceof Interpreter)) throw new Error("a test board has an interpreter");
  engine.begin(cycles(1000));
  engine.pages.mark(MARK);
  return { interpreter: engine, board };
};

describe("a mark", () => {
  test("stops the loop before its instruction, decoded or not, and again and again", () => {
    const { interpreter, board } = marked();
    for (let times = 0; times < 3; times++) {
      expect(interpreter.stretch(1000)).toBe("translated");
      expect([board.at, board.hart.elapsed, board.hart.x(X.a0)]).toEqual([MARK - RAM_BASE, 40, 40]);
    }
    interpreter.pages.lift(MARK);
    expect([interpreter.stretch(1), board.hart.x(X.a0)]).toEqual(["budget", 41]);
    interpreter.pages.settle();
    expect(interpreter.pages.isMarked(MARK)).toBe(true);
  });

  test("is passed when the budget is nearly used up, and holds afterwards", () => {
    for (const [budget, passes] of [
      [40 + FEW, true],
      [41 + FEW, false],
    ] as const) {
      const { interpreter, board } = marked();
      expect(interpreter.stretch(budget)).toBe(passes ? "budget" : "translated");
      expect(board.hart.elapsed).toBe(cycles(passes ? budget : 40));
      expect(board.hart.x(X.a0)).toBe(passes ? budget : 40);
      interpreter.pages.settle();
      expect(interpreter.pages.isMarked(MARK)).toBe(true);
    }
  });

  test("is gone when it is taken away, also while it is lifted, and when its code is written", () => {
    for (const remove of [
      ({ pages }: Interpreter) => pages.unmark(MARK),
      ({ pages }: Interpreter) => {
        pages.lift(MARK);
        pages.unmark(MARK);
        pages.settle();
      },
      (interpreter: Interpreter) => interpreter.ramChanged(guestAddress(MARK + 3), 1),
    ]) {
      const { interpreter, board } = marked();
      remove(interpreter);
      expect(interpreter.pages.isMarked(MARK)).toBe(false);
      expect([interpreter.stretch(INSTRUCTIONS), board.hart.x(X.a0)]).toEqual(["budget", INSTRUCTIONS]);
    }
  });
});
