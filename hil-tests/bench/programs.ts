/** The benchmark programs in hil-tests/bench/programs, and how they are built. */
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { largeProgram } from "./large-program.ts";
import { PROGRAM_FOLDER } from "./places.ts";

export interface BenchProgram {
  readonly name: string;
  /** What it does, in a few words. */
  readonly kind: string;
  /** So many that the host needs 0.3 … 0.6 s for them: start-up does not matter. */
  readonly iterations: number;
  /** Why it says nothing on boards whose time does not follow their instructions, the host among them; null: it runs anywhere. */
  readonly onlyExact: string | null;
}

const anywhere = (name: string, iterations: number, kind: string): BenchProgram => ({
  name,
  kind,
  iterations,
  onlyExact: null,
});

export const PROGRAMS: readonly BenchProgram[] = [
  anywhere("dhry", 8_000_000, "records, short strings, small calls"),
  anywhere("sieve", 5_000, "loops over bytes"),
  anywhere("pidd", 4_000_000, "PID bank, double"),
  anywhere("fsm", 1_600_000, "bytecode and step functions"),
  anywhere("pidf", 4_500_000, "PID bank, single"),
  anywhere("text", 120_000, "JSON written and parsed"),
  anywhere("links", 700, "hash table, lists, trees"),
  anywhere("fixed", 2_400_000, "64-bit integers, fixed point"),
  anywhere("matrix", 20_000, "matrices, single"),
  anywhere("blocks", 350_000, "virtual dispatch"),
  anywhere("recurse", 12_000, "recursion"),
  anywhere("digest", 45_000, "SHA-256, CRC"),
  anywhere("large", 16_000, "250 KB of code, all of it in use"),
  {
    name: "ticks",
    kind: "timer interrupt every 2,000 instructions",
    iterations: 600_000,
    onlyExact: "its timer must follow its instructions",
  },
];

/** Does nothing: what an engine takes for it is the engine's start-up. */
export const EMPTY: BenchProgram = anywhere("empty", 1, "nothing");

export const programNamed = (name: string): BenchProgram => {
  const found = [...PROGRAMS, EMPTY].find((program) => program.name === name);
  if (found === undefined) {
    throw new Error(`There is no program ${name}; there are ${PROGRAMS.map((program) => program.name).join(", ")}.`);
  }
  return found;
};

/** As many as a guest that is to run on and on can be given. */
export const ENDLESS = 2 ** 32 - 1;

export interface BuildOptions {
  readonly folder: string;
  readonly iterations: number;
  /** Also for the host. */
  readonly native?: boolean;
}

/** Paths of what was built; `native` exists when it was asked for. */
export interface BuiltProgram {
  readonly elf: string;
  readonly native: string;
}

const execute = promisify(execFile);

/** @throws with the compiler's words when it does not compile. */
export const buildProgram = async (
  { name }: BenchProgram,
  { folder, iterations, native = false }: BuildOptions,
): Promise<BuiltProgram> => {
  const args = [folder, sourceOf(name, folder), String(iterations), ...(native ? ["native"] : [])];
  await execute("sh", [join(PROGRAM_FOLDER, "build.sh"), ...args]);
  const out = join(folder, `${name}-${iterations}`);
  return { elf: `${out}.elf`, native: `${out}.native` };
};

const sourceOf = (name: string, folder: string): string => {
  if (name !== "large") return join(PROGRAM_FOLDER, `${name}.c`);
  const path = join(folder, "large.c");
  if (!existsSync(path)) writeFileSync(path, largeProgram());
  return path;
};
