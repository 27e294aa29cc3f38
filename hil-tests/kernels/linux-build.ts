/** Linux as partitions/linux/build.sh builds it, kept outside the tree until something that it is made of changes. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../partitions/linux", import.meta.url));
const DEBIAN = "/usr/src";

export interface LinuxBuild {
  /** Its folder. */
  readonly folder: string;
  /** The kernel with its init and its symbols, and the same as a flat binary. */
  readonly elf: string;
  readonly flat: string;
}

/** Builds it unless it is there. @throws when the build fails; what is missing is on standard error. */
export const buildLinux = (): LinuxBuild => {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "partita", `linux-${fingerprint()}`);
  if (!existsSync(folder)) build(folder);
  return { folder, elf: join(folder, "linux.elf"), flat: join(folder, "linux.bin") };
};

const build = (folder: string): void => {
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  console.warn(`building Linux into ${folder}: this takes some minutes`);
  const { status, error } = spawnSync(join(SOURCES, "build.sh"), [unfinished], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) {
    rmSync(unfinished, { recursive: true });
    throw error ?? new Error("partitions/linux/build.sh failed");
  }
  renameSync(unfinished, folder);
};

/** Of all that goes into the build but the compiler. */
const fingerprint = (): string => {
  const hash = createHash("sha256");
  const isPart = (name: string) => /\.(c|h|S|ld|sh|config)$/.test(name);
  for (const name of readdirSync(SOURCES).filter(isPart).sort()) {
    hash.update(`${name}\n`).update(readFileSync(join(SOURCES, name)));
  }
  const kernels = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).filter((name) => /^linux-source-.*\.tar\.xz$/.test(name))
    : [];
  for (const name of kernels.sort()) hash.update(`${name}\n`).update(readFileSync(join(DEBIAN, name)));
  return hash.digest("hex").slice(0, 12);
};
