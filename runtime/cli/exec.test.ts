import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { CommanderError } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { buildProgram, PROGRAM_PEERS, runInQemu } from "../../hil-tests/programs.ts";
import { encode, X } from "../isa/index.ts";
import { UserError } from "./environment.ts";
import { exec, execForStats } from "./testing/exec.ts";

const directory = mkdtempSync(join(tmpdir(), "partita-exec-"));
afterAll(() => rmSync(directory, { recursive: true }));

const flat = (name: string, ...words: number[]): string => {
  const path = join(directory, name);
  writeFileSync(path, new Uint8Array(Uint32Array.from(words).buffer));
  return path;
};

const statsOf = (...args: string[]) => execForStats(args);

const passing = () =>
  flat(
    "passing",
    encode("lui", { rd: X.t0, imm: 0x0010_0000 }),
    encode("lui", { rd: X.t1, imm: 0x5000 }),
    encode("addi", { rd: X.t1, rs1: X.t1, imm: 0x555 }),
    encode("sw", { rs2: X.t1, rs1: X.t0, imm: 0 }),
  );
const spinning = () => flat("spinning", encode("jal", { rd: X.zero, imm: 0 }));
const sleeping = () => flat("sleeping", encode("wfi"), encode("jal", { rd: X.zero, imm: -4 }));
const crashing = () => flat("crashing", encode("addi", { rd: X.zero, rs1: X.zero, imm: 0 }), 0);

const peers = requirePeers(...PROGRAM_PEERS);

describe.skipIf(peers.missing)("a C program", () => {
  let elfs: Record<"computing" | "devices" | "interrupts" | "echo", string>;
  beforeAll(() => {
    elfs = {
      computing: buildProgram("computing", directory),
      devices: buildProgram("devices", directory),
      interrupts: buildProgram("interrupts", directory),
      echo: buildProgram("echo", directory),
    };
  });

  it.each(["computing", "devices", "interrupts"] as const)("prints the same as in QEMU: %s", async (name) => {
    const [qemu, partita] = await Promise.all([runInQemu(elfs[name]), exec([elfs[name]])]);
    expect(qemu.status).toBe(0);
    expect(qemu.output.length).toBeGreaterThan(500);
    expect(partita).toEqual({ output: qemu.output, errors: "", status: 0 });
  });

  it("reads standard input, and ends with its own code", async () => {
    const lines = "level high\npump 2\n\n";
    const qemu = await runInQemu(elfs.echo, lines);
    expect(qemu).toEqual({ output: "hgih level\n2 pmup\n", status: 2 });
    const { stats, status } = await statsOf(elfs.echo, "--max-cycles", "1000000");
    expect([stats.end, status]).toEqual(["limit", 3]);
    const partita = await exec([elfs.echo], lines);
    expect(partita).toEqual({ output: qemu.output, errors: "", status: 1 });
  });

  it("finds the boot arguments in its device tree", async () => {
    const source = join(directory, "arguments.c");
    const elf = join(directory, "arguments.elf");
    writeFileSync(
      source,
      `/* Says what can be read in its device tree. */
       #include "partita.h"
       int main(int hart, const unsigned char *tree) {
         unsigned bytes = tree[6] << 8 | tree[7];
         for (unsigned at = hart; at < bytes; at += 1)
           if (tree[at] >= ' ' && tree[at] <= '~') *(volatile unsigned char *)0x10000000 = tree[at];
         return 0;
       }`,
    );
    execFileSync(join(import.meta.dirname, "../../partitions/sdk/build.sh"), [elf, source]);
    expect((await exec([elf, "--append", "console=ttyS0 quiet"])).output).toContain("console=ttyS0 quiet");
    expect((await exec([elf])).output).toContain("stdout-path");
    expect((await exec([elf])).output).not.toContain("bootargs");
  });

  it("does the same in slices of any size", async () => {
    const whole = await statsOf(elfs.devices);
    expect(whole.stats).toMatchObject({ end: "finisher", code: 0 });
    for (const slice of ["1", "7", "1000", "99991"]) {
      const sliced = await statsOf(elfs.devices, "--slice", slice);
      expect(sliced.output).toBe(whole.output);
      for (const figure of ["cycles", "instructions", "stateHash"]) {
        expect([slice, figure, sliced.stats[figure]]).toEqual([slice, figure, whole.stats[figure]]);
      }
    }
    expect((await statsOf(elfs.computing)).stats.stateHash).not.toBe(whole.stats.stateHash);
  });
});

