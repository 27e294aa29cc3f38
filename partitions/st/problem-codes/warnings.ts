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
      A REAL has 24 bits for its digits, so it does not hold every DINT or UDINT beyond 16777216; an LREAL has 53, so it does not
      hold every LINT or ULINT beyond 9007199254740992. Write the conversion out when that does not matter. The literals of TIME
      and TOD are cut off at milliseconds, those of DT at seconds: LT#, LTOD# and LDT# keep nanoseconds.`,
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
  {
    number: 504,
    name: "unused-variable",
    title: "a variable that is never used",
    explanation: lines`
      It is declared, and then nothing names it: a leftover, or the name of another variable was written where this one was
      meant. Inputs, outputs and variables with an address are there for others and are not reported.`,
    failing: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QX0.0 : BOOL; last : INT; END_VAR
        high := level > 900;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QX0.0 : BOOL; END_VAR
        high := level > 900;
      END_PROGRAM`,
  },
  {
    number: 505,
    name: "never-assigned",
    title: "a variable that is read, but never assigned",
    explanation: lines`
      It has no initial value and nothing gives it one, so it is 0 (or FALSE) whenever it is read. Assign it, give it an initial
      value, or make it an input. RETAIN variables, and those with an address, can get their values from outside.`,
    failing: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QX0.0 : BOOL; limit : INT; END_VAR
        high := level > limit;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QX0.0 : BOOL; limit : INT := 900; END_VAR
        high := level > limit;
      END_PROGRAM`,
  },
  {
    number: 506,
    name: "never-read",
    title: "a variable that is assigned for nothing",
    explanation: lines`
      A variable of a FUNCTION, or a VAR_TEMP, is gone when the call ends, and nothing reads it before. Variables that live
      longer are not reported: they can be watched from outside.`,
    failing: lines`
      FUNCTION Mean : INT
        VAR_INPUT a, b : INT; END_VAR
        VAR sum : INT; END_VAR
        sum := a + b;
        Mean := (a + b) / 2;
      END_FUNCTION
      PROGRAM Main
        VAR out AT %QW0 : INT; END_VAR
        out := Mean(2, 4);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION Mean : INT
        VAR_INPUT a, b : INT; END_VAR
        VAR sum : INT; END_VAR
        sum := a + b;
        Mean := sum / 2;
      END_FUNCTION
      PROGRAM Main
        VAR out AT %QW0 : INT; END_VAR
        out := Mean(2, 4);
      END_PROGRAM`,
  },
  {
    number: 507,
    name: "unreachable",
    title: "a statement that is never reached",
    explanation: lines`
      It stands behind a RETURN, EXIT or CONTINUE, behind a loop that never ends, or under a condition that is literally FALSE.
      A condition that names a CONSTANT is a switch, and nothing is said of what it switches off.`,
    failing: lines`
      PROGRAM Main
        VAR stop AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; END_VAR
        IF stop THEN
          RETURN;
          run := FALSE;
        END_IF;
        run := TRUE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR stop AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; END_VAR
        IF stop THEN
          run := FALSE;
          RETURN;
        END_IF;
        run := TRUE;
      END_PROGRAM`,
  },
  {
    number: 508,
    name: "real-equality",
    title: "REALs that are compared for being equal",
    explanation: lines`
      A REAL is rounded after each operation, so that values that should be equal seldom are: 0.1 + 0.2 is not 0.3. Compare the
      difference with a tolerance. A comparison of two variables, as to see a change, or with 0.0, as before a division, is not
      reported.`,
    failing: lines`
      PROGRAM Main
        VAR level AT %ID0 : REAL; full AT %QX0.0 : BOOL; END_VAR
        full := level = 3.5;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %ID0 : REAL; full AT %QX0.0 : BOOL; END_VAR
        full := ABS(level - 3.5) < 0.001;
      END_PROGRAM`,
  },
  {
    number: 509,
    name: "loop-variable-changed",
    title: "a FOR variable that is changed inside of its loop",
    explanation: lines`
      The standard forbids it (IEC 61131-3 §7.3.3.4.2): how often the loop runs then depends on the compiler. Leave the loop with
      EXIT, or write a WHILE loop.`,
    failing: lines`
      PROGRAM Main
        VAR i, sum : INT; END_VAR
        FOR i := 1 TO 10 DO
          sum := sum + i;
          IF sum > 20 THEN i := 10; END_IF;
        END_FOR;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR i, sum : INT; END_VAR
        FOR i := 1 TO 10 DO
          sum := sum + i;
          IF sum > 20 THEN EXIT; END_IF;
        END_FOR;
      END_PROGRAM`,
  },
  {
    number: 510,
    name: "output-never-assigned",
    title: "an output that its function or block never assigns",
    explanation:
      "Whoever reads it always finds the value that it starts with. Assign it, give it an initial value, or remove it.",
    failing: lines`
      FUNCTION_BLOCK Motor
        VAR_INPUT start : BOOL; END_VAR
        VAR_OUTPUT run, fault : BOOL; END_VAR
        run := start;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR motor : Motor; END_VAR
        motor(start := TRUE);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Motor
        VAR_INPUT start : BOOL; END_VAR
        VAR_OUTPUT run : BOOL; END_VAR
        run := start;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR motor : Motor; END_VAR
        motor(start := TRUE);
      END_PROGRAM`,
  },
  {
    number: 511,
    name: "case-incomplete",
    title: "a CASE that passes over values of an enum",
    explanation: lines`
      Some values of the enum have no branch and there is no ELSE: perhaps the enum has grown. An ELSE with nothing but a
      semicolon says that the others are meant to do nothing.`,
    failing: lines`
      TYPE Mode : (Off, Auto, Manual); END_TYPE
      PROGRAM Main
        VAR mode : Mode := Auto; speed AT %QW0 : INT; END_VAR
        CASE mode OF
          Off: speed := 0;
          Auto: speed := 100;
        END_CASE;
      END_PROGRAM`,
    corrected: lines`
      TYPE Mode : (Off, Auto, Manual); END_TYPE
      PROGRAM Main
        VAR mode : Mode := Auto; speed AT %QW0 : INT; END_VAR
        CASE mode OF
          Off: speed := 0;
          Auto: speed := 100;
        ELSE ;
        END_CASE;
      END_PROGRAM`,
  },
  {
    number: 512,
    name: "self-assignment",
    title: "a variable that is assigned to itself",
    explanation: "That does nothing. Most often another name was meant on one of the two sides.",
    failing: lines`
      PROGRAM Main
        VAR a AT %QW0 : INT; END_VAR
        a := a;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR a AT %QW0 : INT; b AT %IW0 : INT; END_VAR
        a := b;
      END_PROGRAM`,
  },
  {
    number: 513,
    name: "no-effect",
    title: "a call whose result is lost",
    explanation:
      "A standard function changes nothing: all that it does is its result. Assign that, or remove the call.",
    failing: lines`
      PROGRAM Main
        VAR a AT %QW0 : INT; END_VAR
        ABS(a);
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR a AT %QW0 : INT; END_VAR
        a := ABS(a);
      END_PROGRAM`,
  },
  {
    number: 514,
    name: "body-hidden",
    title: "a block without a body that hides the body of its base",
    explanation: lines`
      Methods are inherited, the body of a FUNCTION_BLOCK is not (IEC 61131-3 §6.6.5): an instance of a block that extends another and
      has no body of its own does nothing when it is called. To run the body of the base, call it: SUPER^();`,
    failing: lines`
      FUNCTION_BLOCK Counter
        VAR_OUTPUT count : INT; END_VAR
        count := count + 1;
      END_FUNCTION_BLOCK
      FUNCTION_BLOCK Totaliser EXTENDS Counter
        METHOD Reset count := 0; END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR t : Totaliser; END_VAR
        t();
      END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Counter
        VAR_OUTPUT count : INT; END_VAR
        count := count + 1;
      END_FUNCTION_BLOCK
      FUNCTION_BLOCK Totaliser EXTENDS Counter
        METHOD Reset count := 0; END_METHOD
        SUPER^();
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR t : Totaliser; END_VAR
        t();
      END_PROGRAM`,
  },
  {
    number: 515,
    name: "no-point",
    title: "a value among inputs or outputs that is no point",
    explanation: lines`
      What stands at %I and %Q is shown to the world as points, and a point is a BOOL, a number, a duration, a date or a text. A CHAR,
      a date of 64 bits or a pointer that is part of an ARRAY or STRUCT is kept there, but no fieldbus, no historian and no other
      partition sees it. Use a type that a point can have, or leave the address out.`,
    failing: lines`
      TYPE Report : STRUCT level : REAL; mark : CHAR; END_STRUCT; END_TYPE
      PROGRAM Main
        VAR report AT %QB0 : Report; END_VAR
        report.mark := CHAR#'A';
      END_PROGRAM`,
    corrected: lines`
      TYPE Report : STRUCT level : REAL; mark : STRING(1); END_STRUCT; END_TYPE
      PROGRAM Main
        VAR report AT %QB0 : Report; END_VAR
        report.mark := 'A';
      END_PROGRAM`,
  },
  {
    number: 516,
    name: "lifecycle-method",
    title: "an FB_init that nobody calls",
    explanation: lines`
      CODESYS and TwinCAT call a METHOD FB_init when an instance comes to life, with the arguments that its declaration gives in
      brackets, and FB_reinit and FB_exit when the program is changed. IEC 61131-3 has no such thing, and here they are methods like
      any other: what an instance starts with are the initial values of its variables, which its declaration may give:
      pump : Pump := (power := 5.5);`,
    failing: lines`
      FUNCTION_BLOCK Pump
        VAR_OUTPUT power : REAL; END_VAR
        METHOD FB_init
          VAR_INPUT bInitRetains, bInCopyCode : BOOL; END_VAR
          power := 5.5;
        END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR p : Pump; END_VAR
        p.FB_init(FALSE, FALSE);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Pump
        VAR_OUTPUT power : REAL := 5.5; END_VAR
        power := power * 0.99;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR p : Pump := (power := 7.5); END_VAR
        p();
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
