/** Tactus by its guests for tests: what they print is what the kernel promises, on QEMU's board as on ours. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import {
  INSTRUCTION_TIME_IN_QEMU,
  MICROCONTROLLER_IN_QEMU,
  PROGRAM_PEERS,
  runInQemu,
} from "../../hil-tests/programs.ts";
import { exec, execForStats } from "../../runtime/cli/testing/exec.ts";

const here = import.meta.dirname;
const peers = requirePeers(...PROGRAM_PEERS);
const ENGINES = ["interpreter", "translator"] as const;

/** What each guest in testing/ prints. Its own source says what it does; here stands what must come of it. */
const TRANSCRIPTS = {
  scheduling: [
    "a spinner was preempted so often: 10",
    "two equals took turns, 2 ms each",
    "each had its half",
    "to start one that runs: busy",
    "to stop it: ok",
    "to stop it again: ok",
    "to start what is not there: refused",
    "to receive from an empty queue at once: timed out",
    "to send to an empty queue of two: ok",
    "to send to one with a place left: ok",
    "to send to a full one at once: timed out",
    "to send to a full one with a deadline: timed out",
    "to send to a full one that is being emptied: ok",
    "sink received 1",
    "sink received 2",
    "sink received 5",
    "to send to one whose receiver waits: ok",
    "sink received 6",
    "sink received nothing in time",
    "sink ends",
    "to use a queue that is not there: refused",
  ],
  mutexes: [
    "low holds what high wants; its priority: 9",
    "the spinner between them ran 0",
    "high locks: ok",
    "low gave it up; its priority: 1",
    "middle waits for low: 5",
    "high waits for middle: 9",
    "and so for low: 9",
    "high was stopped: 5",
    "middle locks: ok",
    "all is given back: 1",
    "high waits, but not for long: 9",
    "high locks: timed out",
    "it gave up: 1",
    "director locks A: ok",
    "director locks A again: deadlock",
    "director unlocks B: not owner",
    "director unlocks A: ok",
    "director, whose B middle waits for, locks A: deadlock",
    "middle locks: ok",
    expect.stringMatching(/^tactus: low killed: store not allowed at 0x00000000, pc 0x8000[0-9a-f]{4}$/),
    "high locks: owner died",
    "middle locks: ok",
  ],
  requests: [
    "rounds of a stranger's requests: 40",
    "requests obeyed that were not its to make: 0",
    "the witness kept its time",
    "the witness kept its memory",
    "what nobody sent: timed out",
    "what nobody locked: ok",
  ],
  floats: [
    expect.stringMatching(/^alone: /),
    "rounding and flags: 1", // to nearest; inexact
    expect.stringMatching(/^alone: /),
    "rounding and flags: 33", // towards zero; inexact
    "the same in turns",
    "rounding and flags: 1",
    "the same in turns",
    "rounding and flags: 33",
  ],
};
const GUESTS = Object.keys(TRANSCRIPTS) as (keyof typeof TRANSCRIPTS)[];

describe.skipIf(peers.missing)("Tactus", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-tactus-"));
  const elfOf = (guest: string) => join(folder, `${guest}.elf`);
  beforeAll(() => {
    for (const guest of GUESTS) {
      execFileSync(join(here, "build.sh"), [elfOf(guest), join(here, `testing/${guest}.c`)], { stdio: "pipe" });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(GUESTS)("keeps its promises on %s, on QEMU's board as on ours", async (guest) => {
    const { output, status } = await exec([elfOf(guest)]);
    expect(output.trimEnd().split("\n")).toEqual(TRANSCRIPTS[guest]);
    expect(status).toBe(0);
    const withSupervisorMode = INSTRUCTION_TIME_IN_QEMU.withoutInput;
    const withUserModeOnly = [...MICROCONTROLLER_IN_QEMU, ...withSupervisorMode];
    for (const machine of [withUserModeOnly, withSupervisorMode]) {
      expect(await runInQemu(elfOf(guest), "", { machine })).toEqual({ output, status });
    }
  });

  it.each(GUESTS)("does the same to the cycle on %s, on either engine and in slices of any size", async (guest) => {
    const figuresOf = async (...options: string[]) => {
      const { output, stats } = await execForStats([elfOf(guest), ...options]);
      return { output, cycles: stats.cycles, instructions: stats.instructions, stateHash: stats.stateHash };
    };
    const whole = await figuresOf();
    for (const engine of ENGINES) {
      for (const slice of ["97", "10007"]) {
        expect(await figuresOf("--engine", engine, "--slice", slice), `${engine} ${slice}`).toEqual(whole);
      }
    }
  });

  it("touches floating point in tasks only, and where it saves it for them", () => {
    const listing = execFileSync("riscv64-unknown-elf-objdump", ["-d", elfOf("floats")], { encoding: "utf8" });
    const users = new Set<string>();
    let current = "";
    for (const line of listing.split("\n")) {
      current = /^[0-9a-f]+ <(\w+)>:/.exec(line)?.[1] ?? current;
      if (/^\s*[0-9a-f]+:\s+\w+\s+(c\.)?(fl[dw]|fs[dw]|f\w+\.[sdwx])/.test(line)) users.add(current);
    }
    expect([...users].sort()).toEqual(["computing", "director", "floats_load", "floats_save", "ticker"]);
  });
});
