/** What was measured of Structured Text programs, as a table a person reads. */
import type { StProgramSpeed, StSpeed } from "./st-speed.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { type Target, verdict } from "./targets.ts";

const whole = (value: number): string => value.toFixed(0);
const nanoseconds = (seconds: number): string => figure(seconds * 1e9);

export const stSpeedTable = (speed: StSpeed): Table => ({
  title: "Structured Text: what a scan costs, beside the same program in C (gcc -O2)",
  columns: [
    "program",
    ...["instructions", "of C", "code bytes", "of C"],
    ...["ns on the translator", "C native, ns", "÷ native", "C on the board, ns"],
  ],
  rows: [
    ...speed.programs.map(({ name, st, c, nativeSeconds, ratio }) => [
      name,
      ...[whole(st.instructions), whole(c.instructions), whole(st.codeBytes), whole(c.codeBytes)],
      ...[nanoseconds(st.seconds), nanoseconds(nativeSeconds), figure(ratio), nanoseconds(c.seconds)],
    ]),
    ["geometric mean", "", "", "", "", "", "", figure(speed.ratio), ""],
  ],
  notes: [
    `${mediansOf(speed.rounds)} with all in turn; the scan of an empty program is subtracted everywhere.`,
    "The translator is timed once it is warm: between a sixth of the scans and all of them.",
    `Instructions are RV32 instructions executed in a scan, the mean of 1,000. C on the board is compiled by riscv gcc -O2.`,
    ...(speed.share === 1 ? [] : [`A trial: only ${figure(speed.share)} of the scans.`]),
    ...speed.disagreements.map((words) => `WRONG: ${words}.`),
    ...TARGETS.map((target) => verdict(target, target.value(speed))),
  ],
});

const of = (speed: StSpeed, name: string): StProgramSpeed | undefined =>
  speed.programs.find((program) => program.name === name);

const TARGETS: readonly (Target & { readonly value: (speed: StSpeed) => number | null | undefined })[] = [
  {
    what: "pid, a scan",
    most: 1700,
    unit: "instructions",
    value: (speed) => of(speed, "pid")?.st.instructions,
  },
  {
    what: "crunch, a scan",
    most: 27_000,
    unit: "instructions",
    value: (speed) => of(speed, "crunch")?.st.instructions,
  },
  { what: "time of native C, pid", most: 2.5, unit: "×", value: (speed) => of(speed, "pid")?.ratio },
  { what: "time of native C, crunch", most: 2.5, unit: "×", value: (speed) => of(speed, "crunch")?.ratio },
  { what: "time of native C, geometric mean", most: 2.5, unit: "×", value: ({ ratio }) => ratio },
];
