/**
 * Writes a Structured Text library of any size, to measure the compiler with: files of functions, function blocks and types that
 * build on those of earlier files, about as long, commented and branched as OSCAT's. The same text for the same size.
 */
import { uniform } from "../plants/random.ts";

export interface StFile {
  readonly file: string;
  readonly text: string;
}

const SEED = 2026;

/** About `lines` lines in files of some 300, and a program that uses every file. */
export const stLibrary = (lines: number): { readonly files: readonly StFile[]; readonly program: StFile } => {
  const choose = new Chooser(SEED);
  const files: StFile[] = [];
  for (let written = 0; written < lines; ) {
    const text = libraryFile(choose, files.length);
    files.push({ file: `module${files.length}.st`, text });
    written += text.split("\n").length - 1;
  }
  return { files, program: { file: "main.st", text: mainProgram(files.length) } };
};

class Chooser {
  readonly #even: () => number;

  constructor(seed: number) {
    this.#even = uniform(seed);
  }

  /** A whole number, `least` … `most`. */
  number(least: number, most: number): number {
    return least + Math.floor(this.#even() * (most - least + 1));
  }

  one<T>(items: readonly T[]): T {
    return items[this.number(0, items.length - 1)]!;
  }

  real = (): string => `${this.number(1, 99)}.${this.number(0, 99)}`;
  duration = (): string => `T#${this.number(1, 90)}s${this.number(0, 999)}ms`;
}

const libraryFile = (choose: Chooser, index: number): string => {
  const shared = index === 0 ? [] : [`F${choose.number(0, index - 1)}_SCALE`, `F${choose.number(0, index - 1)}_SCALE`];
  return [
    types(index),
    scaleFunction(choose, index, shared),
    tableFunction(choose, index),
    ...Array.from({ length: 3 }, (_, i) => filterFunction(choose, index, i)),
    ...Array.from({ length: 3 }, (_, i) => controlBlock(choose, index, i)),
    stationBlock(choose, index),
  ].join("\n");
};

const header = (name: string, purpose: string): string => `(*
  ${name}
  version 1.2, written for the measurement of the compiler
  ${purpose}

  A value beyond its limits is taken as the nearest limit. The result of the last call is kept where that is said.
  Tested with the values that the table below shows, and with those just beyond them.
*)
`;

const types = (index: number): string => `TYPE
  Mode${index} : (Off${index}, Starting${index}, Running${index}, Stopping${index}, Fault${index}); (* of a station *)
  Station${index}_DATA : STRUCT
    level    : REAL;                 (* m *)
    flow     : REAL := 1.5;          (* l/s *)
    starts   : UDINT;
    limits   : ARRAY [0..3] OF INT := [10, 20, 30, 40];
    mode     : Mode${index};
    runTime  : TIME;
  END_STRUCT;
END_TYPE
`;

const scaleFunction = (choose: Chooser, index: number, shared: readonly string[]): string => `${header(
  `F${index}_SCALE`,
  "Brings a raw value into its range, by a line between two points.",
)}FUNCTION F${index}_SCALE : REAL
  VAR_INPUT
    raw  : REAL;
    low  : REAL := 0.0;
    high : REAL := 100.0;
  END_VAR
  VAR
    span  : REAL;
    value : REAL;
  END_VAR
  span := high - low;
  IF span < 0.001 THEN
    F${index}_SCALE := low;
    RETURN;
  END_IF;
  value := (raw - low) / span * ${choose.real()} + ${choose.real()};
${shared.map((name) => `  value := value + 0.01 * ${name}(raw := value, low := ${choose.real()}, high := 500.0);\n`).join("")}  IF value > high THEN
    value := high;
  ELSIF value < low THEN
    value := low;
  END_IF;
  F${index}_SCALE := value;
END_FUNCTION
`;

const tableFunction = (choose: Chooser, index: number): string => `${header(
  `F${index}_TABLE`,
  "Looks a value up in a table and goes straight between its points.",
)}FUNCTION F${index}_TABLE : REAL
  VAR_INPUT
    x : REAL;
  END_VAR
  VAR CONSTANT
    POINTS : INT := 7;
  END_VAR
  VAR
    i  : INT;
    xs : ARRAY [0..7] OF REAL := [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
    ys : ARRAY [0..7] OF REAL := [${Array.from({ length: 8 }, choose.real).join(", ")}];
  END_VAR
  IF x <= xs[0] THEN
    F${index}_TABLE := ys[0];
    RETURN;
  END_IF;
  FOR i := 1 TO POINTS DO
    IF x < xs[i] THEN
      F${index}_TABLE := ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
      RETURN;
    END_IF;
  END_FOR;
  F${index}_TABLE := ys[POINTS];
END_FUNCTION
`;

const filterFunction = (choose: Chooser, index: number, number: number): string => `${header(
  `F${index}_BITS${number}`,
  "Counts and moves the bits of a status word.",
)}FUNCTION F${index}_BITS${number} : DINT
  VAR_INPUT
    status : DWORD;
    count  : INT;
  END_VAR
  VAR
    i    : INT;
    sum  : DINT;
    rest : DWORD;
  END_VAR
  rest := status XOR DWORD#16#${choose.number(1, 0xffff).toString(16).toUpperCase()};
  FOR i := 0 TO count DO
    IF (rest AND DWORD#1) <> DWORD#0 THEN
      sum := sum + ${choose.number(1, 9)};
    END_IF;
    rest := ROR(rest, ${choose.number(1, 7)});
  END_FOR;
  CASE sum MOD 4 OF
    0: sum := sum * 2;
    1: sum := sum + ${choose.number(1, 99)};
    2..3: sum := sum - 1;
  END_CASE;
  F${index}_BITS${number} := LIMIT(-1000, sum, ${choose.number(1000, 9999)});
END_FUNCTION
`;

const controlBlock = (choose: Chooser, index: number, number: number): string => `${header(
  `Control${index}_${number}`,
  "A controller with a limited integral, and an alarm when the deviation lasts.",
)}FUNCTION_BLOCK Control${index}_${number}
  VAR_INPUT
    enable   : BOOL;
    setpoint : REAL;
    actual   : REAL;
    gain     : REAL := ${choose.real()};
  END_VAR
  VAR_OUTPUT
    output : REAL;
    alarm  : BOOL;
  END_VAR
  VAR
    integral : REAL;
    error    : REAL;
    last     : REAL;
    delay    : TON;
    rising   : R_TRIG;
    starts   : UDINT;
  END_VAR
  error := setpoint - actual;
  rising(CLK := enable);
  IF rising.Q THEN
    integral := 0.0;
    starts := starts + 1;
  END_IF;
  IF enable THEN
    integral := LIMIT(-100.0, integral + error * 0.0${choose.number(1, 9)}, 100.0);
    output := gain * error + integral + (error - last) * ${choose.real()};
    output := F${index}_SCALE(raw := output, low := 0.0, high := 100.0);
  ELSE
    output := 0.0;
  END_IF;
  last := error;
  delay(IN := enable AND ABS(error) > ${choose.real()}, PT := ${choose.duration()});
  alarm := delay.Q;
END_FUNCTION_BLOCK
`;

const stationBlock = (choose: Chooser, index: number): string => {
  const other = choose.number(0, index);
  return `${header(
    `Station${index}`,
    "A pumping station: its controllers, its step chain and its counters.",
  )}FUNCTION_BLOCK Station${index}
  VAR_INPUT
    run    : BOOL;
    level  : REAL;
    status : DWORD;
  END_VAR
  VAR_OUTPUT
    speed  : REAL;
    faults : DINT;
  END_VAR
  VAR
    data  : Station${index}_DATA;
    inner : Control${index}_${choose.number(0, 2)};
    outer : Control${other}_${choose.number(0, 2)};
    timer : TON;
    i     : INT;
  END_VAR
  data.level := F${index}_TABLE(level);
  outer(enable := run, setpoint := ${choose.real()}, actual := data.level);
  inner(enable := run, setpoint := outer.output, actual := data.flow, gain := ${choose.real()});
  timer(IN := data.mode = Starting${index} OR data.mode = Stopping${index}, PT := ${choose.duration()});
  CASE data.mode OF
    Off${index}:
      IF run THEN
        data.mode := Starting${index};
        data.starts := data.starts + 1;
      END_IF;
    Starting${index}:
      IF timer.Q THEN data.mode := Running${index}; END_IF;
    Running${index}:
      IF NOT run THEN data.mode := Stopping${index}; END_IF;
      IF inner.alarm OR outer.alarm THEN data.mode := Fault${index}; END_IF;
    Stopping${index}:
      IF timer.Q THEN data.mode := Off${index}; END_IF;
  ELSE
    IF NOT run THEN data.mode := Off${index}; END_IF;
  END_CASE;
  FOR i := 0 TO 3 DO
    faults := faults + F${index}_BITS${choose.number(0, 2)}(status := status, count := data.limits[i]);
  END_FOR;
  data.flow := data.flow * 0.9 + inner.output * 0.1;
  speed := F${other}_SCALE(raw := data.flow, low := 0.0, high := ${choose.real()});
END_FUNCTION_BLOCK
`;
};

const mainProgram = (files: number): string => {
  const all = Array.from({ length: files }, (_, index) => index);
  return `PROGRAM Main
  VAR
    run AT %IX0.0 : BOOL;
    level AT %ID1 : REAL;
    total AT %QD0 : REAL;
    sum : DINT;
${all.map((index) => `    station${index} : Station${index};\n`).join("")}  END_VAR
  total := 0.0;
  sum := 0;
${all.map((index) => `  station${index}(run := run, level := level, status := DINT_TO_DWORD(sum));\n  total := total + station${index}.speed;\n  sum := sum + station${index}.faults;\n`).join("")}END_PROGRAM
`;
};
