/** ST0101 …: names, and the declarations that give them a meaning (IEC 61131-3 §6.4, §6.5). */
import { lines, type ProblemPage } from "./page.ts";

export const DECLARATION_PAGES = [
  {
    number: 101,
    name: "unknown-name",
    title: "a name that nothing declares",
    explanation: lines`
      A variable, type, function, parameter, member or enum value of this name does not exist where it is used. Upper and lower
      case do not matter. When a known name is similar, the hint shows it. The variables of another program or block are not
      visible: pass them, or declare them in VAR_GLOBAL.`,
    failing: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QX0.0 : BOOL; END_VAR
        high := levle > 900;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; high AT %QX0.0 : BOOL; END_VAR
        high := level > 900;
      END_PROGRAM`,
  },
  {
    number: 102,
    name: "duplicate-name",
    title: "one name for two things",
    explanation: lines`
      Two variables of one unit, two members of one STRUCT, or two types, functions, function blocks or programs have the same
      name; upper and lower case do not matter. The names of the elementary types are taken already. A program may replace a
      standard function block by one of its own.`,
    failing: lines`
      PROGRAM Main
        VAR pump AT %QX0.0 : BOOL; Pump AT %QX0.1 : BOOL; END_VAR
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR pump1 AT %QX0.0 : BOOL; pump2 AT %QX0.1 : BOOL; END_VAR
        pump1 := TRUE;
        pump2 := NOT pump1;
      END_PROGRAM`,
  },
  {
    number: 103,
    name: "ambiguous-name",
    title: "an enum value that several types have",
    explanation: lines`
      The bare name of an enum value says enough where only one enum type has it, or where the place in which it stands wants
      a certain type. Otherwise write the type in front: Valve#Open (IEC 61131-3 §6.4.4.2).`,
    failing: lines`
      TYPE Valve : (Closed, Open); Door : (Shut, Open); END_TYPE
      PROGRAM Main
        VAR n AT %QW0 : INT; END_VAR
        n := Open;
      END_PROGRAM`,
    corrected: lines`
      TYPE Valve : (Closed, Open); Door : (Shut, Open); END_TYPE
      PROGRAM Main
        VAR n AT %QW0 : INT; END_VAR
        n := Valve#Open;
      END_PROGRAM`,
  },
  {
    number: 104,
    name: "not-visible",
    title: "a variable that is its block's own business",
    explanation: lines`
      From outside only the inputs and outputs of a function block can be seen. What it keeps in VAR is internal, so that the
      block can be changed without its users noticing. Make it a VAR_OUTPUT when others need it.`,
    failing: lines`
      FUNCTION_BLOCK Motor
        VAR starts : UINT; END_VAR
        starts := starts + 1;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR motor : Motor; count AT %QW0 : UINT; END_VAR
        motor();
        count := motor.starts;
      END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Motor
        VAR_OUTPUT starts : UINT; END_VAR
        starts := starts + 1;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR motor : Motor; count AT %QW0 : UINT; END_VAR
        motor();
        count := motor.starts;
      END_PROGRAM`,
  },
  {
    number: 105,
    name: "not-a-type",
    title: "a function or program where a type must stand",
    explanation: lines`
      A variable has a data type or is an instance of a function block. A FUNCTION keeps nothing between calls and has no
      instances: call it. A PROGRAM gets its instances in the CONFIGURATION.`,
    failing: lines`
      FUNCTION Half : INT
        VAR_INPUT x : INT; END_VAR
        Half := x / 2;
      END_FUNCTION
      PROGRAM Main
        VAR half1 : Half; END_VAR
      END_PROGRAM`,
    corrected: lines`
      FUNCTION Half : INT
        VAR_INPUT x : INT; END_VAR
        Half := x / 2;
      END_FUNCTION
      PROGRAM Main
        VAR half1 AT %QW0 : INT; END_VAR
        half1 := Half(10);
      END_PROGRAM`,
  },
  {
    number: 106,
    name: "not-a-variable",
    title: "something that is not a variable where one must stand",
    explanation: lines`
      Only a variable, or a part of one, can be assigned, indexed, or passed to VAR_IN_OUT. A function is called with
      parentheses; a function block is used through an instance of it.`,
    failing: lines`
      PROGRAM Main
        VAR done AT %QX0.0 : BOOL; END_VAR
        TON := TRUE;
        done := TRUE;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR done AT %QX0.0 : BOOL; delay : TON; END_VAR
        delay(IN := TRUE, PT := T#5s);
        done := delay.Q;
      END_PROGRAM`,
  },
  {
    number: 107,
    name: "not-callable",
    title: "a call of something that cannot be called here",
    explanation: lines`
      Functions are called in expressions. An instance of a function block is called in a statement of its own, and its
      outputs are read afterwards, or taken with => in the call.`,
    failing: lines`
      PROGRAM Main
        VAR start AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; delay : TON; END_VAR
        run := delay(IN := start, PT := T#5s);
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR start AT %IX0.0 : BOOL; run AT %QX0.0 : BOOL; delay : TON; END_VAR
        delay(IN := start, PT := T#5s, Q => run);
      END_PROGRAM`,
  },
  {
    number: 108,
    name: "no-members",
    title: "a member of something that has none",
    explanation:
      "Behind a dot stands a member of a STRUCT or an input or output of a function block. This variable is neither.",
    failing: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; alarm AT %QX0.0 : BOOL; END_VAR
        alarm := level.high;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR level AT %IW0 : INT; alarm AT %QX0.0 : BOOL; END_VAR
        alarm := level > 900;
      END_PROGRAM`,
  },
  {
    number: 109,
    name: "not-an-array",
    title: "an index behind something that is no array",
    explanation:
      "Only an ARRAY has elements to pick by [ ]. A bit of an integer or bit string is picked by a dot: x.5.",
    failing: lines`
      PROGRAM Main
        VAR status AT %IW0 : WORD; fault AT %QX0.0 : BOOL; END_VAR
        fault := status[5];
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR status AT %IW0 : WORD; fault AT %QX0.0 : BOOL; END_VAR
        fault := status.5;
      END_PROGRAM`,
  },
  {
    number: 110,
    name: "recursive-type",
    title: "something that contains itself",
    explanation: lines`
      A type that holds a variable of its own type would need endless memory, and a constant that depends on itself has no
      value. The same goes for a circle over several declarations.`,
    failing: lines`
      TYPE Tank : STRUCT level : INT; overflow : Tank; END_STRUCT; END_TYPE
      PROGRAM Main
        VAR tank : Tank; END_VAR
        tank.level := 1;
      END_PROGRAM`,
    corrected: lines`
      TYPE Tank : STRUCT level : INT; overflow : INT; END_STRUCT; END_TYPE
      PROGRAM Main
        VAR tank : Tank; END_VAR
        tank.level := 1;
      END_PROGRAM`,
  },
  {
    number: 111,
    name: "bounds",
    title: "a range that is empty",
    explanation: "The first value of a range (of an array, a subrange, a case label) must not be above the last.",
    failing: lines`
      PROGRAM Main
        VAR list : ARRAY [10..1] OF INT; END_VAR
        list[1] := 0;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR list : ARRAY [1..10] OF INT; END_VAR
        list[1] := 0;
      END_PROGRAM`,
  },
  {
    number: 112,
    name: "too-large",
    title: "a variable of more than 4 MiB",
    explanation: "That is more memory than a partition usually has, and most often a slip in the bounds of an array.",
    failing: lines`
      PROGRAM Main
        VAR log : ARRAY [1..9000000] OF INT; END_VAR
        log[1] := 0;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR log : ARRAY [1..9000] OF INT; END_VAR
        log[1] := 0;
      END_PROGRAM`,
  },
  {
    number: 113,
    name: "not-constant",
    title: "a value that is not known when the program is compiled",
    explanation: lines`
      Bounds of arrays, initial values, case labels and CONSTANTs are fixed when the program is compiled. They can be literals,
      CONSTANTs, enum values and what can be worked out of these, but no variable that changes.`,
    failing: lines`
      PROGRAM Main
        VAR size : INT := 10; list : ARRAY [1..size] OF INT; END_VAR
        list[1] := size;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR CONSTANT size : INT := 10; END_VAR
        VAR list : ARRAY [1..size] OF INT; END_VAR
        list[1] := size;
      END_PROGRAM`,
  },
  {
    number: 114,
    name: "too-many-values",
    title: "more initial values than elements",
    explanation: "The list behind := has more values than the array has elements; n(x) counts as n values.",
    failing: lines`
      PROGRAM Main
        VAR weights : ARRAY [1..3] OF INT := [1, 3(2)]; sum AT %QW0 : INT; END_VAR
        sum := weights[1];
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR weights : ARRAY [1..3] OF INT := [1, 2(2)]; sum AT %QW0 : INT; END_VAR
        sum := weights[1];
      END_PROGRAM`,
  },
  {
    number: 115,
    name: "bad-address",
    title: "an address that does not exist or does not fit its variable",
    explanation: lines`
      An address names an area (I inputs, Q outputs, M memory), a size (X bit, B 8, W 16, D 32 bits) and a number, as in %IX0.3
      or %QW4. Its size must be that of the variable. Addresses are given in a PROGRAM or in VAR_GLOBAL: blocks and functions
      get such signals as parameters.`,
    failing: lines`
      PROGRAM Main
        VAR speed AT %QX0.0 : INT; END_VAR
        speed := 100;
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR speed AT %QW0 : INT; END_VAR
        speed := 100;
      END_PROGRAM`,
  },
  {
    number: 116,
    name: "block-place",
    title: "an instance of a block where nothing is kept",
    explanation: lines`
      A function block remembers, a FUNCTION and VAR_TEMP forget at the end of each call. Declare the instance in a PROGRAM or
      FUNCTION_BLOCK and pass it through VAR_IN_OUT.`,
    failing: lines`
      FUNCTION Delayed : BOOL
        VAR_INPUT in : BOOL; END_VAR
        VAR delay : TON; END_VAR
        Delayed := in;
      END_FUNCTION
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; END_VAR
        run := Delayed(TRUE);
      END_PROGRAM`,
    corrected: lines`
      FUNCTION Delayed : BOOL
        VAR_INPUT in : BOOL; END_VAR
        VAR_IN_OUT delay : TON; END_VAR
        delay(IN := in, PT := T#1s);
        Delayed := delay.Q;
      END_FUNCTION
      PROGRAM Main
        VAR run AT %QX0.0 : BOOL; delay : TON; END_VAR
        run := Delayed(TRUE, delay);
      END_PROGRAM`,
  },
  {
    number: 117,
    name: "port-place",
    title: "a port that is not a VAR of the PROGRAM",
    explanation:
      "A queuing port belongs to its partition, so QUEUE_SEND and QUEUE_RECEIVE are declared in VAR of a PROGRAM.",
    failing: lines`
      FUNCTION_BLOCK Alarms
        VAR events : QUEUE_SEND; END_VAR
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR alarms : Alarms; END_VAR
        alarms();
      END_PROGRAM`,
    corrected: lines`
      PROGRAM Main
        VAR events : QUEUE_SEND; code : INT; END_VAR
        code := code + 1;
        events(REQ := TRUE, MESSAGE := code);
      END_PROGRAM`,
  },
  {
    number: 118,
    name: "edge-place",
    title: "R_EDGE or F_EDGE where nothing remembers the input",
    explanation: lines`
      An edge is the difference to the call before, so R_EDGE and F_EDGE are for inputs of what keeps its variables between calls:
      VAR_INPUT of a FUNCTION_BLOCK or a PROGRAM (IEC 61131-3 §6.6.3.2). Elsewhere an R_TRIG or F_TRIG finds it.`,
    failing: lines`
      FUNCTION_BLOCK Counter
        VAR_OUTPUT count : INT; END_VAR
        VAR pulse : BOOL R_EDGE; END_VAR
        IF pulse THEN count := count + 1; END_IF;
        pulse := FALSE;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR c : Counter; END_VAR
        c();
      END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Counter
        VAR_INPUT pulse : BOOL R_EDGE; END_VAR
        VAR_OUTPUT count : INT; END_VAR
        IF pulse THEN count := count + 1; END_IF;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR c : Counter; in AT %IX0.0 : BOOL; END_VAR
        c(pulse := in);
      END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
