/**
 * Which instruction of an image stands for what in the sources, for tools that watch the image run. Only of code that is not
 * optimised: there every statement keeps instructions of its own, and every branch its meaning.
 */
import type { Unit } from "../semantics/symbols.ts";
import type { Span } from "../syntax/source-text.ts";
import type { Assembled } from "./assembler.ts";

/** A statement, a unit or a condition, by where it begins. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  /** Of its first character in the file: tells those on one line apart. */
  readonly offset: number;
}

export interface CodeMap {
  readonly units: readonly CodePlace[];
  /** Where each begins; a statement may be in the code more than once. */
  readonly statements: readonly CodePlace[];
  readonly forks: readonly CodeFork[];
}

export interface CodePlace {
  readonly place: SourcePlace;
  readonly address: number;
}

/** A conditional branch: which way of what is decided at `place` it takes when it jumps and when not; null: neither is one. */
export interface CodeFork extends CodePlace {
  readonly jumped: number | null;
  readonly passed: number | null;
}

export const placeOf = ({ source, start }: Span): SourcePlace => ({
  ...{ file: source.file, line: source.position(start).line, offset: start },
});

export const codeMapOf = (units: Iterable<Unit>, { labels, statements, forks }: Assembled, base: number): CodeMap => ({
  units: [...units].flatMap(({ name, at }) => {
    const offset = labels.get(name);
    return offset === undefined ? [] : [{ place: placeOf(at), address: base + offset }];
  }),
  statements: statements.map(({ at, offset }) => ({ place: placeOf(at), address: base + offset })),
  forks: forks.map(({ at, offset, jumped, passed }) => ({
    ...{ place: placeOf(at), address: base + offset, jumped, passed },
  })),
});
