/** The drive's firmware: its image is what its source builds, wherever that happens. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";

const here = import.meta.dirname;
const peers = requirePeers("riscv64-unknown-elf-gcc");

describe.skipIf(peers.missing)("drive.elf", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "partita-drive-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const build = (partitions: string, name: string): Buffer => {
    const out = join(folder, name);
    execFileSync(join(partitions, "sdk/build.sh"), [out, join(partitions, "waterworks/drive.c")]);
    return readFileSync(out);
  };

  it("is what drive.c builds", () => {
    expect(build(join(here, ".."), "drive.elf").equals(readFileSync(join(here, "drive.elf")))).toBe(true);
  });

  it("has the same bytes when it is built elsewhere", () => {
    const elsewhere = join(folder, "somewhere else");
    for (const part of ["sdk", "waterworks"])
      cpSync(join(here, "..", part), join(elsewhere, part), { recursive: true });
    expect(build(elsewhere, "drive2.elf").equals(readFileSync(join(here, "drive.elf")))).toBe(true);
  });

  it("changes with its source", () => {
    const changed = join(folder, "changed");
    for (const part of ["sdk", "waterworks"]) cpSync(join(here, "..", part), join(changed, part), { recursive: true });
    execFileSync("sed", [
      "-i",
      "s/RAMP_PERCENT_PER_S 10.0f/RAMP_PERCENT_PER_S 20.0f/",
      join(changed, "waterworks/drive.c"),
    ]);
    expect(build(changed, "drive3.elf").equals(readFileSync(join(here, "drive.elf")))).toBe(false);
  });
});
