/** ST0301 …: statements (IEC 61131-3 §7.3.3). */
import { lines, type ProblemPage } from "./page.ts";

export const STATEMENT_PAGES = [
  {
    number: 301,
    name: "not-assignable",
    title: "something that may not be assigned",
    explanation: lines`
      CONSTANTs keep their value, outputs of a function block are written by the block alone, and a port cannot be copied: it is
      an end of a channel.`,
    failing: lines`
      PROGRAM Main
        VAR CONSTANT LIMIT_HIGH : INT := 900; END_VAR
        LIMIT_HIGH := 950;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR limitHigh AT %QW0 : INT := 900; END_VAR
        limitHigh := 950;
      END_PROGRAM`,
  },
  {
    number: 302,
    name: "not-in-a-loop",
    title: "EXIT or CONTINUE outside of any loop",
    explanation:
      "EXIT leaves the loop around it and CONTINUE goes on with its next round. To leave the program unit use RETURN.",
    failing: lines`
      PROGRAM Main
        VAR stop AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; END_VAR
        IF stop THEN EXIT; END_IF;
        run := TRUE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR stop AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; END_VAR
        IF stop THEN RETURN; END_IF;
        run := TRUE;
      END_PROGRAM`,
  },
  {
    number: 303,
    name: "duplicate-label",
    title: "a case label that an earlier one covers",
    explanation:
      "Each value selects one branch of a CASE. The message names the line of the label that has it already.",
    failing: lines`
      PROGRAM Main
        VAR step AT %IW0 : INT; speed AT %QW0 : INT; END_VAR
        CASE step OF
          1..3: speed := 10;
          3: speed := 20;
        END_CASE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR step AT %IW0 : INT; speed AT %QW0 : INT; END_VAR
        CASE step OF
          1..2: speed := 10;
          3: speed := 20;
        END_CASE;
      END_PROGRAM`,
  },
  {
    number: 304,
    name: "endless-loop",
    title: "a FOR with a step of 0",
    explanation: "A step of 0 never reaches the last value: the scan would not end and miss its deadline.",
    failing: lines`
      PROGRAM Main
        VAR i, sum : INT; END_VAR
        FOR i := 1 TO 10 BY 0 DO sum := sum + i; END_FOR;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR i, sum : INT; END_VAR
        FOR i := 1 TO 10 BY 2 DO sum := sum + i; END_FOR;
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
