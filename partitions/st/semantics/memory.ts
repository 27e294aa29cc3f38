/** What one compilation leaves to the next: its pieces of work, and which of them still hold among other declarations. */
import type { UnitDeclaration } from "../syntax/ast.ts";
import type { Origin } from "./symbols.ts";
import type { Question, Work } from "./work.ts";

/** What a question was answered with, before anything was worked out. */
export interface Answer {
  /** The node of the syntax tree, which stays the same object while its file does. */
  readonly declaration: object;
  readonly origin: Origin;
}

/** All declarations by their questions; of `enum …` the keys of the types. */
export interface Declarations {
  answer(question: Question): Answer | null;
  /** Keys of the named types with this value; null: enums without a name may have it too. */
  enumNamesWith(key: string): readonly string[] | null;
  isExtended(key: string): boolean;
}

export interface Kept {
  readonly declarations: Declarations;
  /** Of what was asked for, and can be kept. */
  readonly works: ReadonlyMap<Question, Work>;
  readonly bodies: ReadonlyMap<UnitDeclaration, Work>;
}

export const NOTHING_KEPT: Kept = {
  declarations: { answer: () => null, enumNamesWith: () => [], isExtended: () => false },
  works: new Map(),
  bodies: new Map(),
};

/** The works that rest on nothing that is different now, nor on a work that does. */
export const stillHolding = (before: Kept, now: Declarations): ReadonlySet<Work> => {
  const { works, bodies } = before;
  const holding = new Set([...works.values(), ...bodies.values()]);
  const questionOf = new Map([...works].map(([question, work]) => [work, question]));
  const askers = new Map<Question, Work[]>();
  const fallen: Work[] = [];
  const isDifferent = differenceOf(before, now);
  for (const work of holding) {
    const own = questionOf.get(work);
    const questions = [...work.asked, ...work.askedLater];
    if ([...(own === undefined ? [] : [own]), ...questions].some(isDifferent)) fallen.push(work);
    for (const question of questions) {
      const others = askers.get(question);
      if (others === undefined) askers.set(question, [work]);
      else others.push(work);
    }
  }
  for (let work = fallen.pop(); work !== undefined; work = fallen.pop()) {
    if (!holding.delete(work)) continue;
    const own = questionOf.get(work);
    if (own !== undefined) fallen.push(...(askers.get(own) ?? []));
  }
  return holding;
};

/** Whether a question has another answer now, or one that was worked out but could not be kept. */
const differenceOf = ({ declarations, works }: Kept, now: Declarations): ((question: Question) => boolean) => {
  const known = new Map<Question, boolean>();
  const compare = (question: Question): boolean => {
    const key = question.slice(question.indexOf(" ") + 1);
    if (question.startsWith("extended ")) return declarations.isExtended(key) !== now.isExtended(key);
    if (question.startsWith("enum ")) {
      const [was, is] = [declarations.enumNamesWith(key), now.enumNamesWith(key)];
      return was === null || is === null || was.length !== is.length || was.some((name, i) => name !== is[i]);
    }
    const [was, is] = [declarations.answer(question), now.answer(question)];
    if (was === null || is === null) return was !== is;
    return was.declaration !== is.declaration || was.origin !== is.origin || !works.has(question);
  };
  return (question) => {
    const before = known.get(question);
    if (before !== undefined) return before;
    const is = compare(question);
    known.set(question, is);
    return is;
  };
};
