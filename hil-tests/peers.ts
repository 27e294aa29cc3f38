/** Programs from outside that tests compare Partita with: found, or the reason to skip; required in CI. */
import { execFileSync } from "node:child_process";

/** Debian's own, which sees Debian's python3-* packages; another one may come first in the PATH. */
export const PYTHON = "/usr/bin/python3";

const succeeds = (command: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
};

const present = (program: string): boolean => succeeds("sh", "-c", `command -v ${program}`);

/**
 * For `describe.skipIf(requirePeers("mbpoll").missing)`.
 * @throws when a program is missing and PARTITA_REQUIRE_PEERS=1: in CI nothing is skipped.
 */
export const requirePeers = (...programs: readonly string[]): { readonly missing: boolean } =>
  skipWithout(programs.filter((program) => !present(program)));

/** The same for a module of Debian's Python, run by `PYTHON`. */
export const requirePythonModule = (name: string): { readonly missing: boolean } =>
  skipWithout(succeeds(PYTHON, "-c", `import ${name}`) ? [] : [`python3-${name.replaceAll("_", "-")}`]);

/** The same for picolibc, the C library for Debian's gcc-riscv64-unknown-elf. */
export const requirePicolibc = (): { readonly missing: boolean } => {
  const compile = ["--specs=picolibc.specs", "-x", "c", "-E", "/dev/null", "-o", "/dev/null"];
  return skipWithout(succeeds("riscv64-unknown-elf-gcc", ...compile) ? [] : ["picolibc-riscv64-unknown-elf"]);
};

const skipWithout = (absent: readonly string[]): { readonly missing: boolean } => {
  if (absent.length === 0) return { missing: false };
  const reason = `not installed here: ${absent.join(", ")} (Debian packages; .ci/run installs them)`;
  if (process.env.PARTITA_REQUIRE_PEERS === "1") throw new Error(`a required test peer is ${reason}`);
  console.warn(`skipped: ${reason}`);
  return { missing: true };
};
