import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const PARTITA = fileURLToPath(new URL("../../dist/runtime/cli/main.js", import.meta.url));
const PUMP = fileURLToPath(new URL("../../configs/invalid/fixtures/pump.st", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "partita-plan-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const moduleWith = (requirements: Readonly<Record<string, string>>, more = ""): string => {
  const partitions = Object.entries(requirements).map(
    ([name, requires]) => `  ${name}:\n    program: ${PUMP}\n    memory: 256 KiB\n    requires: ${requires}\n`,
  );
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(
    path,
    `module: planned\nboard: { clock: 100 MHz, harts: 2 }\npartitions:\n${partitions.join("")}${more}`,
  );
  return path;
};

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const partita = (...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [PARTITA, ...args], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

describe("partita plan", () => {
  it("writes a table into a file without one, which check then finds nothing against", async () => {
    const path = moduleWith({
      first: "{ period: 20 ms, duration: 8 ms }",
      second: "{ period: 20 ms, duration: 8 ms, after: [first], deadline: 19 ms }",
      third: "{ period: 10 ms, duration: 3 ms, jitter: 0 ms }",
      fourth: "{ period: 20 ms, duration: 9 ms, hart: 1 }",
    });
    const planned = await partita("plan", path, "--write");
    expect([planned.status, planned.stderr]).toEqual([0, ""]);
    expect(planned.stdout).toContain("schedule normal · major frame 20 ms");
    expect(readFileSync(path, "utf8")).toContain("majorFrame: 20 ms");
    const checked = await partita("check", path);
    expect([checked.status, checked.stdout]).toEqual([0, expect.stringContaining("fourth")]);
  });

  it("leaves the file alone unless it is told to write", async () => {
    const path = moduleWith({ only: "{ period: 20 ms, duration: 8 ms }" });
    const before = readFileSync(path, "utf8");
    const { status, stdout } = await partita("plan", path, "--json", "--schedule", "night");
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      {
        ok: true,
        kind: "planned",
        manner: "periodic",
        majorFrameNs: 20e6,
        slots: [{ partition: "only", hart: 0, startNs: 0, durationNs: 8e6 }],
      },
    ]);
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("names what clashes, with status 1", async () => {
    const path = moduleWith({
      a: "{ period: 10 ms, duration: 7 ms }",
      b: "{ period: 10 ms, duration: 6 ms, hart: 0 }",
      c: "{ period: 10 ms, duration: 5 ms, hart: 0 }",
      d: "{ period: 10 ms, duration: 1 ms }",
    });
    const { status, stdout } = await partita("plan", path);
    expect(status).toBe(1);
    expect(stdout).toContain("b needs 6 ms in every 10 ms");
    expect(stdout).toContain("c is on hart 0");
    expect(stdout).not.toMatch(/\b[ad] (needs|is)/);
  });

  it("says which partition requires nothing, and what is wrong with requirements, with status 2", async () => {
    const path = moduleWith(
      { a: "{ period: 10 ms, duration: 7 ms, deadline: 6 ms }" },
      `  b:\n    program: x.st\n    memory: 1 MiB\n`,
    );
    const { status, stderr } = await partita("plan", path);
    expect(status).toBe(2);
    expect(stderr).toContain("a cannot have a deadline of 6 ms");
    expect(stderr).toContain("b does not say what it requires of a slot table");
  });

  it("refuses periods that have no useful common multiple", async () => {
    const path = moduleWith({ a: "{ period: 10.001 ms, duration: 1 ms }", b: "{ period: 9.999 ms, duration: 1 ms }" });
    const { status, stderr } = await partita("plan", path);
    expect([status, stderr]).toEqual([2, expect.stringContaining("have no common multiple that is small enough")]);
  });
});

describe("partita check --svg", () => {
  it("draws the slot tables, each slot with its times", async () => {
    const path = join(folder, "table.svg");
    const config = fileURLToPath(new URL("../../configs/waterworks.yaml", import.meta.url));
    expect((await partita("check", config, "--svg", path)).status).toBe(0);
    const svg = readFileSync(path, "utf8");
    expect(svg.match(/<title>/g)).toHaveLength(5);
    expect(svg).toContain("<title>boost: 4 ms from 11 ms on</title>");
  });
});
