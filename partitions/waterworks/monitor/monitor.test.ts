/** The station monitor's image: what its sources build, and what its shell answers, on QEMU's board as on ours. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../../hil-tests/peers.ts";
import {
  INSTRUCTION_TIME_IN_QEMU,
  MICROCONTROLLER_IN_QEMU,
  PROGRAM_PEERS,
  runInQemu,
} from "../../../hil-tests/programs.ts";
import { exec, execForStats } from "../../../runtime/cli/testing/exec.ts";

const here = import.meta.dirname;
const IMAGE = join(here, "monitor.elf");
const compiler = requirePeers("riscv64-unknown-elf-gcc");
const qemu = requirePeers(...PROGRAM_PEERS);
const ENGINES = ["interpreter", "translator"] as const;

describe.skipIf(compiler.missing)("monitor.elf", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "partita-monitor-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const build = (partitions: string): Buffer => {
    const out = join(folder, "built.elf");
    const monitor = join(partitions, "waterworks/monitor");
    const sources = readdirSync(monitor).filter((name) => name.endsWith(".c"));
    const paths = sources.sort().map((name) => join(monitor, name));
    execFileSync(join(partitions, "tactus/build.sh"), [out, ...paths]);
    return readFileSync(out);
  };
  const copy = (name: string): string => {
    const elsewhere = join(folder, name);
    for (const part of ["sdk", "tactus", "waterworks"]) {
      cpSync(join(here, "../..", part), join(elsewhere, part), { recursive: true });
    }
    return elsewhere;
  };

  it("is what its sources build", () => {
    expect(build(join(here, "../..")).equals(readFileSync(IMAGE))).toBe(true);
  });

  it("has the same bytes when it is built elsewhere", () => {
    expect(build(copy("somewhere else")).equals(readFileSync(IMAGE))).toBe(true);
  });

  it("changes with the kernel's source", () => {
    const changed = copy("changed");
    execFileSync("sed", [
      "-i",
      "s/TIME_SLICE MILLISECONDS(2)/TIME_SLICE MILLISECONDS(3)/",
      join(changed, "tactus/scheduler.c"),
    ]);
    expect(build(changed).equals(readFileSync(IMAGE))).toBe(false);
  });
});

/** All that does not depend on how fast a board is. */
const SCRIPT = [
  "log 0",
  "help",
  "ps",
  "mem",
  ...["store", "load", "fetch", "device", "csr", "stack", "call", "spin"].flatMap((how) => [`crash ${how}`, "ps"]),
  "stop",
  "ps",
  "crash",
  "ps\b\bcrash nothing",
  "nonsense",
  "",
  "off",
]
  .map((line) => `${line}\n`)
  .join("");

describe("the monitor's shell", () => {
  it("lists the tasks", async () => {
    const { output, status } = await exec([IMAGE], "ps\noff\n");
    const [, header, ...lines] = output.split("\n> ");
    expect(status).toBe(0);
    expect(
      [header, ...lines]
        .join("\n")
        .split("\n")
        .map((line) => line.split(/ +/).slice(0, 3)),
    ).toEqual(
      expect.arrayContaining([
        ["ps"],
        ["task", "priority", "state"],
        ["sampler", "6", "waiting"],
        ["filter", "5", "waiting"],
        ["logger", "3", "waiting"],
        ["shell", "2", "ready"],
        ["rogue", "1", "ended"],
      ]),
    );
  });

  it("has the rogue killed for what it may not do, and says so to the hypervisor", async () => {
    const { output, errors } = await exec([IMAGE], "crash store\ncrash csr\nps\noff\n");
    expect(output).toMatch(/\ntactus: rogue killed: store not allowed at 0x8000[0-9a-f]{4}, pc 0x8000[0-9a-f]{4}\n/);
    expect(output).toMatch(/\ntactus: rogue killed: illegal instruction, pc 0x8000[0-9a-f]{4}\n/);
    expect(output).toMatch(/\nrogue +1 {2}killed +2 /);
    expect(errors.match(/the guest raised error 2, \d: tactus: rogue killed/g)).toHaveLength(2);
  });

  it("answers while the rogue runs for ever, and stops it", async () => {
    const { output } = await exec([IMAGE], "crash flood\nstop\nps\noff\n");
    expect(output).toContain("rogue: rogue: rogue");
    expect(output).toMatch(/\nrogue +1 {2}ended +1 [^\n]*\n> off\n$/);
  });

  it("shows what the filter makes of the test signal", async () => {
    const cycles = 22 * 100_000_000;
    const { output } = await exec([IMAGE, "--max-cycles", String(cycles)], "log 1\n");
    expect(output).toMatch(/\n +20\.\d s {2}level 2\.92 m {2}consumption 1\d\.\d l\/s {2}reserve 1\d min\n/);
  });

  it.skipIf(qemu.missing)("answers the same on QEMU's board", async () => {
    const { output, status } = await exec([IMAGE], SCRIPT);
    expect(output.match(/killed: /g)).toHaveLength(6);
    const machine = [...MICROCONTROLLER_IN_QEMU, ...INSTRUCTION_TIME_IN_QEMU.withInput];
    expect(await runInQemu(IMAGE, SCRIPT, { machine, prompt: "> " })).toEqual({ output, status });
  });

  it("takes every byte of more input than its buffers hold", async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `${i}`.padStart(60, "."));
    const { output } = await exec([IMAGE], `log 0\n${lines.join("\n")}\noff\n`);
    expect(output.match(/^> \.+\d+$/gm)?.map((line) => line.slice(2))).toEqual(lines);
  });

  it("comes to the same state on either engine, and in slices of any size", async () => {
    const figuresOf = async (...options: string[]) => {
      const { output, stats } = await execForStats([IMAGE, ...options], SCRIPT);
      return { output, cycles: stats.cycles, instructions: stats.instructions, stateHash: stats.stateHash };
    };
    const whole = await figuresOf();
    for (const engine of ENGINES) {
      for (const slice of ["101", "4099"]) {
        expect(await figuresOf("--engine", engine, "--slice", slice), `${engine} ${slice}`).toEqual(whole);
      }
    }
  });
});
