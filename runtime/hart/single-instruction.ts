/** One instruction, decoded once to be executed time and again, for an engine that executes its neighbours otherwise. */
import { decode, expand } from "../isa/index.ts";
import { FIRST_INSTRUCTION, packInstruction, SLOW_PATHS, type SlowPath } from "./dispatch-kinds.ts";
import type { Exit } from "./engine.ts";
import type { Interpreter } from "./interpreter.ts";

export class SingleInstruction {
  /** Signed, as the hart's words are. */
  readonly pc: number;
  /** Where control goes on, as a rule; −1: elsewhere. */
  readonly behind: number;
  readonly #bytes: number;
  readonly #path: SlowPath;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;

  /** @param word an instruction that has a slow path: one that accesses memory or a control register, waits or returns. */
  constructor(pc: number, word: number) {
    const decoded = decode(word);
    if (decoded === null) throw new Error("no instruction");
    const expanded = expand(decoded);
    this.pc = pc | 0;
    this.#bytes = expanded.bytes;
    this.behind = expanded.instruction.effect.kind === "return" ? -1 : (pc + expanded.bytes) | 0;
    this.#path = SLOW_PATHS[FIRST_INSTRUCTION + expanded.instruction.number]!;
    [this.#a, this.#b, this.#c] = packInstruction(expanded, pc);
  }

  /** The hart's pc and `elapsed` must be those of the instruction. @returns as `Interpreter.stretch`; null: the run goes on. */
  execute(interpreter: Interpreter): Exit | null {
    return this.#path(interpreter, this.#a, this.#b, this.#c, this.#bytes);
  }
}
