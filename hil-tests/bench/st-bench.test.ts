/** The programs of bench:st come out in Structured Text as they do in C: else their costs could not be compared. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../peers.ts";
import { checksumOf, ST_PROGRAMS, stProgramNamed } from "./st-programs.ts";
import { stSpeedTable } from "./st-report.ts";
import { measureStSpeed } from "./st-speed.ts";

const peers = requirePeers("gcc", "riscv64-unknown-elf-gcc", "riscv64-unknown-elf-size");

describe.skipIf(peers.missing)("the Structured Text benchmark", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-bench-test-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("sees each program come out as in C, and counts what its scans cost", async () => {
    const programs = ["pid", "stations"].map(stProgramNamed);
    const speed = await measureStSpeed({ programs, rounds: 1, share: 0.001, folder, say: () => {} });
    expect(speed.disagreements).toEqual([]);
    for (const { st, c } of speed.programs) {
      expect(st.instructions).toBeGreaterThan(100);
      expect(c.instructions).toBeGreaterThan(100);
    }
    const [pid] = speed.programs;
    expect(pid!.st.instructions).toBeLessThanOrEqual(1700);
    expect(stSpeedTable(speed).rows.map(([name]) => name)).toEqual(["pid", "stations", "geometric mean"]);
  });

  it("tells values of CHECK apart, whatever their type", () => {
    expect(checksumOf("DWORD", 0x4a00_9a1f)).toBe("4a009a1f");
    expect(checksumOf("REAL", 1)).toBe("3f800000");
    expect(checksumOf("LREAL", 1.5)).not.toBe(checksumOf("LREAL", 1.25));
    expect(new Set(ST_PROGRAMS.map(({ name }) => name)).size).toBe(ST_PROGRAMS.length);
  });
});
