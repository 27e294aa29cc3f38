/** ST0401 …: what runs, and how often (IEC 61131-3 §6.8). */
import { lines, type ProblemPage } from "./page.ts";

export const PROGRAM_PAGES = [
  {
    number: 401,
    name: "no-program",
    title: "nothing says what runs",
    explanation: lines`
      A partition runs one PROGRAM. Write one, and when there are several add a CONFIGURATION that names its instance and task.`,
    failing: lines`
      FUNCTION Half : INT
        VAR_INPUT x : INT; END_VAR
        Half := x / 2;
      END_FUNCTION`,
    corrected: lines`
      FUNCTION Half : INT
        VAR_INPUT x : INT; END_VAR
        Half := x / 2;
      END_FUNCTION
      PROGRAM Main
        VAR in AT %IW0 : INT; out AT %QW0 : INT; END_VAR
        out := Half(in);
      END_PROGRAM`,
  },
  {
    number: 402,
    name: "recursion",
    title: "a unit that calls itself",
    explanation: lines`
      The memory of a scan is reserved when the program is compiled, so a function or block cannot call itself, directly or
      over others (IEC 61131-3 §6.6.1). Write a loop.`,
    failing: lines`
      FUNCTION Factorial : DINT
        VAR_INPUT n : DINT; END_VAR
        IF n <= 1 THEN Factorial := 1; ELSE Factorial := n * Factorial(n - 1); END_IF;
      END_FUNCTION
      PROGRAM Main
        VAR out AT %QD0 : DINT; END_VAR
        out := Factorial(5);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION Factorial : DINT
        VAR_INPUT n : DINT; END_VAR
        VAR i : DINT; END_VAR
        Factorial := 1;
        FOR i := 2 TO n DO Factorial := Factorial * i; END_FOR;
      END_FUNCTION
      PROGRAM Main
        VAR out AT %QD0 : DINT; END_VAR
        out := Factorial(5);
      END_PROGRAM`,
  },
  {
    number: 403,
    name: "no-interval",
    title: "a TASK that does not say how often it runs",
    explanation: "A cyclic task needs an INTERVAL: the time from one scan to the next.",
    failing: lines`
      PROGRAM Main
      END_PROGRAM
      CONFIGURATION Plant
        TASK Fast(PRIORITY := 1);
        PROGRAM Main1 WITH Fast : Main;
      END_CONFIGURATION`,
    corrected: lines`
      PROGRAM Main
      END_PROGRAM
      CONFIGURATION Plant
        TASK Fast(INTERVAL := T#10ms, PRIORITY := 1);
        PROGRAM Main1 WITH Fast : Main;
      END_CONFIGURATION`,
  },
  {
    number: 404,
    name: "bad-interval",
    title: "an INTERVAL that the board's timer cannot count",
    explanation:
      "The timer of the board counts 100 ns ticks. An INTERVAL is a whole number of them, from 100 ns to 200 s.",
    failing: lines`
      PROGRAM Main
      END_PROGRAM
      CONFIGURATION Plant
        TASK Fast(INTERVAL := T#0ms);
        PROGRAM Main1 WITH Fast : Main;
      END_CONFIGURATION`,
    corrected: lines`
      PROGRAM Main
      END_PROGRAM
      CONFIGURATION Plant
        TASK Fast(INTERVAL := T#10ms);
        PROGRAM Main1 WITH Fast : Main;
      END_CONFIGURATION`,
  },
  {
    number: 405,
    name: "not-supported",
    title: "a part of the language that this compiler does not know yet",
    explanation:
      "The program is correct as far as that goes. The hint shows, where there is one, how to write it otherwise.",
    failing: lines`
      PROGRAM Main
      END_PROGRAM
      CONFIGURATION A TASK T(INTERVAL := T#1s); PROGRAM M WITH T : Main; END_CONFIGURATION
      CONFIGURATION B TASK T(INTERVAL := T#1s); PROGRAM M WITH T : Main; END_CONFIGURATION`,
    corrected: lines`
      PROGRAM Main
      END_PROGRAM
      CONFIGURATION A TASK T(INTERVAL := T#1s); PROGRAM M WITH T : Main; END_CONFIGURATION`,
  },
  {
    number: 406,
    name: "only-in-a-test",
    title: "an assertion outside of a test",
    explanation: lines`
      ASSERT_TRUE, ASSERT_FALSE, ASSERT_EQ, ASSERT_NEAR, ASSERT_ERROR and ADVANCE_TIME belong to TEST 'name' … END_TEST, which
      stands at file level and is run by partita test. What runs in the plant has no tests in it. ASSERT_ERROR(NUMERIC_ERROR) says
      that what the test did so far, or since its last ASSERT_ERROR, has raised this error of the health monitor and no other.`,
    failing: lines`
      PROGRAM Main
        VAR n : INT; END_VAR
        n := n + 1;
        ASSERT_TRUE(n > 0);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION Next : INT
        VAR_INPUT n : INT; END_VAR
        Next := n + 1;
      END_FUNCTION
      PROGRAM Main
        VAR n : INT; END_VAR
        n := Next(n);
      END_PROGRAM
      TEST 'it counts'
        ASSERT_EQ(Next(1), 2);
      END_TEST`,
  },
  {
    number: 407,
    name: "shared-address",
    title: "several instances of a program that write to one address",
    explanation: lines`
      Each instance of a PROGRAM has variables of its own, but what is declared at an address like %QX0.0 stands there once (IEC
      61131-3 §6.5.5): each instance overwrites the value of the other. Declare it AT %Q*, so that each instance has a place of its
      own, which VAR_CONFIG can give. Declare it in VAR_GLOBAL when the instances are to share it.`,
    failing: lines`
      PROGRAM Count
        VAR n : INT; full AT %QX0.0 : BOOL; END_VAR
        n := n + 1;
        full := n > 10;
      END_PROGRAM
      CONFIGURATION Plant
        TASK T(INTERVAL := T#10ms);
        PROGRAM First WITH T : Count;
        PROGRAM Second WITH T : Count;
      END_CONFIGURATION`,
    corrected: lines`
      PROGRAM Count
        VAR n : INT; full AT %Q* : BOOL; END_VAR
        n := n + 1;
        full := n > 10;
      END_PROGRAM
      CONFIGURATION Plant
        TASK T(INTERVAL := T#10ms);
        PROGRAM First WITH T : Count;
        PROGRAM Second WITH T : Count;
        VAR_CONFIG
          First.full AT %QX0.0 : BOOL;
          Second.full AT %QX0.1 : BOOL;
        END_VAR
      END_CONFIGURATION`,
  },
  {
    number: 408,
    name: "event-task",
    title: "a task that no event can release",
    explanation: lines`
      A TASK with SINGLE runs its programs once for each rise of a BOOL (IEC 61131-3 §6.8.2): a variable of VAR_GLOBAL, an input at
      %I, or an expression of such. It is looked for at the start of the scan, in every cycle of the shortest INTERVAL of the other
      tasks. So SINGLE takes nothing that never changes, and stands in the place of an INTERVAL: write two tasks for both.`,
    failing: lines`
      VAR_GLOBAL tripped AT %IX0.0 : BOOL; trips AT %QW0 : INT; END_VAR
      PROGRAM Count
        trips := trips + 1;
      END_PROGRAM
      CONFIGURATION Plant
        TASK Alarm(INTERVAL := T#10ms, SINGLE := tripped, PRIORITY := 0);
        PROGRAM Counter WITH Alarm : Count;
      END_CONFIGURATION`,
    corrected: lines`
      VAR_GLOBAL tripped AT %IX0.0 : BOOL; trips AT %QW0 : INT; END_VAR
      PROGRAM Count
        trips := trips + 1;
      END_PROGRAM
      CONFIGURATION Plant
        TASK Alarm(SINGLE := tripped, PRIORITY := 0);
        PROGRAM Counter WITH Alarm : Count;
      END_CONFIGURATION`,
  },
] as const satisfies readonly ProblemPage[];
