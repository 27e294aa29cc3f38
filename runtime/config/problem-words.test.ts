/** What a person reads of a config's problems and warnings. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compile } from "../../partitions/st/index.ts";
import { inspectImage } from "../board/index.ts";
import { formatProblem, type Problem } from "../problem.ts";
import { loadSystem } from "./load-system.ts";

const PATH = fileURLToPath(new URL("../../configs/module.yaml", import.meta.url));

const MODULE = `module: words
partitions:
  drive:
    image: ../partitions/waterworks/drive.elf
    memory: 64 KiB
    points: { run: { symbol: run, type: BOOL, direction: input } }
  counter: { program: counter.st, memory: 64 KiB }
schedules:
  normal:
    majorFrame: 20 ms
    slots: [{ partition: drive, start: 0 ms, duration: 1 ms }, { partition: counter, start: 5 ms, duration: 1 ms }]
`;

const COUNTER = "PROGRAM Counter VAR count : INT; END_VAR count := count + 1; END_PROGRAM";
const UNUSED: Problem = { code: "unused", file: "counter.st", line: 1, column: 21, path: "", message: "so", hint: "" };

const problemsOf = async (text: string): Promise<readonly Problem[]> => {
  const loaded = await loadSystem(PATH, {
    compileSt: () => ({ ...compile(COUNTER, { file: "counter.st" }), warnings: [UNUSED] }),
    inspectImage,
    readFile: async (path) => {
      if (path === PATH) return new TextEncoder().encode(text);
      return path.endsWith(".st") ? new TextEncoder().encode(COUNTER) : readFile(path);
    },
  });
  return loaded.ok ? loaded.warnings : loaded.problems;
};

it.each(["", "# only a comment\n", "---\n"])("a file of %j is called empty, with what belongs there", async (text) => {
  const message = "the file is empty: a module needs module, partitions, schedules";
  expect(await problemsOf(text)).toMatchObject([{ line: 1, column: 1, message }]);
});

it("a value out of a choice is told what it must be, and which was meant", async () => {
  const told = async (direction: string) => {
    const [problem] = await problemsOf(MODULE.replace("direction: input", `direction: ${direction}`));
    return [problem?.message, problem?.hint];
  };
  const path = '"partitions.drive.points.run.direction"';
  expect(await told("in")).toEqual([`${path} must be input or output, not "in"`, 'did you mean "input"?']);
  expect(await told("both")).toEqual([
    `${path} must be input or output, not "both"`,
    "image only: input or output, as the guest sees it",
  ]);
});

it("a warning of a rule or of a program is called one, a problem is not", async () => {
  const warnings = await problemsOf(MODULE);
  expect(warnings.map(({ code }) => code)).toEqual(["input-without-source", "unused"]);
  for (const warning of warnings) expect(formatProblem(warning)).toContain(`: warning: ${warning.message} [`);
  for (const problem of await problemsOf("")) expect(formatProblem(problem)).not.toContain("warning");
});
