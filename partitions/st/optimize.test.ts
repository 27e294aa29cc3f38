/** Programs at random do the same with and without optimisation, interpreted and translated. */
import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { interpret } from "../../runtime/hart/index.ts";
import { engineFactory } from "../../runtime/host/engines.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { type CompileResult, compile, type VariableType } from "./index.ts";
import { randomProgram } from "./testing/random-program/index.ts";

const SCANS = 3;
/** Long enough for what is not optimised, or it would miss its release. */
const INTERVAL_NS = 1e9;
const MOST_CYCLES = 250_000_000;
/** A machine that has other things to do takes long over so many programs. */
const TIMEOUT_MS = 600_000;

type Compiled = Extract<CompileResult, { ok: true }>;

const compiled = (source: string, optimize: boolean): Compiled => {
  const result = compile(source, { file: "random.st", optimize, defaultIntervalNs: INTERVAL_NS });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
  return result;
};

/** Where something lies is another matter in other code. */
const holdsAddress = (type: VariableType): boolean => {
  if (type.kind === "array") return holdsAddress(type.element);
  if (type.kind === "struct") return type.fields.some((field) => holdsAddress(field.type));
  return /^(POINTER|REF_TO|REFERENCE) /.test(type.kind === "elementary" ? type.name : "");
};

/** All that can be seen of a program: its variables after each scan and the errors that it raised, in order. */
const behaviourOf = ({ elf, program }: Compiled, engine = interpret): string => {
  const seen: unknown[] = [];
  const raiseError = (code: number, line: number, message: string) => seen.push([code, line, message]);
  const run = new ProgramRun({ elf, program, memoryBytes: 1 << 18, engine, raiseError });
  for (let scan = 0; scan < SCANS; scan++) {
    seen.push(run.runScans(1, MOST_CYCLES));
    for (const { path, type } of program.variables) if (!holdsAddress(type)) seen.push([path, run.read(path)]);
  }
  return seen.map((each) => JSON.stringify(each)).join("\n");
};

const programs = Number(process.env.PARTITA_RANDOM_PROGRAMS ?? 250);
const first = Number(process.env.PARTITA_RANDOM_SEED ?? 1);

describe("random programs", () => {
  it(
    "do the same with and without optimisation, interpreted and translated",
    () => {
      const translate = engineFactory("translator");
      for (let seed = first; seed < first + programs; seed++) {
        const source = randomProgram(seed);
        const optimized = compiled(source, true);
        const behaviour = behaviourOf(optimized);
        expect(behaviour, `seed ${seed}, optimised:\n${source}`).toBe(behaviourOf(compiled(source, false)));
        expect(behaviourOf(optimized, translate), `seed ${seed}, translated:\n${source}`).toBe(behaviour);
      }
    },
    TIMEOUT_MS,
  );
});
