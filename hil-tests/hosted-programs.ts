/** The C programs in hil-tests/programs/hosted, on picolibc and its own start-up code: what users bring who know no Partita. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const pathOf = (file: string): string => fileURLToPath(new URL(`./programs/hosted/${file}`, import.meta.url));

/** How a program may be built, from no floating point in hardware to all of it. */
export const HOSTED_BUILDS = {
  soft: ["-march=rv32imac", "-mabi=ilp32", "-Os", "-msave-restore"],
  single: ["-march=rv32imafc", "-mabi=ilp32f", "-O2"],
  double: ["-march=rv32imafdc", "-mabi=ilp32d", "-O3"],
} as const satisfies Record<string, readonly string[]>;
export type HostedBuild = keyof typeof HOSTED_BUILDS;

/** What picolibc.ld asks for: half a megabyte for what is constant, half for what is not. */
const MEMORY = { __flash: 0x8000_0000, __flash_size: 0x8_0000, __ram: 0x8008_0000, __ram_size: 0x8_0000 };
const SYMBOLS = { ...MEMORY, __stack_size: 0x2_0000 };

/** Builds `programs/hosted/<name>.c` into `directory`. @returns the ELF's path. */
export const buildHosted = async (name: string, build: HostedBuild, directory: string): Promise<string> => {
  const elf = `${directory}/${name}-${build}.elf`;
  const library = ["--specs=picolibc.specs", "--crt0=hosted", "-mcmodel=medany"];
  const place = Object.entries(SYMBOLS).map(([symbol, value]) => `-Wl,--defsym=${symbol}=${value}`);
  const strict = ["-Wall", "-Wextra", "-Werror"];
  const sources = [pathOf(`${name}.c`), pathOf("board.c")];
  await promisify(execFile)("riscv64-unknown-elf-gcc", [
    ...library,
    ...HOSTED_BUILDS[build],
    ...strict,
    ...place,
    ...sources,
    ...["-o", elf, "-lm"],
  ]);
  return elf;
};
