import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../partitions/st/index.ts";
import { inspectImage } from "../board/index.ts";
import { decodeLibrary, encodeLibrary } from "./library-file.ts";
import { loadSystem } from "./load-system.ts";
import type { ConfigTools } from "./tools.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-program-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HALF = "FUNCTION Half : INT VAR_INPUT x : INT; END_VAR\n Half := x / 2;\nEND_FUNCTION\n";
const TWICE = "FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR\n Twice := 2 * x;\nEND_FUNCTION\n";
const MAIN = "PROGRAM Main VAR a AT %QW0 : INT; END_VAR\n a := Half(Twice(4));\nEND_PROGRAM\n";

mkdirSync(join(folder, "lib/deep"), { recursive: true });
for (const [name, text] of [
  ["main.st", MAIN],
  ["half.st", HALF],
  ["lib/twice.st", TWICE],
  ["lib/deep/half.ST", HALF],
  ["twice.stlib", encodeLibrary([{ file: "twice.st", text: TWICE }], [{ kind: "FUNCTION", name: "Twice" }])],
] as const) {
  writeFileSync(join(folder, name), text);
}

/** Loads a module with one partition, which has these lines. */
const load = (partition: string) => {
  const path = join(folder, "module.yaml");
  const config = `
module: small
partitions:
  a:
    memory: 64 KiB
    ${partition}
schedules: { normal: { majorFrame: 20 ms, slots: [{ partition: a, start: 0 ms, duration: 20 ms }] } }
`;
  writeFileSync(path, config);
  const given: (readonly string[])[] = [];
  const compileSt: ConfigTools["compileSt"] = (program, libraries) => {
    for (const files of [program, libraries]) given.push(files.map(({ file }) => file.slice(folder.length + 1)));
    return compileProgram(program, libraries);
  };
  return loadSystem(path, { compileSt, inspectImage }).then((loaded) => ({
    given,
    problems: loaded.ok ? [] : loaded.problems.map(({ code, line, message }) => `${line} ${code} ${message}`),
  }));
};

describe("a partition's program", () => {
  it("is one file or several, each taken once", async () => {
    const loaded = await load("program: [main.st, half.st, lib/twice.st, half.st]");
    expect(loaded).toEqual({ given: [["main.st", "half.st", "lib/twice.st"], []], problems: [] });
  });

  it("takes from libraries: folders with what is below them, files, and library files", async () => {
    expect(await load("program: main.st\n    libraries: [lib]")).toEqual({
      given: [["main.st"], ["lib/deep/half.ST", "lib/twice.st"]],
      problems: [],
    });
    expect(await load("program: main.st\n    libraries: [half.st, twice.stlib]")).toEqual({
      given: [["main.st"], ["half.st", "twice.stlib/twice.st"]],
      problems: [],
    });
  });

  it("reports every file that cannot be used, where the config names the program", async () => {
    const { problems } = await load("program: [main.st, gone.st]\n    libraries: [nowhere, main.st, module.yaml]");
    expect(problems).toEqual([
      `6 file-unreadable ${folder}/gone.st cannot be read: there is no such file`,
      `6 file-unreadable ${folder}/nowhere cannot be read: there is no such file`,
      `6 file-unreadable ${folder}/module.yaml cannot be read: it is neither Structured Text (.st) nor a library that \`partita compile --library\` wrote`,
    ]);
  });

  it("is a path or a list of them", async () => {
    expect((await load("program: 5")).problems).toEqual([
      '6 wrong-type "partitions.a.program" must be a file or a list of files, not 5',
    ]);
    expect((await load("program: []")).problems).toEqual([
      '6 wrong-type "partitions.a.program" must be a file or a list of files, not an empty list',
    ]);
  });
});

describe("a library file", () => {
  const text = encodeLibrary([{ file: "twice.st", text: TWICE }], []);

  it("gives the sources that it was made of, as files inside of it", () => {
    expect(decodeLibrary("lib/a.stlib", text)).toEqual({ sources: [{ file: "lib/a.stlib/twice.st", text: TWICE }] });
  });

  it("is refused when it was changed, or is something else", () => {
    expect(decodeLibrary("a", text.replace("2 * x", "3 * x"))).toEqual({
      reason: "its content does not agree with its digest: compile the library again",
    });
    for (const other of ["", "{}", "null", '{"format":"partita-st-library 1"}', text.slice(0, -9)]) {
      expect(decodeLibrary("a", other)).toEqual({ reason: expect.stringContaining("neither Structured Text") });
    }
  });
});
