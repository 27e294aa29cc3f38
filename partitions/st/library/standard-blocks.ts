/** The standard function blocks (IEC 61131-3 §6.6.3.5), written in Structured Text and compiled with every program that uses them. */

const FLIP_FLOPS = `
FUNCTION_BLOCK SR
  VAR_INPUT S1, R : BOOL; END_VAR
  VAR_OUTPUT Q1 : BOOL; END_VAR
  Q1 := S1 OR (NOT R AND Q1);
END_FUNCTION_BLOCK

FUNCTION_BLOCK RS
  VAR_INPUT S, R1 : BOOL; END_VAR
  VAR_OUTPUT Q1 : BOOL; END_VAR
  Q1 := NOT R1 AND (S OR Q1);
END_FUNCTION_BLOCK

FUNCTION_BLOCK R_TRIG
  VAR_INPUT CLK : BOOL; END_VAR
  VAR_OUTPUT Q : BOOL; END_VAR
  VAR M : BOOL; END_VAR
  Q := CLK AND NOT M;
  M := CLK;
END_FUNCTION_BLOCK

(* A signal that is FALSE from the start has not fallen. *)
FUNCTION_BLOCK F_TRIG
  VAR_INPUT CLK : BOOL; END_VAR
  VAR_OUTPUT Q : BOOL; END_VAR
  VAR M : BOOL; END_VAR
  Q := NOT CLK AND M;
  M := CLK;
END_FUNCTION_BLOCK
`;

/** Time differences wrap with TIME() itself, so timers run on when it does. `elapsed` brings ET up to date. */
const timers = (suffix: string, type: string, elapsed: string): string => `
FUNCTION_BLOCK TON${suffix}
  VAR_INPUT IN : BOOL; PT : ${type}; END_VAR
  VAR_OUTPUT Q : BOOL; ET : ${type}; END_VAR
  VAR RUNNING : BOOL; START : TIME; END_VAR
  IF NOT IN THEN
    Q := FALSE;
    ET := T#0s;
    RUNNING := FALSE;
  ELSIF NOT Q THEN
    IF NOT RUNNING THEN
      RUNNING := TRUE;
      START := TIME();
    END_IF;
    ${elapsed}
    IF ET >= PT THEN
      ET := PT;
      Q := TRUE;
    END_IF;
  END_IF;
END_FUNCTION_BLOCK

FUNCTION_BLOCK TOF${suffix}
  VAR_INPUT IN : BOOL; PT : ${type}; END_VAR
  VAR_OUTPUT Q : BOOL; ET : ${type}; END_VAR
  VAR RUNNING : BOOL; START : TIME; END_VAR
  IF IN THEN
    Q := TRUE;
    ET := T#0s;
    RUNNING := FALSE;
  ELSIF Q THEN
    IF NOT RUNNING THEN
      RUNNING := TRUE;
      START := TIME();
    END_IF;
    ${elapsed}
    IF ET >= PT THEN
      ET := PT;
      Q := FALSE;
    END_IF;
  END_IF;
END_FUNCTION_BLOCK

FUNCTION_BLOCK TP${suffix}
  VAR_INPUT IN : BOOL; PT : ${type}; END_VAR
  VAR_OUTPUT Q : BOOL; ET : ${type}; END_VAR
  VAR BEFORE : BOOL; START : TIME; END_VAR
  IF Q THEN
    ${elapsed}
    IF ET >= PT THEN
      ET := PT;
      Q := FALSE;
    END_IF;
  ELSIF IN AND NOT BEFORE THEN
    START := TIME();
    ET := T#0s;
    Q := PT > T#0s;
  END_IF;
  IF NOT Q AND NOT IN THEN
    ET := T#0s;
  END_IF;
  BEFORE := IN;
END_FUNCTION_BLOCK
`;

const SINCE_START = "ET := TIME() - START;";
/** An LTIME may be longer than TIME() counts before it wraps. */
const STEP_BY_STEP = "ET := ET + (TIME() - START); START := TIME();";

const counters = (suffix: string, type: string, low: string, high: string): string => `
FUNCTION_BLOCK CTU${suffix}
  VAR_INPUT CU, R : BOOL; PV : ${type}; END_VAR
  VAR_OUTPUT Q : BOOL; CV : ${type}; END_VAR
  VAR BEFORE : BOOL; END_VAR
  IF R THEN
    CV := 0;
  ELSIF CU AND NOT BEFORE AND CV < ${high} THEN
    CV := CV + 1;
  END_IF;
  BEFORE := CU;
  Q := CV >= PV;
END_FUNCTION_BLOCK

FUNCTION_BLOCK CTD${suffix}
  VAR_INPUT CD, LD : BOOL; PV : ${type}; END_VAR
  VAR_OUTPUT Q : BOOL; CV : ${type}; END_VAR
  VAR BEFORE : BOOL; END_VAR
  IF LD THEN
    CV := PV;
  ELSIF CD AND NOT BEFORE AND CV > ${low} THEN
    CV := CV - 1;
  END_IF;
  BEFORE := CD;
  Q := CV <= 0;
END_FUNCTION_BLOCK

FUNCTION_BLOCK CTUD${suffix}
  VAR_INPUT CU, CD, R, LD : BOOL; PV : ${type}; END_VAR
  VAR_OUTPUT QU, QD : BOOL; CV : ${type}; END_VAR
  VAR UP_BEFORE, DOWN_BEFORE, UP, DOWN : BOOL; END_VAR
  UP := CU AND NOT UP_BEFORE;
  DOWN := CD AND NOT DOWN_BEFORE;
  UP_BEFORE := CU;
  DOWN_BEFORE := CD;
  IF R THEN
    CV := 0;
  ELSIF LD THEN
    CV := PV;
  ELSIF UP AND NOT DOWN AND CV < ${high} THEN
    CV := CV + 1;
  ELSIF DOWN AND NOT UP AND CV > ${low} THEN
    CV := CV - 1;
  END_IF;
  QU := CV >= PV;
  QD := CV <= 0;
END_FUNCTION_BLOCK
`;

export const STANDARD_BLOCKS = [
  FLIP_FLOPS,
  timers("", "TIME", SINCE_START),
  timers("_TIME", "TIME", SINCE_START),
  timers("_LTIME", "LTIME", STEP_BY_STEP),
  counters("", "INT", "-32768", "32767"),
  counters("_INT", "INT", "-32768", "32767"),
  counters("_DINT", "DINT", "-2147483648", "2147483647"),
  counters("_LINT", "LINT", "-9223372036854775808", "9223372036854775807"),
  counters("_UDINT", "UDINT", "0", "4294967295"),
  counters("_ULINT", "ULINT", "0", "18446744073709551615"),
].join("");
