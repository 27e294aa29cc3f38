/** TASK t(SINGLE := …) on the board: who runs in which cycle (IEC 61131-3 §6.8.2). */
import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";
import { problemsOf } from "./testing/running.ts";

const runOf = (source: string, optimize: boolean) => {
  const compiled = compile(source, { file: "t.st", optimize, defaultIntervalNs: 10e6 });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const raised: string[] = [];
  const raiseError = (_code: number, _detail: number, message: string) => raised.push(message);
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError });
  const values = (names: string) => names.split(" ").map((name) => run.read(name));
  return { run, raised, values, tasks: compiled.program.tasks };
};

const GLOBALS = "VAR_GLOBAL trigger : BOOL; order : DINT; runs, other : INT; at : TIME; END_VAR";
/** The trigger rises in the 3rd and in the 7th scan. */
const BASE = `PROGRAM Base VAR n : INT; END_VAR n := n + 1; trigger := n = 3 OR n = 4 OR n = 7; order := order * 10 + 1; END_PROGRAM`;
const ALARM = "PROGRAM Alarm runs := runs + 1; at := TIME(); order := order * 10 + 2; END_PROGRAM";

describe.each([
  ["optimised", true],
  ["plain", false],
])("an event task, %s", (_, optimize) => {
  it("runs once for each rise, in the cycle after it where it is more urgent", () => {
    const { run, values, raised, tasks } = runOf(
      `${GLOBALS} ${BASE} ${ALARM} CONFIGURATION c TASK base(INTERVAL := T#5ms, PRIORITY := 5); TASK event(SINGLE := trigger, PRIORITY := 1);
       PROGRAM b WITH base : Base; PROGRAM a WITH event : Alarm; END_CONFIGURATION`,
      optimize,
    );
    expect(tasks.map(({ name, intervalNs }) => [name, intervalNs])).toEqual([
      ["event", 5e6],
      ["base", 5e6],
    ]);
    expect(run.runScans(5)).toBe("scans");
    expect(values("runs order at")).toEqual([1, 111_211, "T#15ms"]);
    expect(run.runScans(4)).toBe("scans");
    expect(values("runs at")).toEqual([2, "T#35ms"]);
    expect(raised).toEqual([]);
  });

  it("runs in the very cycle where it is less urgent than what raises the trigger", () => {
    const { run, values } = runOf(
      `${GLOBALS} ${BASE} ${ALARM} CONFIGURATION c TASK event(SINGLE := trigger, PRIORITY := 9); TASK base(INTERVAL := T#5ms, PRIORITY := 5);
       TASK slow(INTERVAL := T#50ms, PRIORITY := 7); PROGRAM b WITH base : Base; PROGRAM a WITH event : Alarm; END_CONFIGURATION`,
      optimize,
    );
    expect(run.runScans(4)).toBe("scans");
    expect(values("runs order at")).toEqual([1, 11_121, "T#10ms"]);
    expect(run.runScans(4)).toBe("scans");
    expect(values("runs order at")).toEqual([2, 1_112_111_121, "T#30ms"]);
  });

  it("runs all of its programs, also when the first takes the trigger back, with their connections", () => {
    const { run, values } = runOf(
      `VAR_GLOBAL trigger : BOOL; runs, sum, source : INT; END_VAR
       PROGRAM Base VAR n : INT; END_VAR n := n + 1; source := n; IF n = 2 OR n = 4 THEN trigger := TRUE; END_IF; END_PROGRAM
       PROGRAM Take runs := runs + 1; trigger := FALSE; END_PROGRAM
       PROGRAM Sum VAR_INPUT x : INT; END_VAR VAR_OUTPUT y : INT; END_VAR y := y + x; END_PROGRAM
       CONFIGURATION c TASK event(SINGLE := trigger AND source > 0, PRIORITY := 9);
       PROGRAM t WITH event : Take; PROGRAM s WITH event : Sum(x := source, y => sum); PROGRAM b : Base; END_CONFIGURATION`,
      optimize,
    );
    expect(run.runScans(14)).toBe("scans");
    expect(values("runs sum")).toEqual([2, 6]);
  });
});

describe("an event task", () => {
  const problems = (task: string): readonly string[] =>
    problemsOf(
      `VAR_GLOBAL trigger : BOOL; n : INT; END_VAR PROGRAM P END_PROGRAM CONFIGURATION c TASK t(${task}); PROGRAM p WITH t : P; END_CONFIGURATION`,
    ).map(({ code, message }) => `${code}: ${message}`);

  it("needs a BOOL that can change, and no INTERVAL", () => {
    expect(problems("SINGLE := n")).toEqual(["type-mismatch: expected BOOL, found INT"]);
    expect(problems("SINGLE := TRUE")).toEqual(["event-task: what never changes releases no task"]);
    expect(problems("SINGLE := trigger, INTERVAL := T#5ms")).toEqual([
      "event-task: TASK t has both an INTERVAL and an event",
    ]);
    expect(problems("PRIORITY := 1")).toEqual(["no-interval: TASK t has no INTERVAL"]);
    expect(problems("SINGLE := nobody")).toEqual(["unknown-name: nobody is not declared"]);
    expect(problems("SINGLE := trigger")).toEqual([]);
  });
});
