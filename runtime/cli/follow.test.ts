import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/runtime/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "partita-follow-"));
afterAll(() => rmSync(folder, { recursive: true }));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

const program = (value: string) => `PROGRAM P VAR a AT %QW0 : INT; END_VAR a := ${value}; END_PROGRAM\n`;

/** `partita compile --follow …`, and the lines that it says one after the other. */
const follow = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [MAIN, "compile", "--follow", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.push(child);
  let text = "";
  let wake = () => {};
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    wake();
  });
  const said = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) {
        text = text.slice(match.index + match[0].length);
        return match[0];
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { child, said };
};

describe("partita compile --follow", () => {
  it("compiles again when a file changes, says what is wrong, and ends at Ctrl-C", async () => {
    const [main, half, image] = ["main.st", "half.st", "out.elf"].map((name) => join(folder, name));
    writeFileSync(main!, program("Half(8)"));
    writeFileSync(half!, "FUNCTION Half : INT VAR_INPUT x : INT; END_VAR Half := x / 2; END_FUNCTION\n");
    const { child, said } = follow(main!, half!, "-o", image!);
    expect(await said(/.*\n/)).toMatch(/out\.elf: done in \d+ ms\n/);
    const first = readFileSync(image!);
    writeFileSync(main!, program("Hallf(8)"));
    expect(await said(/.*problem\n/s)).toContain("did you mean Half?");
    expect(readFileSync(image!)).toEqual(first);
    rmSync(half!);
    expect(await said(/partita: .*\n/)).toContain("there is no such file");
    writeFileSync(half!, "FUNCTION Hallf : INT VAR_INPUT x : INT; END_VAR Hallf := x / 3; END_FUNCTION\n");
    await said(/done in \d+ ms\n/);
    expect(readFileSync(image!)).not.toEqual(first);
    const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve([code, signal])));
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  });
});
