/** ST0501 …: warnings, of what compiles but is hardly meant. */
import { lines, type ProblemPage } from "./page.ts";

export const WARNING_PAGES = [
  {
    number: 501,
    name: "input-assigned",
    title: "an input of the process image that is assigned",
    explanation: "Inputs are latched before each scan, so what the program writes there is gone at the next one.",
    failing: lines`
      PROGRAM Main
        VAR start AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; END_VAR
        run := start;
        start := FALSE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR start AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; pressed : R_TRIG; END_VAR
        pressed(CLK := start);
        run := pressed.Q;
      END_PROGRAM`,
  },
  {
    number: 502,
    name: "result-not-assigned",
    title: "a FUNCTION that never assigns its result",
    explanation:
      "The result is what was assigned to the function's own name; without an assignment it is always its initial value.",
    failing: lines`
      FUNCTION Half : INT
        VAR_INPUT x : INT; END_VAR
        VAR_OUTPUT rest : INT; END_VAR
        rest := x MOD 2;
      END_FUNCTION
      PROGRAM Main
        VAR out AT %QW0 : INT; END_VAR
        out := Half(10);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION Half : INT
        VAR_INPUT x : INT; END_VAR
        VAR_OUTPUT rest : INT; END_VAR
        rest := x MOD 2;
        Half := x / 2;
      END_FUNCTION
      PROGRAM Main
        VAR out AT %QW0 : INT; END_VAR
        out := Half(10);
      END_PROGRAM`,
  },
  {
    number: 503,
    name: "implicit-narrowing",
    title: "a conversion that can lose digits",
    explanation: lines`
      A REAL has 24 bits for its digits, so it does not hold every DINT or UDINT beyond 16777216. Write the conversion out when
      that does not matter.`,
    failing: lines`
      PROGRAM Main
        VAR pulses AT %ID0 : DINT; litres AT %QD0 : REAL; END_VAR
        litres := pulses;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR pulses AT %ID0 : DINT; litres AT %QD0 : REAL; END_VAR
        litres := DINT_TO_REAL(pulses);
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
