/**
 * The interpreter's loop. Its source text is made once, at load, from the instruction table: one `switch` over dense numbers with
 * a call site of its own for each operation, which V8 inlines. (A closure a row is four times slower.)
 */
import { DISPATCH_MASK, HEAD_BITS } from "./code-pages.ts";
import { fastPaths, MEANINGS, SLOW_PATHS, SPECIAL } from "./dispatch-kinds.ts";
import type { Exit } from "./engine.ts";
import type { Interpreter } from "./interpreter.ts";
import { PAGE_BYTES, RAM_BASE, WORD } from "./layout.ts";
import { EXECUTE } from "./permissions.ts";

/**
 * Executes from pc on for at most `budget` cycles (below 2^31), and adds those used to `hart.elapsed`.
 * @returns why it stopped: "translated" at a mark of `CodePages`, before the instruction there, unless the budget is nearly used up; "budget" also, whatever is left of it, when `hart.unrestricted` has changed.
 */
export type Execute = (engine: Interpreter, budget: number) => Exit | "translated";

/** The slots of a page, in words: two for each byte, and those that lead to the next page. */
const PAGE_WORDS = 2 * PAGE_BYTES + 8;

/** So near the end of a budget marks are passed: to go on is quicker than to enter other code. In cycles. */
export const FEW = 16;

/** While `hart.unrestricted`. */
const UNCHECKED = {
  onPage: "",
  dispatch: `head & ${DISPATCH_MASK}`,
  onMark: `
    if (left < ${FEW}) { left++; pages.lift(pageStart + (at >> 1)); continue; }
    words[${WORD.pc}] = pageStart + (at >> 1);
    hart.elapsed = startedAt + (budget - left - 1);
    return "translated";`,
  isOver: "!hart.unrestricted",
} as const;

/** While not: a stretch of the page is known to be fetchable, for other instructions each one asks. */
const CHECKED = {
  onPage: `
    const data = hart.dataPermissions;
    const accessible = data.pages;
    const executable = hart.fetchPermissions.pages;
    const page = (pc ^ ${RAM_BASE | 0}) >>> 12;
    let first = 0;
    let fetchable = ${PAGE_WORDS};
    if ((executable[page] & executable[page + 1] & ${EXECUTE}) === 0) {
      const { start, end, isPermitted } = hart.fetchPermissions.around(${EXECUTE}, pc >>> 0);
      const origin = pageStart >>> 0;
      first = 2 * Math.max(start - origin, 0);
      fetchable = isPermitted ? 2 * Math.min(end - 2 - origin, ${PAGE_BYTES}) - first : 0;
    }`,
  dispatch: `(at - first) >>> 0 < fetchable || engine.mayFetch(pageStart + (at >> 1))
        ? head & ${DISPATCH_MASK} : ${SPECIAL.fetchFault}`,
  // Translated code asks for no permission: here the marks do not count.
  onMark: "left++; pages.lift(pageStart + (at >> 1)); continue;",
  isOver: "hart.unrestricted",
} as const;

const sourceOf = (isChecked: boolean): string => {
  const { onPage, dispatch, onMark, isOver } = isChecked ? CHECKED : UNCHECKED;
  return `"use strict";
const { ${Object.keys(MEANINGS).join(", ")} } = meanings;
const HEAD_BITS = ${HEAD_BITS};

return function execute(engine, budget) {
  const { hart, pages, view } = engine;
  const words = hart.words;
  const watched = pages.watched;
  const last1 = hart.ramBytes - 1;
  const last2 = hart.ramBytes - 2;
  const last4 = hart.ramBytes - 4;
  const last8 = hart.ramBytes - 8;
  const startedAt = hart.elapsed;
  let left = budget;
  let pc = words[${WORD.pc}];

  enter: for (;;) {
    const code = pages.at(pc);
    const pageStart = pc & ${-PAGE_BYTES};
    let at = (pc & ${PAGE_BYTES - 1}) << 1;
    ${onPage}
    for (;;) {
      if (left === 0) {
        words[${WORD.pc}] = pageStart + (at >> 1);
        hart.elapsed = startedAt + budget;
        return "budget";
      }
      left--;
      const head = code[at];
      const dispatch = ${dispatch};
      switch (dispatch) {
        case ${SPECIAL.undecoded}: left++; pages.decode(code, at, pageStart + (at >> 1)); continue;
        case ${SPECIAL.translated}: ${onMark}
        case ${SPECIAL.nextPage}: left++; pc = pageStart + (at >> 1); continue enter;
        ${fastPaths(isChecked)}
      }
      words[${WORD.pc}] = pageStart + (at >> 1);
      hart.elapsed = startedAt + (budget - left - 1);
      const slowPath = slowPaths[dispatch];
      const exit = slowPath(engine, code[at + 1], code[at + 2], code[at + 3], head >>> (HEAD_BITS + 1));
      if (exit !== null || ${isOver}) {
        hart.elapsed = startedAt + (budget - left);
        return exit ?? "budget";
      }
      pc = words[${WORD.pc}];
      continue enter;
    }
  }
}`;
};

const compile = (isChecked: boolean): Execute =>
  new Function("meanings", "slowPaths", sourceOf(isChecked))(MEANINGS, SLOW_PATHS);

/** For a hart that is `unrestricted`, and for one that is not. */
export const executeUnchecked = compile(false);
export const executeChecked = compile(true);
