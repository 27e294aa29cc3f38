/**
 * A long run in two halves, in processes of their own, is the run in one: with the C kernel and Structured Text side by side. It is
 * a minute of board time; PARTITA_RESTORED_MINUTES=60 makes it an hour.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../peers.ts";
import { PROGRAM_PEERS } from "../programs.ts";
import { ROOT } from "./program.ts";

const MINUTES = Number(process.env.PARTITA_RESTORED_MINUTES ?? 1);
const HALF = `${MINUTES * 30}s`;
const TIMEOUT_MS = 600_000 * Math.max(1, MINUTES);

const folder = mkdtempSync(join(tmpdir(), "partita-restored-"));
const [CONFIG, SNAPSHOT] = [join(folder, "module.yaml"), join(folder, "half.snapshot")];
const waterworks = (program: string) => join(ROOT, "partitions/waterworks", program);

writeFileSync(
  join(folder, "counter.st"),
  `PROGRAM Counter
VAR scans AT %QD0 : UDINT; wave AT %QD1 : REAL; pulse : TP; END_VAR
VAR RETAIN total : LREAL; END_VAR
scans := scans + 1;
pulse(IN := NOT pulse.Q, PT := T#70ms);
IF pulse.Q THEN total := total + SQRT(UDINT_TO_LREAL(scans)); END_IF;
wave := LREAL_TO_REAL(SIN(total));
END_PROGRAM`,
);
writeFileSync(
  CONFIG,
  `module: long
partitions:
  kernel: { image: endless.elf, memory: 64 KiB }
  counter: { program: counter.st, memory: 64 KiB }
  drive:
    image: ${waterworks("drive.elf")}
    memory: 64 KiB
    latch: guest
    points:
      run: { symbol: run, type: BOOL, direction: input, initial: true }
      demand: { symbol: demand, type: REAL, direction: input }
      speed: { symbol: speed, type: REAL, direction: output }
channels:
  - { type: sampling, from: counter.wave, to: [drive.demand], refreshPeriod: 100 ms }
schedules:
  normal:
    majorFrame: 10 ms
    slots:
      - { partition: kernel, start: 0 ms, duration: 0.5 ms }
      - { partition: counter, start: 1 ms, duration: 0.3 ms }
      - { partition: drive, start: 2 ms, duration: 0.3 ms }
      - { partition: kernel, start: 5 ms, duration: 0.2 ms }
`,
);

const execute = promisify(execFile);
const partita = async (...args: string[]): Promise<string> =>
  (await execute(process.execPath, ["dist/runtime/cli/main.js", ...args], { cwd: ROOT, timeout: TIMEOUT_MS })).stdout;
const run = async (duration: string, ...more: string[]): Promise<readonly (readonly string[])[]> => {
  const text = await partita("run", CONFIG, "--fast", "--duration", duration, "--log-level", "error", ...more);
  return [...text.matchAll(/^(\w+) .* {2}([0-9a-f]{16}) {2}([0-9a-f]{16})$/gm)].map((match) => match.slice(1, 4));
};

describe.skipIf(requirePeers(PROGRAM_PEERS[0]).missing)("a run in two halves", { timeout: 3 * TIMEOUT_MS }, () => {
  beforeAll(() => {
    const guest = join(ROOT, "partitions/tactus/testing/endless.c");
    execFileSync(join(ROOT, "partitions/tactus/build.sh"), [join(folder, "endless.elf"), guest], { stdio: "pipe" });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has the hashes of the run in one, whichever engine goes on", async () => {
    const whole = await run(`${MINUTES * 60}s`);
    expect(whole.map(([name]) => name)).toEqual(["kernel", "counter", "drive"]);
    await partita("snapshot", CONFIG, "--at", HALF, "-o", SNAPSHOT);
    expect(await run(HALF, "--restore", SNAPSHOT)).toEqual(whole);
    expect(await run(HALF, "--restore", SNAPSHOT, "--engine", "interpreter")).toEqual(whole);
  });
});
