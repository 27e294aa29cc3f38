/** Several tasks in one partition (IEC 61131-3 §6.8.2): who runs when, and what each of them sees. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";

const start = (source: string) => {
  const compiled = compile(source, { file: "t.st" });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const raised: string[] = [];
  const raiseError = (code: number, detail: number, message: string) => raised.push(`${code} ${detail} ${message}`);
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError });
  return { run, raised, program: compiled.program };
};

const configuration = (tasks: string, programs: string): string =>
  `CONFIGURATION c RESOURCE r ON PLC ${tasks} ${programs} END_RESOURCE END_CONFIGURATION`;

/** Loops that take about `us` microseconds at 100 MHz. */
const busyFor = (us: number) => `FOR i := 1 TO ${us * 30} DO busy := busy XOR i; END_FOR;`;
const BUSY = "VAR i, busy : DINT; END_VAR";

const FAST_AND_SLOW = configuration(
  "TASK fast(INTERVAL := T#1ms, PRIORITY := 1); TASK slow(INTERVAL := T#10ms, PRIORITY := 5);",
  "PROGRAM f WITH fast : Fast; PROGRAM s WITH slow : Slow;",
);

describe("several tasks", () => {
  it("each run once in every interval of their own, the more urgent first, and see their own release", () => {
    const { run, raised } = start(`
      VAR_GLOBAL order : DWORD; END_VAR
      PROGRAM Slow VAR n : DINT; t : TIME; END_VAR VAR_EXTERNAL order : DWORD; END_VAR
        n := n + 1; t := TIME(); IF order < 16#1000 THEN order := SHL(order, 4) OR 2; END_IF; END_PROGRAM
      PROGRAM Fast VAR n : DINT; t : TIME; END_VAR VAR_EXTERNAL order : DWORD; END_VAR
        n := n + 1; t := TIME(); IF order < 16#1000 THEN order := SHL(order, 4) OR 1; END_IF; END_PROGRAM
      ${FAST_AND_SLOW}`);
    expect(run.runScans(100)).toBe("scans");
    expect(["f.n", "s.n", "f.t", "s.t"].map((name) => run.read(name))).toEqual([100, 10, "T#99ms", "T#90ms"]);
    expect(run.read("order")).toBe(0x1211);
    expect(raised).toEqual([]);
  });

  it("interrupt a scan that is less urgent, which goes on as if nothing had been", () => {
    const { run, raised } = start(`
      VAR_GLOBAL ticks : DINT; END_VAR
      PROGRAM Slow ${BUSY} VAR a, b, r : REAL; t0, t1 : TIME; seen, sum : DINT; END_VAR
        VAR_EXTERNAL ticks : DINT; END_VAR
        t0 := TIME(); a := 1.0; b := 0.0; r := 0.0; sum := 0;
        FOR i := 1 TO 50000 DO b := b + a; a := a / 1.0001; r := r * 0.5 + DINT_TO_REAL(i); sum := sum * 3 + i; END_FOR;
        seen := ticks; t1 := TIME(); END_PROGRAM
      PROGRAM Fast VAR x, y : REAL; z, i : DINT; END_VAR VAR_EXTERNAL ticks : DINT; END_VAR
        ticks := ticks + 1; FOR i := 1 TO 20 DO x := x * 1.5 + 3.0; y := y / 3.0 + 1.0; z := z * z + 7; END_FOR; END_PROGRAM
      ${FAST_AND_SLOW}`);
    run.runScans(10);
    let [a, b, r, sum] = [1, 0, 0, 0];
    for (let i = 1; i <= 50_000; i++) {
      b = Math.fround(b + a);
      a = Math.fround(a / Math.fround(1.0001));
      r = Math.fround(Math.fround(r * 0.5) + i);
      sum = (Math.imul(sum, 3) + i) | 0;
    }
    expect(["s.a", "s.b", "s.r", "s.sum"].map((name) => Math.fround(Number(run.read(name))))).toEqual([
      a,
      b,
      r,
      Math.fround(sum),
    ]);
    expect(Number(run.read("s.seen"))).toBeGreaterThan(3);
    expect([run.read("s.t0"), run.read("s.t1")]).toEqual(["T#0ms", "T#0ms"]);
    expect(raised).toEqual([]);
  });

  it("that are as urgent do not interrupt each other; the one that waits longest comes first", () => {
    const { run } = start(`
      VAR_GLOBAL inside : DINT; overlaps : DINT; END_VAR
      PROGRAM P ${BUSY} VAR n : DINT; END_VAR VAR_EXTERNAL inside, overlaps : DINT; END_VAR
        inside := inside + 1; ${busyFor(700)} IF inside <> 1 THEN overlaps := overlaps + 1; END_IF;
        inside := inside - 1; n := n + 1; END_PROGRAM
      PROGRAM Q ${BUSY} VAR n : DINT; END_VAR VAR_EXTERNAL inside, overlaps : DINT; END_VAR
        inside := inside + 1; ${busyFor(700)} IF inside <> 1 THEN overlaps := overlaps + 1; END_IF;
        inside := inside - 1; n := n + 1; END_PROGRAM
      ${configuration(
        "TASK a(INTERVAL := T#1ms, PRIORITY := 3); TASK b(INTERVAL := T#1ms500us, PRIORITY := 3);",
        "PROGRAM p WITH a : P; PROGRAM q WITH b : Q;",
      )}`);
    run.runScans(60);
    expect(run.read("overlaps")).toBe(0);
    // Overload: neither is starved.
    expect(Number(run.read("p.n"))).toBeGreaterThan(25);
    expect(Number(run.read("q.n"))).toBeGreaterThan(25);
  });

  it("complain by name of a scan that is still running at its next release, and go on", () => {
    const { run, raised } = start(`
      PROGRAM Slow ${BUSY} VAR n : DINT; END_VAR ${busyFor(25_000)} n := n + 1; END_PROGRAM
      PROGRAM Fast VAR n : DINT; END_VAR n := n + 1; END_PROGRAM
      ${FAST_AND_SLOW}`);
    run.runScans(100);
    expect(run.read("f.n")).toBe(100);
    expect(raised.slice(0, 2)).toEqual(
      [1, 2].map((n) => `1 ${n} t.st: TASK slow, the scan was still running at its next release`),
    );
    expect(Number(run.read("s.n"))).toBeGreaterThan(1);
  });

  it("publish what whole scans wrote, and leave each other's inputs and outputs alone", () => {
    const { run, program } = start(`
      VAR_GLOBAL a AT %QW0 : INT; b AT %QW1 : INT; flag AT %QX4.0 : BOOL; other AT %QX4.1 : BOOL; seenA, seenB : INT; bad : DINT; END_VAR
      PROGRAM Slow ${BUSY} VAR_EXTERNAL a, b : INT; flag : BOOL; bad : DINT; END_VAR
        a := a + 1; flag := NOT flag; ${busyFor(1500)} b := a;
        IF a <> b THEN bad := bad + 1; END_IF; END_PROGRAM
      PROGRAM Fast VAR_EXTERNAL a, b, seenA, seenB : INT; flag, other : BOOL; bad : DINT; END_VAR
        IF a <> b OR flag <> a.0 THEN bad := bad + 1; END_IF;
        other := NOT other; seenA := a; seenB := b; END_PROGRAM
      ${FAST_AND_SLOW}`);
    run.runScans(55);
    expect(program.tasks.map(({ name }) => name)).toEqual(["fast", "slow"]);
    expect(["bad", "a", "b", "seenA", "other"].map((name) => run.read(name))).toEqual([0, 6, 6, 6, true]);
  });

  it("use ports, reports and each other's time without mixing them up", () => {
    const { run, raised } = start(`
      PROGRAM Slow VAR i, zero, sum : DINT; END_VAR FOR i := 1 TO 3000 DO sum := sum + i / zero; END_FOR; END_PROGRAM
      PROGRAM Fast VAR a : ARRAY [0..3] OF INT; k : INT := 9; END_VAR a[k] := 1; END_PROGRAM
      ${FAST_AND_SLOW}`);
    run.runScans(10);
    expect(new Set(raised)).toEqual(new Set(["3 2 t.st:2: division by zero", "2 3 t.st:3: array index out of bounds"]));
    expect(raised.filter((text) => text.startsWith("3"))).toHaveLength(3000);
    expect(raised.filter((text) => text.startsWith("2"))).toHaveLength(10);
  });

  it("of any number and any intervals miss no release that they can serve", () => {
    const task = fc.record({
      ms: fc.integer({ min: 1, max: 12 }),
      priority: fc.integer({ min: 0, max: 3 }),
      us: fc.integer({ min: 0, max: 80 }),
    });
    fc.assert(
      fc.property(fc.array(task, { minLength: 2, maxLength: 6 }), (tasks) => {
        const programs = tasks.map(
          ({ us }, k) =>
            `PROGRAM P${k} ${BUSY} VAR n : DINT; t : TIME; END_VAR ${busyFor(us)} n := n + 1; t := TIME(); END_PROGRAM`,
        );
        const declared = tasks.map(
          ({ ms, priority }, k) => `TASK t${k}(INTERVAL := T#${ms}ms, PRIORITY := ${priority});`,
        );
        const instances = tasks.map((_, k) => `PROGRAM i${k} WITH t${k} : P${k};`);
        const { run, raised } = start(
          `${programs.join("\n")}\n${configuration(declared.join(" "), instances.join(" "))}`,
        );
        const shortest = Math.min(...tasks.map(({ ms }) => ms));
        run.runScans(Math.ceil(60 / shortest));
        const elapsed = Math.ceil(60 / shortest) * shortest;
        expect(raised).toEqual([]);
        for (const [k, { ms }] of tasks.entries()) {
          // One that is released with the run's end has not begun.
          expect([run.read(`i${k}.n`), run.read(`i${k}.t`)]).toEqual([
            Math.ceil(elapsed / ms),
            `T#${(Math.ceil(elapsed / ms) - 1) * ms}ms`,
          ]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("tasks that cannot be", () => {
  const problemsOf = (source: string): readonly string[] => {
    const compiled = compile(source, { file: "t.st" });
    return compiled.ok ? [] : compiled.problems.map(({ message, hint }) => `${message}; ${hint}`);
  };
  const P = "PROGRAM P VAR n : INT; END_VAR n := n + 1; END_PROGRAM";

  it.each([
    ["TASK a(INTERVAL := T#1ms, PRIORITY := -1);", "PROGRAM p WITH a : P;", /PRIORITY is a constant from 0/],
    ["TASK a(INTERVAL := T#1ms);", "PROGRAM p WITH b : P;", /there is no TASK b/],
    ["TASK a(INTERVAL := T#1ms);", "PROGRAM p WITH a : Q;", /there is no PROGRAM Q/],
    ["TASK a(INTERVAL := T#1ms);", "", /runs no program/],
    ["TASK a(INTERVAL := T#1ms);", "PROGRAM p WITH a : P; PROGRAM P WITH a : P;", /P is declared twice/],
  ])("%s %s is refused in words", (tasks, programs, words) => {
    expect(problemsOf(`${P} ${configuration(tasks, programs)}`).join("\n")).toMatch(words);
  });
});
