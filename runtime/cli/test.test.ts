import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { junitOf } from "../junit.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const MAIN = new URL("../../dist/runtime/cli/main.js", import.meta.url).pathname;

const partita = (...args: string[]): Promise<{ readonly code: number; readonly output: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: folder, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
    );
  });

writeFileSync(
  join(folder, "twice.st"),
  "FUNCTION Twice : INT\nVAR_INPUT n : INT; END_VAR\nTwice := n * 2;\nEND_FUNCTION\n",
);
writeFileSync(
  join(folder, "twice.test.st"),
  "TEST 'doubles'\nASSERT_EQ(Twice(4), 8);\nEND_TEST\nTEST 'is wrong'\nASSERT_EQ(Twice(4), 9);\nEND_TEST\n",
);

describe("partita test", () => {
  it("runs the tests of several files and tells what failed, where and with which values", async () => {
    const { code, output } = await partita("test", "twice.st", "twice.test.st", "--junit", "results.xml");
    expect(output.replace(/\([\d.]+ m?s\)/g, "(…)")).toBe(
      [
        "ok   twice.test.st:1 doubles (…)",
        "FAIL twice.test.st:4 is wrong (…)",
        "     twice.test.st:5: Twice(4) is 8, expected 9",
        "",
        "2 tests: 1 passed, 1 failed (…)",
        "",
      ].join("\n"),
    );
    expect(code).toBe(1);
    const xml = readFileSync(join(folder, "results.xml"), "utf8");
    expect(xml).toMatch(/<testsuite name="twice.test.st" tests="2" failures="1" time="[\d.]+">/);
    expect(xml).toMatch(/<testcase classname="twice.test.st" name="is wrong" file="twice.test.st" line="4"/);
  });

  it("runs those that are asked for", async () => {
    const { code, output } = await partita("test", "twice.st", "twice.test.st", "--filter", "doubles");
    expect([code, output.split("\n").at(-2)]).toEqual([0, expect.stringMatching(/^1 test: 1 passed, 0 failed/)]);
    expect((await partita("test", "twice.st", "--filter", "x")).output).toMatch(/no TEST has "x" in its name/);
    expect(await partita("test", "twice.st")).toMatchObject({
      code: 2,
      output: expect.stringMatching(/there is no TEST/),
    });
  });

  it("prints results for programs as one JSON object, problems too", async () => {
    const { code, output } = await partita("test", "twice.st", "twice.test.st", "--json");
    expect([code, JSON.parse(output)]).toMatchObject([
      1,
      {
        ...{ ok: false, passed: 1, failed: 1 },
        tests: [
          { name: "doubles", file: "twice.test.st", line: 1, ok: true, failure: null },
          { name: "is wrong", ok: false, failure: { file: "twice.test.st", line: 5 } },
        ],
      },
    ]);
    const refused = await partita("test", "twice.test.st", "--json");
    expect([refused.code, JSON.parse(refused.output)]).toMatchObject([2, { ok: false, problems: [{ range: {} }, {}] }]);
  });

  it("writes what the tests cover", async () => {
    const { output } = await partita("test", "twice.st", "twice.test.st", "--coverage", "twice.lcov");
    expect(output).toMatch(/\ntwice.st {2}100.0 % \(1 of 1\) statements, 100.0 % \(0 of 0\) branches\n$/);
    expect(readFileSync(join(folder, "twice.lcov"), "utf8")).toMatch(/^TN:\nSF:twice.st\n[\s\S]*DA:3,2\n/);
  });

  it("prints the problems of all files when there are some", async () => {
    const { code, output } = await partita("test", "twice.test.st");
    expect(code).toBe(2);
    expect(output).toMatch(/there is no function Twice[\s\S]*twice.test.st: 2 problems/);
  });
});

describe("a JUnit report", () => {
  it("is XML whatever stands in names and messages", () => {
    const failure = { message: "a < b \u0001", text: "t.st:4: a < b \u0001" };
    const xml = junitOf([{ suite: "t.st", name: `<a> & "b"`, file: "t.st", line: 3, seconds: 0.0125, failure }]);
    expect(xml).toContain('name="&lt;a&gt; &amp; &quot;b&quot;" file="t.st" line="3" time="0.013"');
    expect(xml).toContain('<failure message="a &lt; b ?">t.st:4: a &lt; b ?</failure>');
  });
});
