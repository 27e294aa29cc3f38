/**
 * The interpreter's loop. Its source text is made once, at load, from the instruction table: one `switch` over dense numbers with
 * a call site of its own for each operation, which V8 inlines. (A closure a row is four times slower.)
 */
import { HEAD_BITS } from "./code-pages.ts";
import { fastPaths, MEANINGS, SLOW_PATHS, SPECIAL } from "./dispatch-kinds.ts";
import type { Exit } from "./engine.ts";
import type { Interpreter } from "./interpreter.ts";
import { PAGE_BYTES, WORD } from "./layout.ts";

/**
 * Executes from pc on for at most `budget` cycles (below 2^31), and adds those used to `hart.elapsed`.
 * @returns why it stopped.
 */
export type Execute = (engine: Interpreter, budget: number) => Exit;

const SOURCE = `"use strict";
const { ${Object.keys(MEANINGS).join(", ")} } = meanings;
const HEAD_BITS = ${HEAD_BITS};

return function execute(engine, budget) {
  const { hart, pages, view, fcsr } = engine;
  const words = hart.words;
  const watched = pages.watched;
  const last1 = hart.ramBytes - 1;
  const last2 = hart.ramBytes - 2;
  const last4 = hart.ramBytes - 4;
  const startedAt = hart.elapsed;
  let left = budget;
  let pc = words[${WORD.pc}];

  enter: for (;;) {
    const code = pages.at(pc);
    const pageStart = pc & ${-PAGE_BYTES};
    let at = (pc & ${PAGE_BYTES - 1}) << 1;
    for (;;) {
      if (left === 0) {
        words[${WORD.pc}] = pageStart + (at >> 1);
        hart.elapsed = startedAt + budget;
        return "budget";
      }
      left--;
      const head = code[at];
      switch (head & ${(1 << HEAD_BITS) - 1}) {
        case ${SPECIAL.undecoded}: left++; pages.decode(code, at, pageStart + (at >> 1)); continue;
        case ${SPECIAL.nextPage}: left++; pc = pageStart + (at >> 1); continue enter;
        ${fastPaths()}
      }
      words[${WORD.pc}] = pageStart + (at >> 1);
      hart.elapsed = startedAt + (budget - left - 1);
      const slowPath = slowPaths[head & ${(1 << HEAD_BITS) - 1}];
      const exit = slowPath(engine, code[at + 1], code[at + 2], code[at + 3], head >>> (HEAD_BITS + 1));
      if (exit !== null) {
        hart.elapsed = startedAt + (budget - left);
        return exit;
      }
      pc = words[${WORD.pc}];
      continue enter;
    }
  }
}`;

export const execute: Execute = new Function("meanings", "slowPaths", SOURCE)(MEANINGS, SLOW_PATHS);
