/** The Structured Text programs of `bench:st`, each with a translation to C that does the same, and how both are built. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROGRAM_FOLDER, ROOT } from "./places.ts";
import type { BuiltProgram } from "./programs.ts";

export interface StProgram {
  readonly name: string;
  /** What it does, in a few words. */
  readonly kind: string;
  readonly source: string;
  /** Its C translation, a benchmark as programs/bench.h says: an iteration is a scan. */
  readonly translation: string;
  /** So many that a run takes about half a second. */
  readonly scans: number;
  /** The type of its variable CHECK. */
  readonly check: "DWORD" | "REAL" | "LREAL";
}

const program = (
  name: string,
  kind: string,
  scans: number,
  check: StProgram["check"],
  source = `hil-tests/bench/st/${name}.st`,
): StProgram => ({
  ...{ name, kind, scans, check },
  source: join(ROOT, source),
  translation: join(ROOT, `hil-tests/bench/st/${name}.c`),
});

export const ST_PROGRAMS: readonly StProgram[] = [
  program("pid", "8 PID loops, REAL", 400_000, "LREAL"),
  program("crunch", "matrices, sorting, CRC", 40_000, "DWORD", "partitions/st/testing/crunch.st"),
  program("sequence", "8 state machines with timers", 400_000, "DWORD"),
  program("stations", "32 function blocks in an array", 100_000, "DWORD"),
  program("bits", "integers and bits", 300_000, "DWORD"),
  program("filters", "16 channels of filters, REAL", 200_000, "REAL"),
];

/** Does nothing: what a scan of it takes is not the program's. */
export const EMPTY_ST: StProgram = program("empty", "nothing", 400_000, "DWORD");

export const stProgramNamed = (name: string): StProgram => {
  const found = ST_PROGRAMS.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`There is no program ${name}; there are ${ST_PROGRAMS.map((each) => each.name).join(", ")}.`);
  return found;
};

/** The checksum that the C program prints when CHECK has this value. */
export const checksumOf = (check: StProgram["check"], value: number): string => {
  const view = new DataView(new ArrayBuffer(8));
  if (check === "DWORD") view.setUint32(0, value);
  else if (check === "REAL") view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return ((view.getUint32(0) ^ view.getUint32(4)) >>> 0).toString(16).padStart(8, "0");
};

const execute = promisify(execFile);

/** Builds the C translation for the board and the host. @throws with the compiler's words when it does not compile. */
export const buildTranslation = async (
  { name, translation }: StProgram,
  folder: string,
  scans: number,
): Promise<BuiltProgram> => {
  await execute("sh", [join(PROGRAM_FOLDER, "build.sh"), folder, translation, String(scans), "native"]);
  const out = join(folder, `${name}-${scans}`);
  return { elf: `${out}.elf`, native: `${out}.native` };
};

/** Bytes of machine code in an ELF file. */
export const codeBytes = async (elf: string): Promise<number> => {
  const { stdout } = await execute("riscv64-unknown-elf-size", ["-A", elf]);
  const sections = stdout.matchAll(/^\.text\S*\s+(\d+)/gm);
  return [...sections].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
};
