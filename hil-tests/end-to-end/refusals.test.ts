/** What a user does wrong is answered in words: what, where and what to do; never with a stack trace. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-refusals-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What `partita` says, on both streams, and its exit status. */
const partita = (...args: string[]): Promise<Answer> =>
  new Promise((resolve) => {
    const command = [join(ROOT, "dist/runtime/cli/main.js"), ...args];
    execFile(process.execPath, command, { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
  });

const refused = async (args: readonly string[], ...words: readonly (string | RegExp)[]): Promise<string> => {
  const { status, text } = await partita(...args);
  for (const word of words) expect(text).toMatch(word);
  expect(text).not.toMatch(/^\s+at .*:\d+/m);
  expect(status, text).toBe(2);
  return text;
};

const SMALL = `module: small
board: { clock: 100 MHz }
partitions:
  one: { program: one.st, memory: 64 KiB }
schedules:
  normal: { majorFrame: 20 ms, slots: [{ partition: one, start: 0 ms, duration: 2 ms }] }
`;
const ONE = "PROGRAM One\n  VAR run AT %QX0.0 : BOOL; END_VAR\n  run := NOT run;\nEND_PROGRAM\n";

describe("partita", () => {
  it("names every problem of a config with its place, in one run", async () => {
    file("one.st", ONE);
    const wrong = SMALL.replace("64 KiB", "lots").replace("partition: one", "partition: two").replace("20 ms", "20");
    const text = await refused(["run", file("wrong.yaml", wrong)], /wrong\.yaml:4:\d+: /, /wrong\.yaml:6:\d+: /);
    expect(text).toMatch(/3 problems/);
  });

  it("shows every error of a program with a caret", async () => {
    file(
      "one.st",
      ONE.replace("NOT run", "NOT rum").replace("BOOL", "BOLO").replace("END_PROGRAM", "run := ;\nEND_PROGRAM"),
    );
    const text = await refused(["check", file("small.yaml", SMALL)], /one\.st:2:\d+/, /one\.st:3:\d+/, /one\.st:4:\d+/);
    expect(text.match(/^\s*(\d+ )?\s*[|]?\s*\^/gm)).toHaveLength(3);
  });

  it("says what is missing", async () => {
    await refused(["run", "nowhere.yaml"], /nowhere\.yaml/, /no such file/);
    await refused(["run"], /missing required argument/);
    await refused(["rum", "x.yaml"], /unknown command/, /run/);
  });

  it("says what an option wants", async () => {
    file("one.st", ONE);
    const module = file("small.yaml", SMALL);
    await refused(["run", module, "--duration", "soon"], /looks like 30s/);
    await refused(["run", module, "--fast"], /--duration/);
    await refused(["run", module, "--record", "no/such/folder/x"], /cannot record/);
  });

  it("names the port that is taken, and who wanted it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    file("one.st", ONE);
    const io = `io:\n  modbusServers:\n    - { name: scada, host: 127.0.0.1, port: ${port}, points: [{ point: one.run, area: coil, address: 0 }] }\n`;
    const discrete = io.replace("area: coil", "area: discreteInput");
    await refused(
      ["run", file("taken.yaml", SMALL + discrete)],
      /scada/,
      new RegExp(`127\\.0\\.0\\.1:${port}`),
      /in use/,
    );
    server.close();
  });

  it("refuses to replay what cannot come out the same, with the reason", async () => {
    file("one.st", ONE);
    const module = file("small.yaml", SMALL);
    const recording = join(folder, "small.recording");
    expect(await partita("run", module, "--fast", "--duration", "2s", "--record", recording)).toMatchObject({
      status: 0,
    });
    expect(await partita("replay", recording)).toMatchObject({
      status: 0,
      text: expect.stringMatching(/^identical: 100 /),
    });

    const bytes = readFileSync(recording);
    await refused(["replay", file("empty.recording", "")], /no Partita recording/);
    await refused(["replay", file("text.recording", "PARTITA is a word")], /replay/);
    const flipped = Uint8Array.from(bytes, (byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte));
    await refused(["replay", file("flipped.recording", flipped)], /block \d+ /, /at byte \d+/);
    const cut = await partita("replay", file("cut.recording", bytes.subarray(0, bytes.length - 30)));
    expect(cut).toMatchObject({ status: 0, text: expect.stringMatching(/^(?=[\s\S]*no end)[\s\S]*identical/) });

    file("one.st", ONE.replace("NOT run", "run"));
    await refused(["replay", recording], /image of partition one/);
  });
});
