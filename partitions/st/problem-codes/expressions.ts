/** ST0201 …: values and their types (IEC 61131-3 §6.6.1.7, §7.3.2). */
import { lines, type ProblemPage } from "./page.ts";

export const EXPRESSION_PAGES = [
  {
    number: 201,
    name: "type-mismatch",
    title: "a value of one type where another is wanted",
    explanation: lines`
      A value is converted without being asked only where nothing can be lost: INT to DINT, INT to REAL, BYTE to WORD
      (IEC 61131-3 figure 12). Anything else is written out, so that a reader sees it: DINT_TO_INT(x), WORD_TO_INT(x). A TIME is
      written with its unit: T#500ms.`,
    failing: lines`
      PROGRAM Main
        VAR flow AT %ID0 : REAL; litres AT %QW0 : INT; END_VAR
        litres := flow * 60.0;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR flow AT %ID0 : REAL; litres AT %QW0 : INT; END_VAR
        litres := REAL_TO_INT(flow * 60.0);
      END_PROGRAM`,
  },
  {
    number: 202,
    name: "operand-type",
    title: "an operator that does not go with these types",
    explanation: lines`
      Arithmetic takes numbers, and bit strings (BYTE, WORD …) as the unsigned numbers that they hold; AND, OR, XOR and NOT take
      BOOL, bit strings and integers; and the two operands must have a common type. A BOOL is no number: choose with SEL.`,
    failing: lines`
      PROGRAM Main
        VAR run AT %IX0.0 : BOOL; count AT %QW0 : INT; END_VAR
        count := count + run;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR run AT %IX0.0 : BOOL; count AT %QW0 : INT; END_VAR
        count := count + SEL(run, 0, 1);
      END_PROGRAM`,
  },
  {
    number: 203,
    name: "value-out-of-range",
    title: "a value that its type cannot hold",
    explanation: lines`
      Each type has a smallest and a largest value: INT holds -32768 to 32767. Choose a wider type, or another value. A bit
      pattern for a signed type is written with the type in front: INT#16#FFFF.`,
    failing: lines`
      PROGRAM Main
        VAR speed AT %QW0 : INT; END_VAR
        speed := 40000;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR speed AT %QW0 : UINT; END_VAR
        speed := 40000;
      END_PROGRAM`,
  },
  {
    number: 204,
    name: "division-by-zero",
    title: "a division by a constant zero",
    explanation: lines`
      The divisor is zero whatever happens. A divisor that only becomes zero while the program runs gives 0 and raises
      NUMERIC_ERROR to the health monitor, with file and line.`,
    failing: lines`
      PROGRAM Main
        VAR CONSTANT SCALE : INT := 0; END_VAR
        VAR share AT %QW0 : INT; END_VAR
        share := 100 / SCALE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR CONSTANT SCALE : INT := 4; END_VAR
        VAR share AT %QW0 : INT; END_VAR
        share := 100 / SCALE;
      END_PROGRAM`,
  },
  {
    number: 205,
    name: "index-out-of-bounds",
    title: "an element or bit that does not exist",
    explanation: lines`
      The constant index lies outside of the bounds that the array was declared with, or the bit outside of its type. An index
      that only leaves the bounds while the program runs raises APPLICATION_ERROR to the health monitor, with file and line.`,
    failing: lines`
      PROGRAM Main
        VAR list : ARRAY [1..3] OF INT; END_VAR
        list[0] := 1;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR list : ARRAY [1..3] OF INT; END_VAR
        list[1] := 1;
      END_PROGRAM`,
  },
  {
    number: 206,
    name: "dimensions",
    title: "more or fewer indices than dimensions",
    explanation: "An element of an array of n dimensions is picked by n indices: grid[row, column].",
    failing: lines`
      PROGRAM Main
        VAR grid : ARRAY [1..3, 1..4] OF INT; END_VAR
        grid[1] := 1;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR grid : ARRAY [1..3, 1..4] OF INT; END_VAR
        grid[1, 1] := 1;
      END_PROGRAM`,
  },
  {
    number: 207,
    name: "arguments",
    title: "arguments that do not go with the parameters",
    explanation: lines`
      There are too many or too few, one is given twice, an output is given with := instead of =>, or a VAR_IN_OUT is missing or
      gets something that is no whole variable. Inputs that are left out keep their value (of a block) or have their initial
      value (of a function).`,
    failing: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; size AT %QW0 : INT; END_VAR
        size := ABS(level, 1);
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; size AT %QW0 : INT; END_VAR
        size := ABS(level);
      END_PROGRAM`,
  },
  {
    number: 208,
    name: "no-conversion",
    title: "a conversion that has no meaning",
    explanation: lines`
      Numbers and bit strings convert to and from everything. A DT has a date and a time of day, a TOD is a time since midnight;
      a date has no time of day, and a time no date. A character converts to and from what can hold its code.`,
    failing: lines`
      PROGRAM Main
        VAR today : DATE := D#2026-11-22; start : TOD; END_VAR
        start := DATE_TO_TOD(today);
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR now : DT := DT#2026-11-22-08:00:00; start : TOD; END_VAR
        start := DT_TO_TOD(now);
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
