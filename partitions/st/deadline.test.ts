import { describe, expect, it } from "vitest";
import { inspectImage } from "../../runtime/board/index.ts";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";

const RAM_BASE = 0x8000_0000;

const start = (source: string, intervalNs: number) => {
  const compiled = compile(source, { file: "t.st", intervalNs });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const raised: string[] = [];
  const raiseError = (code: number, detail: number, message: string) => raised.push(`${code} ${detail} ${message}`);
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError });
  return { run, raised, elf: compiled.elf };
};

const missed = (count: number) => `1 ${count} t.st: the scan was still running at its next release`;

describe("the deadline of a scan", () => {
  it("is noticed at each release that a hung scan misses", () => {
    const { run, raised } = start(
      "PROGRAM M VAR n : INT; END_VAR WHILE TRUE DO n := n + 1; END_WHILE; END_PROGRAM",
      1e6,
    );
    const millisecond = 100_000;
    expect(run.runScans(1, millisecond)).toBe("limit");
    expect(raised).toEqual([]);
    run.runScans(1, 50);
    expect(raised).toEqual([missed(1)]);
    run.runScans(1, 3 * millisecond);
    expect(raised).toEqual([missed(1), missed(2), missed(3), missed(4)]);
  });

  it("leaves the interrupted program alone, wherever it is, also in the middle of a report", () => {
    const source = `PROGRAM M VAR i, sum, zero : DINT; real : REAL; END_VAR
      FOR i := 1 TO 3000 DO
        sum := sum XOR (i * 7919 + i / zero);
        real := real + DINT_TO_REAL(i) * 0.5;
      END_FOR;
    END_PROGRAM`;
    const undisturbed = start(source, 1e9);
    undisturbed.run.runScans(1);
    const { run, raised } = start(source, 13_700);
    run.runScans(1);
    expect(["sum", "real"].map((name) => run.read(name))).toEqual(
      ["sum", "real"].map((name) => undisturbed.run.read(name)),
    );
    const deadlines = raised.filter((report) => report.startsWith("1 "));
    expect(deadlines.length).toBeGreaterThan(50);
    expect(deadlines).toEqual(deadlines.map((_, i) => missed(i + 1)));
    const reports = raised.filter((report) => !report.startsWith("1 "));
    expect(reports).toHaveLength(3000);
    expect(new Set(reports)).toEqual(new Set(["3 3 t.st:3: division by zero"]));
  });

  it("counts anew in each scan", () => {
    const source = "PROGRAM M VAR i : DINT; END_VAR FOR i := 0 TO 60000 DO ; END_FOR; END_PROGRAM";
    const { run, raised } = start(source, 1e6);
    run.runScans(2);
    const firsts = raised.filter((report) => report === missed(1));
    expect(firsts).toHaveLength(2);
    expect(raised.indexOf(missed(2))).toBeLessThan(raised.lastIndexOf(missed(1)));
  });
});

describe("an exception", () => {
  it("is a fault of the program, with the pc, cause and value of its own", () => {
    const { run, elf } = start("PROGRAM Broken VAR n : INT; END_VAR n := n + 1; END_PROGRAM", 1e6);
    const facts = inspectImage(elf);
    if ("problem" in facts) throw new Error(facts.problem);
    const { address } = facts.symbols.get("Broken")!;
    new DataView(run.board.ram.buffer, run.board.ram.byteOffset).setUint32(address - RAM_BASE, 0xffff_ffff, true);
    expect(run.runScans(1, 10_000)).toBe("fault");
    expect(run.board.fault).toMatchObject({ cause: "illegalInstruction", pc: address });
    expect((run.board.fault?.value ?? 0) >>> 0).toBe(0xffff_ffff);
  });
});
