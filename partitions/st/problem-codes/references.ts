/** ST0601 …: pointers and references (IEC 61131-3 §6.4.4.10.2; CODESYS). */
import { lines, type ProblemPage } from "./page.ts";

export const REFERENCE_PAGES = [
  {
    number: 601,
    name: "not-a-pointer",
    title: "a ^ behind something that points nowhere",
    explanation: lines`
      p^ is the variable that the pointer p leads to, so p must be a POINTER TO or a REF_TO. A REFERENCE TO is another name of its
      variable and is written without ^.`,
    failing: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QW0 : INT; END_VAR
        high := level^;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QW0 : INT; p : POINTER TO INT; END_VAR
        p := ADR(level);
        high := p^;
      END_PROGRAM`,
  },
  {
    number: 602,
    name: "no-address",
    title: "the address of something that has none",
    explanation: lines`
      Memory is addressed by the byte: a bit of a word, or a BOOL at an address like %IX0.3, has no address of its own, and a
      CONSTANT is no variable at all. Take the address of the whole byte or word, or copy the value to a variable.`,
    failing: lines`
      PROGRAM Main
        VAR flags AT %IW0 : WORD; p : POINTER TO BOOL; pump AT %QX0.0 : BOOL; END_VAR
        p := ADR(flags.3);
        pump := p^;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR flags AT %IW0 : WORD; flag : BOOL; p : POINTER TO BOOL; pump AT %QX0.0 : BOOL; END_VAR
        flag := flags.3;
        p := ADR(flag);
        pump := p^;
      END_PROGRAM`,
  },
  {
    number: 603,
    name: "open-array-place",
    title: "an array without bounds where nobody gives them",
    explanation: lines`
      ARRAY [*] takes its bounds from the array that a caller passes, so only parameters can have this type: VAR_INPUT, VAR_OUTPUT
      and VAR_IN_OUT of a FUNCTION or METHOD, VAR_IN_OUT of a FUNCTION_BLOCK (IEC 61131-3 §6.5.3). Any other variable needs bounds
      of its own.`,
    failing: lines`
      PROGRAM Main
        VAR levels : ARRAY [*] OF INT; END_VAR
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR levels : ARRAY [1..4] OF INT; END_VAR
        levels[1] := 0;
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
