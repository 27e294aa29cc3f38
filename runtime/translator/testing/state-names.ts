/** What the words of a hart's state are called, for the message of a difference. */
import { fWord, WORD, xWord } from "../../hart/layout.ts";
import { F, X } from "../../isa/index.ts";

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(X).map(([name, register]) => [xWord(register), name] as const),
  ...Object.entries(F).map(([name, register]) => [fWord(register), name] as const),
  ...Object.entries(F).map(([name, register]) => [fWord(register) + 1, `${name} (high)`] as const),
  ...Object.entries(WORD).map(([name, word]) => [word, name] as const),
]);

export const nameOfWord = (word: number): string => NAMES.get(word) ?? `state word ${word}`;

export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
