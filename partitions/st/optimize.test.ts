import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";
import { randomProgram } from "./testing/random-program.ts";

const SCANS = 3;

/** All that can be seen of a program: its variables after each scan and the errors that it raised, in order. */
const behaviourOf = (source: string, optimize: boolean): string => {
  const compiled = compile(source, { file: "random.st", optimize });
  if (!compiled.ok) throw new Error(`${compiled.problems.map(formatProblem).join("\n")}\n${source}`);
  const seen: unknown[] = [];
  const raiseError = (code: number, line: number, message: string) => seen.push([code, line, message]);
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 17, raiseError });
  for (let scan = 0; scan < SCANS; scan++) {
    seen.push(run.runScans(1, 20_000_000));
    for (const { path } of compiled.program.variables) seen.push([path, run.read(path)]);
  }
  return seen.map((each) => JSON.stringify(each)).join("\n");
};

const programs = Number(process.env.PARTITA_RANDOM_PROGRAMS ?? 80);
const first = Number(process.env.PARTITA_RANDOM_SEED ?? 1);

describe("the optimiser", () => {
  it("changes nothing that can be seen of a program", () => {
    for (let seed = first; seed < first + programs; seed++) {
      const source = randomProgram(seed);
      expect(behaviourOf(source, true), `seed ${seed}:\n${source}`).toBe(behaviourOf(source, false));
    }
  });
});
