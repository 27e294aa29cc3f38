/** Snapshots, clones and other programs for a module that runs, as its user has them: by `partita ctl`, recorded and replayed. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { output, Program, ROOT } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-replace-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [CONFIG, SOCKET] = [join(folder, "module.yaml"), join(folder, "press.control")];
const [RECORDING, SNAPSHOT] = [join(folder, "press.recording"), join(folder, "press.snapshot")];
const MAIN = "dist/runtime/cli/main.js";

/** Counts its scans, and shows them `factor`-fold. */
const press = (factor: number, declarations = "out AT %QD0 : DINT;", retained = "strokes : UDINT;") =>
  `PROGRAM Press VAR ${declarations} END_VAR VAR RETAIN ${retained} END_VAR
strokes := strokes + 1; out := UDINT_TO_DINT(strokes) * ${factor}; END_PROGRAM`;
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
file("press.st", press(1));
const better = file(
  "better.st",
  press(-1, "out AT %QD0 : DINT; spare : ARRAY [1..40] OF LREAL;", "added : LREAL; strokes : UDINT;"),
);
const wider = file("wider.st", press(1, "out AT %QD0 : DINT; more AT %QX9.0 : BOOL;"));
const huge = file("huge.st", press(1, "out AT %QD0 : DINT; table : ARRAY [1..40000] OF LREAL;"));
const broken = file("broken.st", press(1).replace("strokes + 1", "stroke + 1"));
writeFileSync(
  CONFIG,
  `module: press
partitions:
  press: { program: press.st, memory: 64 KiB }
  shadow: { program: press.st, memory: 64 KiB }
schedules:
  normal:
    majorFrame: 20 ms
    slots:
      - { partition: press, start: 0 ms, duration: 1 ms }
      - { partition: shadow, start: 10 ms, duration: 1 ms }
`,
);

const ctl = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const all = [MAIN, "ctl", "--socket", SOCKET, ...args];
    execFile(process.execPath, all, { cwd: ROOT, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
const run = (...args: string[]) => new Program(process.execPath, [MAIN, "run", CONFIG, "--control", SOCKET, ...args]);

describe("a running module", { timeout: 120_000 }, () => {
  let program: Program;
  beforeAll(async () => {
    program = run("--record", RECORDING);
    await program.line(/module running/, 30_000);
  }, 40_000);
  afterAll(async () => void (await program.end("SIGKILL")));

  /** What the two show, of one moment. */
  const shown = async (): Promise<readonly number[]> => {
    const { outcome } = await watched();
    return outcome;
  };
  const watched = async (): Promise<{ outcome: readonly number[] }> => {
    const watch = new Program(process.execPath, [MAIN, "ctl", "--socket", SOCKET, "watch", "press.out", "shadow.out"]);
    const line = await watch.line(/press\.out/, 20_000);
    await watch.end();
    return { outcome: [...line.matchAll(/out (-?\d+)/g)].map(([, value]) => Number(value)) };
  };

  it("gives a partition another program that carries retained values on, refuses what does not fit, and rolls back", async () => {
    const [before] = await shown();
    expect(before).toBeGreaterThan(0);
    for (const [wrong, reason] of [
      [wider, "more"],
      [huge, "memory"],
      [broken, "stroke"],
      [join(folder, "absent.st"), "absent.st"],
    ] as const) {
      const refused = await ctl("replace", "press", wrong);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(reason)]);
    }
    expect((await ctl("replace", "press", better)).stdout).toMatch(/press runs .*better\.st/);
    const [after] = await shown();
    expect(after).toBeLessThan(-before!);
    expect((await ctl("watch", "press.added")).stderr).toBe("");
    expect((await ctl("rollback", "press")).stdout).toContain("press is back");
    const [back] = await shown();
    expect(back).toBeGreaterThan(before!);
    expect((await ctl("rollback", "press")).stderr).toContain("press has no former program");
  });

  it("clones a partition, and keeps snapshots while it runs, from which another process goes on", async () => {
    await ctl("stop", "shadow");
    expect((await ctl("clone", "press", "shadow")).stdout).toContain("shadow: cloned in frame");
    const [press, shadow] = await shown();
    expect(Math.abs(press! - shadow!)).toBeLessThanOrEqual(1);
    expect((await ctl("snapshot", SNAPSHOT)).stdout).toMatch(/state at .* s: .*press\.snapshot, \d+ bytes/);
    await ctl("shutdown");
    expect((await program.ended).code).toBe(0);
    expect(await output(process.execPath, MAIN, "replay", RECORDING)).toMatch(/^identical/m);
    program = run("--restore", SNAPSHOT, "--record", RECORDING);
    await program.line(/module running/, 30_000);
    expect((await shown())[0]).toBeGreaterThan(press!);
    expect((await ctl("replace", "press", better)).code).toBe(0);
    expect((await ctl("snapshot", SNAPSHOT)).code).toBe(0);
    await ctl("shutdown");
    await program.ended;
    expect(await output(process.execPath, MAIN, "replay", RECORDING)).toMatch(/^identical/m);
    program = run("--restore", SNAPSHOT);
    await program.line(/module running/, 30_000);
    // A variable of the program that the snapshot brought.
    expect((await ctl("force", "press.added", "2.5")).stdout).toContain("2.5");
    await ctl("shutdown");
    await program.ended;
  });
});
