/** The stack of a program: as deep as its deepest chain of calls, for no unit leads back to itself (IEC 61131-3 §6.6.1). */
import { describe, expect, it } from "vitest";
import { parseImage, RAM_BASE } from "../../runtime/board/index.ts";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { compile } from "./index.ts";

const POISON = 0xa5;
const LEVELS = 12;

/** Each level keeps a text and an array of its own while it calls the next, by name or through an interface. */
const chain = (name: string): string =>
  Array.from({ length: LEVELS }, (_, level) => {
    const callee = level === 0 ? "x" : `${name}${level - 1}(x + list[x MOD 50])`;
    return `FUNCTION ${name}${level} : DINT
      VAR_INPUT x : DINT; END_VAR VAR list : ARRAY [0..49] OF DINT; s : STRING; i : DINT; END_VAR
      FOR i := 0 TO 49 DO list[i] := x * i; END_FOR;
      s := CONCAT(DINT_TO_STRING(x), 'level'); ${name}${level} := ${callee} + list[LEN(s)];
    END_FUNCTION`;
  }).join("\n");

const SOURCE = `${chain("Slow")} ${chain("Quick")}
  PROGRAM A VAR n : DINT; END_VAR n := Slow${LEVELS - 1}(n + 1); END_PROGRAM
  PROGRAM B VAR n : DINT; END_VAR n := Quick${LEVELS - 1}(n + 1); END_PROGRAM
  CONFIGURATION Plant`;
const ONE = `${SOURCE} TASK T(INTERVAL := T#10ms); PROGRAM a WITH T : A; PROGRAM b WITH T : B; END_CONFIGURATION`;
/** The slow scan takes longer than a millisecond: the quick one interrupts it at any depth. */
const TWO = `${SOURCE} TASK Q(INTERVAL := T#100us, PRIORITY := 1); TASK S(INTERVAL := T#10ms, PRIORITY := 2);
  PROGRAM a WITH S : A; PROGRAM b WITH Q : B; END_CONFIGURATION`;

/** Bytes that were reserved, and of those how many were never touched. */
const stackOf = (source: string, optimize: boolean) => {
  const compiled = compile(source, { file: "t.st", optimize });
  const image = compiled.ok ? parseImage(compiled.elf) : { problem: JSON.stringify(compiled.problems) };
  if (!compiled.ok || "problem" in image) throw new Error("it does not compile");
  const { address, bytes, memoryBytes } = image.segments.at(-1)!;
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError() {} });
  const start = address - RAM_BASE + bytes.length;
  const stack = run.board.ram.subarray(start, address - RAM_BASE + memoryBytes);
  stack.fill(POISON);
  const constants = () => run.board.ram.slice(start - 64, start);
  const before = constants();
  expect(run.runScans(5)).toBe("scans");
  expect(constants()).toEqual(before);
  return { reserved: stack.length, untouched: stack.findIndex((byte) => byte !== POISON) };
};

describe.each([
  ["optimised", true],
  ["plain", false],
])("the stack of a program, %s", (_, optimize) => {
  it("has room for the deepest chain of calls, and little more", () => {
    const { reserved, untouched } = stackOf(ONE, optimize);
    expect(reserved).toBeGreaterThan(LEVELS * (200 + 80));
    expect(untouched).toBeGreaterThan(0);
    expect(untouched).toBeLessThan(512);
  });

  it("has room for one chain on top of the other where a more urgent task comes in between", () => {
    const { reserved, untouched } = stackOf(TWO, optimize);
    expect(reserved).toBeGreaterThan(2 * LEVELS * (200 + 80));
    expect(untouched).toBeGreaterThan(0);
  });
});
