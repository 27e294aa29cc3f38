/** Programs from outside that tests compare Partita with: found, or the reason to skip; required in CI. */
import { execFileSync } from "node:child_process";

const present = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
};

/**
 * For `describe.skipIf(requirePeers("mbpoll").missing)`.
 * @throws when a program is missing and PARTITA_REQUIRE_PEERS=1: in CI nothing is skipped.
 */
export const requirePeers = (...programs: readonly string[]): { readonly missing: boolean } => {
  const absent = programs.filter((program) => !present(program));
  if (absent.length === 0) return { missing: false };
  const reason = `not installed here: ${absent.join(", ")} (Debian packages; .ci/run installs them)`;
  if (process.env.PARTITA_REQUIRE_PEERS === "1") throw new Error(`a required test peer is ${reason}`);
  console.warn(`skipped: ${reason}`);
  return { missing: true };
};
