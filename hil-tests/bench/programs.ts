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
  /** So many that the host needs 1 … 1.5 s for them, 4 s for those of `large`, and the translator some seconds: start-up hardly matters. */
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
  anywhere("dhry", 24_000_000, "records, short strings, small calls"),
  anywhere("sieve", 15_000, "loops over bytes"),
  anywhere("pidd", 12_000_000, "PID bank, double"),
  anywhere("fsm", 4_800_000, "bytecode and step functions"),
  anywhere("pidf", 13_500_000, "PID bank, single"),
  anywhere("text", 360_000, "JSON written and parsed"),
  anywhere("links", 2_100, "hash table, lists, trees"),
  anywhere("fixed", 7_200_000, "64-bit integers, fixed point"),
  anywhere("matrix", 60_000, "matrices, single"),
  anywhere("blocks", 1_050_000, "virtual dispatch"),
  anywhere("recurse", 36_000, "recursion"),
  anywhere("digest", 135_000, "SHA-256, CRC"),
  // Two compilers work on it for its first two seconds: four times as many, so that it runs long at full speed, too.
  anywhere("large", 192_000, "250 KB of code, all of it in use"),
  {
    name: "ticks",
    kind: "timer interrupt every 2,000 instructions",
    iterations: 1_800_000,
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
