/** ST0001 …: what cannot be read as Structured Text (IEC 61131-3 §6.1–6.3). */
import { lines, type ProblemPage } from "./page.ts";

export const TEXT_PAGES = [
  {
    number: 1,
    name: "stray-character",
    title: "a character that means nothing in Structured Text",
    explanation: lines`
      The text contains a character that no word, number or operator begins with. It often comes from another language
      (! for NOT, % for MOD) or from a word processor (typographic quotes, long dashes).`,
    failing: lines`
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; stop AT %IX0.0 : BOOL; END_VAR
        run := !NOT stop;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; stop AT %IX0.0 : BOOL; END_VAR
        run := NOT stop;
      END_PROGRAM`,
  },
  {
    number: 2,
    name: "bad-literal",
    title: "a number, duration or string that is not written as the standard says",
    explanation: lines`
      Based numbers use only digits below their base (2#0101, 8#17, 16#FF), durations carry a unit with each part (T#1m30s),
      strings know the escapes $$, $', $L, $N, $P, $R, $T and two hexadecimal digits ($0A): IEC 61131-3 §6.3.`,
    failing: lines`
      PROGRAM Main
        VAR mask AT %QW0 : WORD; END_VAR
        mask := 2#0120;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR mask AT %QW0 : WORD; END_VAR
        mask := 2#0110;
      END_PROGRAM`,
  },
  {
    number: 3,
    name: "string-not-closed",
    title: "a string that does not end on its line",
    explanation: lines`
      A string begins and ends with the same quote, on one line. A quote inside of it is written $' and a new line $N.`,
    failing: lines`
      PROGRAM Main
        VAR ready AT %QX0.0 : BOOL; END_VAR
        ready := 'Pump;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR ready AT %QX0.0 : BOOL; END_VAR
        ready := TRUE; // 'Pump'
      END_PROGRAM`,
  },
  {
    number: 4,
    name: "comment-not-closed",
    title: "a comment that is never closed",
    explanation: lines`
      Everything behind the opening of a comment belongs to it until it is closed. Comments nest, so each (* needs a *) of its
      own, also inside of a comment. What the comment swallowed is not reported.`,
    failing: lines`
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; END_VAR
        run := TRUE; (* the pump (* always *) runs
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; END_VAR
        run := TRUE; (* the pump (* always *) runs *)
      END_PROGRAM`,
  },
  {
    number: 5,
    name: "pragma-not-closed",
    title: "a pragma that is never closed",
    explanation: "A pragma begins with { and ends with }. What it says is meant for other tools and is passed over.",
    failing: lines`
      {attribute 'qualified_only'
      PROGRAM Main
      END_PROGRAM`,
    corrected: lines`
      {attribute 'qualified_only'}
      PROGRAM Main
      END_PROGRAM`,
  },
  {
    number: 6,
    name: "syntax",
    title: "something is missing, or stands where it cannot",
    explanation: lines`
      The words are known, but their order is not that of a declaration or statement. The message says what was expected and
      the caret shows where. Most often a semicolon is missing at the end of the line above, an END_… is missing, or = was
      written for :=.`,
    failing: lines`
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; END_VAR
        run = TRUE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; END_VAR
        run := TRUE;
      END_PROGRAM`,
  },
  {
    number: 7,
    name: "reserved-word",
    title: "a keyword where a name must stand",
    explanation: lines`
      Words that give a program its structure (IF, END_VAR, FUNCTION, MOD …) cannot name anything. Other words of the standard,
      like STEP, DT or R, may be used as names here.`,
    failing: lines`
      PROGRAM Main
        VAR repeat AT %QX0.0 : BOOL; END_VAR
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR repeating AT %QX0.0 : BOOL; END_VAR
        repeating := TRUE;
      END_PROGRAM`,
  },
  {
    number: 8,
    name: "nested-too-deep",
    title: "more levels of nesting, or operators in a row, than anybody can read",
    explanation: lines`
      Statements and parentheses may be nested 100 levels deep, and an expression may have 500 operators in a row. Generated
      programs that need more can put intermediate results into variables, or a part of the statements into a function.`,
    failing: `PROGRAM Main\n  VAR n AT %QW0 : INT; END_VAR\n  n := ${"(".repeat(101)}1${")".repeat(101)};\nEND_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR n AT %QW0 : INT; END_VAR
        n := (((1)));
      END_PROGRAM`,
  },
  {
    number: 9,
    name: "missing-semicolon",
    title: "no semicolon behind a block",
    explanation: lines`
      IF, CASE, FOR, WHILE and REPEAT are statements and end with a semicolon like any other. Programs of other tools leave it
      out, so this is a warning, and is said once a file.`,
    failing: lines`
      PROGRAM Main
        VAR high AT %IX0.0 : BOOL; pump AT %QX0.0 : BOOL; END_VAR
        IF high THEN pump := FALSE; END_IF
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR high AT %IX0.0 : BOOL; pump AT %QX0.0 : BOOL; END_VAR
        IF high THEN pump := FALSE; END_IF;
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
