/** Compiles programs in tests and runs them scan by scan on the interpreter. */
import { expect } from "vitest";
import { ProgramRun } from "../../../runtime/cli/program-run.ts";
import { formatProblem } from "../../../runtime/problem.ts";
import { compile, type ProgramInfo, type StProblem } from "../index.ts";

const RAM_BASE = 0x8000_0000;

/** An error that the program raised. */
export interface Raised {
  readonly code: number;
  readonly detail: number;
  readonly message: string;
}

export interface Started {
  readonly run: ProgramRun;
  readonly program: ProgramInfo;
  readonly raised: Raised[];
}

/** The program before its first scan; throws when it does not compile. */
export const start = (source: string, intervalNs = 10e6): Started => {
  const compiled = compile(source, { file: "t.st", defaultIntervalNs: intervalNs });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const raised: Raised[] = [];
  const raiseError = (code: number, detail: number, message: string) => raised.push({ code, detail, message });
  return {
    run: new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError }),
    program: compiled.program,
    raised,
  };
};

/** The bytes of a variable in the RAM of the board. */
export const ramOf = ({ run, program }: Started, path: string): DataView => {
  const variable = program.variables.find((each) => each.path === path);
  if (variable === undefined) throw new Error(`there is no variable ${path}`);
  const { buffer, byteOffset } = run.board.ram;
  return new DataView(buffer, byteOffset + variable.address - RAM_BASE, variable.type.bytes);
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