describe("the end of an image", () => {
  it("is a pass at the finisher", async () => {
    const { stats, status } = await statsOf(passing());
    expect(status).toBe(0);
    expect(stats).toMatchObject({ cycles: 4, instructions: 4, end: "finisher", code: 0 });
    expect(stats.stateHash).toMatch(/^[0-9a-f]{16}$/);
    expect(stats.seconds).toBeGreaterThan(0);
    expect(stats.startupSeconds).toBeGreaterThan(0);
  });

  it("is a limit when the cycles run out, exactly there", async () => {
    const { stats, status, errors } = await statsOf(spinning(), "--max-cycles", "12345", "--slice", "100");
    expect([status, stats.cycles, stats.end]).toEqual([3, 12_345, "limit"]);
    expect(errors).toBe("partita: the guest was cut off after 12345 cycles, as --max-cycles says\n");
  });

  it("is idle in a wfi that nothing can end, with standard input open or not", async () => {
    const { stats, status, errors } = await statsOf(sleeping());
    expect([status, stats.cycles, stats.end]).toEqual([1, 1, "idle"]);
    expect(errors).toBe("partita: the guest waits in wfi for an interrupt that nothing can raise, after 1 cycle\n");
    expect((await exec([sleeping()], new PassThrough())).status).toBe(1);
  });

  it("is a fault with its place", async () => {
    const { errors, status, stats } = await statsOf(crashing());
    expect(errors).toBe("partita: the guest stopped: illegal instruction at 0x80000004, value 0x0, after 2 cycles\n");
    expect([status, stats.end]).toEqual([1, "fault"]);
  });

  it("comes after the restarts that the guest asks for, and counts them all", async () => {
    const restarting = (name: string, base: number, offset: number, value: number): string =>
      flat(
        name,
        encode("lui", { rd: X.t0, imm: 0x0400_0000 }),
        encode("lw", { rd: X.t1, rs1: X.t0, imm: 0x014 }), // START_CONDITION
        encode("bne", { rs1: X.t1, rs2: X.zero, imm: 5 * 4 }),
        encode("lui", { rd: X.t0, imm: base }),
        encode("lui", { rd: X.t1, imm: (value + 0x800) & 0xffff_f000 }),
        encode("addi", { rd: X.t1, rs1: X.t1, imm: (value << 20) >> 20 }),
        encode("sw", { rs2: X.t1, rs1: X.t0, imm: offset }),
        encode("lui", { rd: X.t0, imm: 0x0010_0000 }),
        encode("lui", { rd: X.t1, imm: 0x5000 }),
        encode("addi", { rd: X.t1, rs1: X.t1, imm: 0x555 }),
        encode("sw", { rs2: X.t1, rs1: X.t0, imm: 0 }),
      );
    for (const path of [
      restarting("by-finisher", 0x0010_0000, 0, 0x7777),
      restarting("by-cold-start", 0x0400_0000, 0x010, 1),
      restarting("by-warm-start", 0x0400_0000, 0x010, 2),
    ]) {
      const { stats, status } = await statsOf(path);
      expect([path, status, stats.cycles, stats.instructions]).toEqual([path, 0, 14, 14]);
    }
  });

  it("is idle when the guest asks for mode IDLE", async () => {
    const path = flat(
      "leaving",
      encode("lui", { rd: X.t0, imm: 0x0400_0000 }),
      encode("sw", { rs2: X.zero, rs1: X.t0, imm: 0x010 }),
    );
    const { stats, errors } = await statsOf(path);
    expect(stats).toMatchObject({ end: "idle", cycles: 2 });
    expect(errors).toBe("partita: the guest went to mode IDLE after 2 cycles\n");
  });

  it("does not wait for standard input to end", async () => {
    expect((await exec([passing()], new PassThrough())).status).toBe(0);
  });
});

describe("wrong use of exec", () => {
  const refusal = async (...args: string[]): Promise<string> => {
    try {
      await exec(args);
    } catch (error) {
      if (error instanceof UserError || error instanceof CommanderError) return error.message;
      throw error;
    }
    return "not refused";
  };

  it("is answered in plain words", async () => {
    expect(await refusal(join(directory, "missing.elf"))).toMatch(/missing\.elf cannot be read: there is no such file/);
    expect(await refusal(flat("empty"))).toMatch(/empty cannot be loaded: it is empty/);
    expect(await refusal(passing(), "--memory", "16 apples")).toMatch(/It is no size; write it as 16MiB/);
    expect(await refusal(passing(), "--memory", "1000B")).toMatch(/whole number of 4 KiB pages/);
    expect(await refusal(passing(), "--max-cycles", "-1")).toMatch(/whole number/);
    expect(await refusal(passing(), "--engine", "turbo")).toMatch(/Allowed choices are translator, interpreter/);
    expect(await refusal(passing(), "--stats", join(directory, "no", "where.json"))).toMatch(/cannot be written/);
  });

  it("refuses options that mean nothing to that kind of guest", async () => {
    const program = join(directory, "alone.st");
    writeFileSync(program, "PROGRAM P VAR x : INT; END_VAR x := x + 1; END_PROGRAM\n");
    for (const option of ["--scans=3", "--period=10ms", "--watch=A", "--set=A=1"]) {
      const name = option.split("=")[0];
      expect(await refusal(passing(), option)).toMatch(
        `${name}: only for a Structured Text program (PROGRAM.st), and `,
      );
    }
    expect(await refusal(passing(), "--scans", "1", "--watch", "A")).toMatch(/^--scans, --watch: only for/);
    expect(await refusal(program, "--append", "quiet")).toMatch(
      /^--append: only for an image, and .*alone\.st is none/,
    );
    expect(await refusal(program, "--scans", "3", "--set", "x=4")).toBe("not refused");
  });

  it("does not lose boot arguments that have no room", async () => {
    const full = join(directory, "full");
    writeFileSync(full, new Uint8Array(8192 - 64));
    expect(await refusal(full, "--memory", "8KiB", "--append", "quiet")).toMatch(/no room for a device tree/);
  });

  it("names the RAM that an image needs", async () => {
    const big = join(directory, "big");
    writeFileSync(big, new Uint8Array(10_000));
    expect(await refusal(big, "--memory", "8KiB")).toMatch(/big needs 12KiB of RAM and the board has 8KiB/);
  });
});
