/** The library of control blocks: its own tests in Structured Text, and its use from a program, from the folder and as one file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runTest } from "../../runtime/cli/test-run.ts";
import { partita } from "../../runtime/cli/testing/exec.ts";
import { hostClock } from "../../runtime/host/clock.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { Compiler } from "../st/index.ts";

const FOLDER = import.meta.dirname;
const sources = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".st"))
  .map((file) => ({ file, text: readFileSync(join(FOLDER, file), "utf8") }));
const compiler = new Compiler();

describe("the control blocks", () => {
  const found = compiler.findTests(sources);
  const tests = found.ok ? found.tests : [];

  it("have neither problems nor warnings", () => {
    expect((found.ok ? found.warnings : found.problems).map(formatProblem)).toEqual([]);
    expect(tests.length).toBeGreaterThan(50);
  });

  it.each(tests)("$name", (test) => {
    const own = sources.filter(({ file }) => file === test.file);
    const compiled = compiler.compile(own, {
      libraries: sources.filter(({ file }) => file !== test.file),
      test: test.name,
    });
    if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
    const { failure } = runTest(test, compiled, hostClock);
    expect(failure === null ? null : `${failure.file}:${failure.line}: ${failure.message}`).toBeNull();
  });
});

describe("a program that uses them", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-blocks-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const heat = async (library: string): Promise<Record<string, unknown>> => {
    const watch = ["--watch", "temperature,control.tuning.kp,control.failure,tooHot.active"];
    const scans = ["--scans", "16000", "--period", "100ms"];
    const oven = join(FOLDER, "example/oven.st");
    const { output, errors, status } = await partita(["exec", oven, "--library-path", library, ...scans, ...watch]);
    expect([errors, status]).toEqual(["", 0]);
    return JSON.parse(output);
  };

  it("finds them in their folder, and in the library's one file", async () => {
    const library = join(folder, "control-blocks.stlib");
    const { errors, status } = await partita(["compile", "--library", FOLDER, "-o", library, "--warnings-as-errors"]);
    expect([errors, status]).toEqual(["", 0]);
    const fromFile = await heat(library);
    expect(fromFile).toMatchObject({ "control.failure": "NONE", "tooHot.active": false });
    expect(fromFile.temperature).toBeCloseTo(180, -1);
    expect(fromFile["control.tuning.kp"]).not.toBe(2);
    expect(await heat(FOLDER)).toEqual(fromFile);
  });
});
