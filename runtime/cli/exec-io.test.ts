import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { assembleProgram, buildProgram, PROGRAM_PEERS, runInQemu } from "../../hil-tests/programs.ts";
import { ENGINES } from "../system.ts";
import { exec, execForStats } from "./testing/exec.ts";

const directory = mkdtempSync(join(tmpdir(), "partita-exec-io-"));
afterAll(() => rmSync(directory, { recursive: true }));
const peers = requirePeers(...PROGRAM_PEERS);
const SLICES = [1, 7, 1000, 99_991];
/** So that what does not end fails at once. */
const LIMIT = ["--max-cycles", "100000"];

describe.skipIf(peers.missing)("a program that waits for its UART's interrupts", () => {
  const INPUT = "hello\nworld, 12 bar\n\n";
  let serial: string;
  beforeAll(() => {
    serial = buildProgram("serial", directory);
  });

  it("sends the same as in QEMU, and sleeps between", async () => {
    const qemu = await runInQemu(serial, INPUT);
    expect(qemu).toEqual({ output: "HELLO\nWORLD, 12 BAR\n2 lines, 0 strange, mip 00000000\n", status: 2 });
    expect(await exec([serial], INPUT)).toEqual({ output: qemu.output, errors: "", status: 1 });
  });

  it("comes to the same state in slices of any size, on either engine", async () => {
    const whole = await execForStats([serial], INPUT);
    expect(whole.stats).toMatchObject({ end: "finisher", code: 2 });
    const figures = ({ output, stats }: typeof whole) => [output, stats.cycles, stats.instructions, stats.stateHash];
    for (const engine of ENGINES) {
      for (const slice of SLICES) {
        const sliced = await execForStats([serial, "--engine", engine, "--slice", String(slice)], INPUT);
        expect([engine, slice, ...figures(sliced)]).toEqual([engine, slice, ...figures(whole)]);
      }
    }
  });

  it("ends idle at the end of its input, at the same cycle each time", async () => {
    const ends = await Promise.all(["1", "1000000"].map((slice) => execForStats([serial, "--slice", slice], "cut")));
    for (const { stats, output } of ends) {
      expect([stats.end, output, stats.cycles]).toEqual(["idle", "CUT", ends[0]!.stats.cycles]);
    }
  });

  it("waits for input that comes late", async () => {
    const stdin = new PassThrough();
    const execution = exec([serial], stdin);
    for (const text of ["he", "llo\nworld", "\n\n"]) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      stdin.write(text);
    }
    expect((await execution).output).toBe("HELLO\nWORLD\n2 lines, 0 strange, mip 00000000\n");
  });

  it("stops waiting when its input ends", async () => {
    const stdin = new PassThrough();
    const execution = execForStats([serial], stdin);
    setTimeout(() => stdin.end("x"), 250);
    const { stats, output } = await execution;
    expect([stats.end, output]).toEqual(["idle", "X"]);
  });
});

describe.skipIf(peers.missing)("a program that reports through tohost", () => {
  let verdict: string;
  beforeAll(() => {
    verdict = assembleProgram("verdict", directory);
  });

  it("prints by requests, and passes with 1", async () => {
    const { output, errors, status, stats } = await execForStats([verdict, ...LIMIT]);
    expect([output, errors, status]).toEqual(["one doubleword each\n", "", 0]);
    expect(stats).toMatchObject({ end: "tohost", code: 0 });
  });

  it("fails with the number of its test", async () => {
    const { errors, status, stats } = await execForStats([verdict, ...LIMIT], "\x05");
    expect([stats.end, stats.code, status]).toEqual(["tohost", 5, 1]);
    expect(errors).toBe(`partita: the guest failed its test 5, as tohost says, after ${stats.cycles} cycles\n`);
  });

  it("ends behind the very store that reports, in slices of any size, on either engine", async () => {
    const whole = await execForStats([verdict, ...LIMIT], "\x05");
    for (const engine of ENGINES) {
      for (const slice of SLICES) {
        const { stats, output } = await execForStats(
          [verdict, ...LIMIT, "--engine", engine, "--slice", String(slice)],
          "\x05",
        );
        const { cycles, instructions, stateHash, end, code } = stats;
        const { output: expected, stats: before } = whole;
        expect([engine, slice, cycles, instructions, stateHash, end, code, output]).toEqual([
          engine,
          slice,
          before.cycles,
          before.instructions,
          before.stateHash,
          "tohost",
          5,
          expected,
        ]);
      }
    }
  });
});
