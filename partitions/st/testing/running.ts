/** Compiles programs in tests and runs them scan by scan on the interpreter. */
import { expect } from "vitest";
import { ProgramRun } from "../../../runtime/cli/program-run.ts";
import { formatProblem } from "../../../runtime/problem.ts";
import { compile, type StProblem } from "../index.ts";

/** An error that the program raised. */
export interface Raised {
  readonly code: number;
  readonly detail: number;
  readonly message: string;
}

/** The program before its first scan; throws when it does not compile. */
export const start = (source: string, intervalNs = 10e6): { readonly run: ProgramRun; readonly raised: Raised[] } => {
  const compiled = compile(source, { file: "t.st", defaultIntervalNs: intervalNs });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const raised: Raised[] = [];
  const raiseError = (code: number, detail: number, message: string) => raised.push({ code, detail, message });
  return {
    run: new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError }),
    raised,
  };
};

/** The values of `names`, which blanks separate, after `scans` scans. */
export const valuesAfter = (source: string, names: string, scans = 1): unknown[] => {
  const { run } = start(source);
  expect(run.runScans(scans)).toBe("scans");
  return names.split(" ").map((name) => run.read(name));
};

export const problemsOf = (source: string): readonly StProblem[] => {
  const result = compile(source, { file: "t.st" });
  return result.ok ? [] : result.problems;
};
