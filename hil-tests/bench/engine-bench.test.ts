/** The benchmark programs come out the same wherever they run: else their times could not be compared. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../peers.ts";
import { ENGINES } from "./engines.ts";
import { measureGuestSpeed } from "./guest-speed.ts";
import { largeProgram } from "./large-program.ts";
import { runModules } from "./module-speed.ts";
import { buildProgram, ENDLESS, programNamed } from "./programs.ts";
import { finalSpeed, fullSpeedAt } from "./start-ups.ts";

const peers = requirePeers("gcc", "riscv64-unknown-elf-gcc", "qemu-system-riscv32");

describe.skipIf(peers.missing)("the engine benchmark", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-bench-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("sees every engine print the same, and times it", async () => {
    const programs = ["text", "ticks"].map(programNamed);
    const speed = await measureGuestSpeed({
      programs,
      engines: ENGINES,
      rounds: 1,
      share: 0.001,
      folder,
      say: () => {},
    });
    expect(speed).toMatchObject({ missing: [], disagreements: [] });
    const [text, ticks] = speed.programs;
    expect(text!.output).toMatch(/^text [0-9a-f]{8}$/);
    expect(Object.keys(text!.cells)).toEqual(ENGINES.map(({ name }) => name));
    expect(ticks!.output).toMatch(/^ticks [0-9a-f]{8}$/);
    expect(Object.keys(ticks!.cells)).toEqual(["qemuIcount", "interpreter", "translator"]);
    expect(speed.means.ratios.qemuIcountToTranslator).toBeGreaterThan(0);
  });

  it("counts what modules do, run in turn, to the instruction and the slot", async () => {
    const build = async (name: string) => (await buildProgram(programNamed(name), { folder, iterations: ENDLESS })).elf;
    const guests = [await build("dhry"), await build("blocks")];
    const sketches = [10, 1000].map((slotUs) => ({
      name: `slots${slotUs}`,
      guests,
      slotUs,
      engine: "translator" as const,
    }));
    const { measured, samples, peakMemoryBytes } = await runModules(sketches, folder, {
      warmUpSeconds: 0,
      cycles: 2_000_000,
    });
    const work = measured.map(({ instructions, slots }) => ({ instructions, slots: Math.round(slots) }));
    expect(work).toEqual([
      { instructions: 2_000_000, slots: 2_000 },
      { instructions: 2_000_000, slots: 20 },
    ]);
    expect(measured.every(({ seconds }) => seconds > 0)).toBe(true);
    expect(samples.length).toBeGreaterThan(0);
    expect(peakMemoryBytes).toBeGreaterThan(2 ** 24);
  });
});

describe("the large program", () => {
  it("is the same text each time", () => {
    expect(largeProgram()).toBe(largeProgram());
  });
});

describe("the time to full speed", () => {
  const samples = (speeds: readonly number[]) => speeds.map((mips, at) => ({ seconds: (at + 1) / 10, mips }));
  const slow = Array.from({ length: 10 }, () => 20);
  const quick = Array.from({ length: 40 }, () => 300);

  it("is where the speed comes near its final value and stays there", () => {
    const risen = samples([...slow, ...quick]);
    expect(finalSpeed(risen)).toBe(300);
    // Of the five stretches from the ninth on, three are quick.
    expect(fullSpeedAt(risen)).toBeCloseTo(0.8);
  });

  it("does not take one quick stretch for it", () => {
    expect(fullSpeedAt(samples([20, 300, ...slow, ...quick]))).toBeCloseTo(1);
  });

  it("is nothing where nothing gets quicker", () => {
    expect(fullSpeedAt(samples(quick))).toBe(0);
  });
});
