/** C programs on a library that no one here wrote: the same output and end as in QEMU, and the same state on either engine. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseImage } from "../runtime/board/index.ts";
import { ImageRun } from "../runtime/cli/image-run.ts";
import { execForStats } from "../runtime/cli/testing/exec.ts";
import { type EngineFactory, interpret } from "../runtime/hart/index.ts";
import { createHasher, formatHash } from "../runtime/trace/index.ts";
import { immediateCompiler, TranslatingEngine, translate } from "../runtime/translator/index.ts";
import { buildHosted, HOSTED_BUILDS, type HostedBuild } from "./hosted-programs.ts";
import { requirePeers, requirePicolibc } from "./peers.ts";
import { PROGRAM_PEERS, runInQemu } from "./programs.ts";

/** At its end a UART's input stays open: this character says that nothing more comes. */
const END = "\x04";

/** By name: what it reads, and how it ends. */
const PROGRAMS = {
  integers: { input: "", code: 0 },
  control: { input: "", code: 42 },
  numerics: { input: "", code: 0 },
  text: { input: "", code: 7 },
  words: {
    input: `It was the best of times, it was the worst of times, it was the age of wisdom,
it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity.
The pump runs; the level falls; the valve opens -- and the tank, at last, is empty.
x y z 123 it's

${END}`,
    code: 29,
  },
  calculator: {
    input: `1 + 2 * 3
g = (1 + sqrt(5)) / 2
g ^ 20 - (1 - g) ^ 20
2 ^ 3 ^ 2
1 / (3 - 3)
sin(1) ^ 2 + cos(1) ^ 2
exp(log(10)) % 3
((1)
foo(1)
${"(".repeat(150)}-abs(-2.5e3) / 7${")".repeat(150)}
${"(".repeat(250)}1
floor(-0.5)
1e308 * 10
${END}`,
    code: 4,
  },
} as const satisfies Record<string, { readonly input: string; readonly code: number }>;
type ProgramName = keyof typeof PROGRAMS;

const NAMES = Object.keys(PROGRAMS) as ProgramName[];
const BUILDS = Object.keys(HOSTED_BUILDS) as HostedBuild[];
/** Enough for all of them, and little to hash. */
const MEMORY_BYTES = 2 ** 20;
const SLICE = 997;

/** What `exec` does, with an engine of the test's own. */
const run = async (elf: string, input: string, engine: EngineFactory, slice?: number) => {
  const image = parseImage(readFileSync(elf));
  if ("problem" in image) throw new Error(image.problem);
  const [received, printed] = [Array.from(Buffer.from(input)), [] as number[]];
  const imageRun = new ImageRun({
    ...{ image, engine, slice, memoryBytes: MEMORY_BYTES, maxCycles: undefined, htif: null, bootArguments: "" },
    areas: { input: null, output: null, retained: null },
    transmit: (byte) => printed.push(byte),
    receive: () => received.shift() ?? -1,
    inputIsOpen: () => false,
    say: () => {},
  });
  while (imageRun.end === null) imageRun.advance(1e9);
  const { end, cycles, instructions, board } = imageRun;
  const state = (await createHasher()).stream();
  board.visitState((bytes) => state.add(bytes));
  const stats = { end: end.kind, code: end.code, cycles, instructions, stateHash: formatHash(state.digest()) };
  return { output: Buffer.from(printed).toString(), stats };
};

/** The same, translated before its first cycle. @returns also the share of cycles in translated code. */
const runTranslated = async (elf: string, input: string, slice?: number) => {
  let translatedCycles = () => 0;
  const translated = translate(immediateCompiler);
  const result = await run(
    elf,
    input,
    (parts) => {
      const engine = translated(parts);
      if (engine instanceof TranslatingEngine) translatedCycles = () => engine.translatedCycles;
      return engine;
    },
    slice,
  );
  return { ...result, share: translatedCycles() / result.stats.cycles };
};

const peers = { missing: requirePeers(...PROGRAM_PEERS).missing || requirePicolibc().missing };

describe.skipIf(peers.missing)("a C program on picolibc", () => {
  const directory = mkdtempSync(join(tmpdir(), "partita-hosted-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const elfs = new Map<string, string>();
  beforeAll(async () => {
    for (const build of BUILDS) {
      const built = await Promise.all(NAMES.map((name) => buildHosted(name, build, directory)));
      for (const [index, name] of NAMES.entries()) elfs.set(`${name} ${build}`, built[index]!);
    }
  });

  for (const name of NAMES) {
    test.each(BUILDS)(`ends as in QEMU, in one state on either engine: ${name}, floats %s`, async (build) => {
      const { input, code } = PROGRAMS[name];
      const elf = elfs.get(`${name} ${build}`)!;
      const inQemu = runInQemu(elf, input);
      const expected = await execForStats([elf, "--memory", "1MiB", "--engine", "interpreter"], input);
      const qemu = await inQemu;
      expect(qemu.status).toBe(code);
      expect(qemu.output.length).toBeGreaterThan(300);
      expect(expected.output).toBe(qemu.output);
      expect(expected.stats).toMatchObject({ end: "finisher", code });

      const sliced = await run(elf, input, interpret, SLICE);
      const translated = await runTranslated(elf, input);
      const both = await runTranslated(elf, input, SLICE);
      for (const { output, stats } of [sliced, translated, both]) {
        expect(output).toBe(qemu.output);
        expect(expected.stats).toMatchObject(stats);
      }
      // What lies between two accesses to the UART is not worth entering translated code.
      expect(Math.min(translated.share, both.share)).toBeGreaterThan(0.7);
    });
  }
});
