import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../../../hil-tests/peers.ts";
import { Compiler } from "../../index.ts";

const LIBRARY = `TYPE
  Mode : (Idle, Run, Stop);
  Point : STRUCT X : REAL; Tag : STRING(10); END_STRUCT;
END_TYPE
FUNCTION Twice : DINT
VAR_INPUT Value : DINT; END_VAR
  Twice := Value * 2;
END_FUNCTION
FUNCTION_BLOCK Counter
VAR_INPUT Step : DINT; END_VAR
VAR_OUTPUT Count : DINT; END_VAR
VAR Delay : TON; Here : Point; END_VAR
VAR_TEMP Sum : DINT; END_VAR
  Sum := Twice(Step);
  IF Sum > 10 THEN
    Count := Count + 1;
  ELSIF Sum > 5 THEN
    Count := Count + Sum / Step;
  END_IF;
  Here.X := 2.5;
  Delay(IN := TRUE, PT := T#1s);
END_FUNCTION_BLOCK
`;
const MAIN = `VAR_GLOBAL Level : REAL := 1.5; Table : ARRAY [1..4] OF INT := [11, 12, 13]; END_VAR
VAR_GLOBAL CONSTANT Limit : INT := 42; Scale : REAL := 0.5; END_VAR
PROGRAM Main
VAR
  A, B : Counter;
  Lamp AT %QX0.3 : BOOL := TRUE;
  State : Mode := Mode#Run;
  Next : POINTER TO Counter := ADR(B);
END_VAR
  A(Step := 5);
  B(Step := A.Count MOD 7);
  Lamp := Twice(B.Count) > 100;
  Level := Level * Scale;
  State := Stop;
  Next^.Step := 1;
  Table[2] := Limit;
END_PROGRAM
`;

const directory = mkdtempSync(join(tmpdir(), "partita-dwarf-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Two files in folders that do not exist: nothing but the image is there to be looked at. */
const imageOf = (optimize: boolean): string => {
  const sources = [{ file: "plant/main.st", text: MAIN }];
  const libraries = [{ file: "parts/counter.st", text: LIBRARY }];
  const compiled = new Compiler().compile(sources, { libraries, optimize });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join("\n"));
  const path = join(directory, optimize ? "optimised.elf" : "plain.elf");
  writeFileSync(path, compiled.elf);
  return path;
};
const OPTIMISED = imageOf(true);
const PLAIN = imageOf(false);

const lineOf = (text: string, part: string): number => text.split("\n").findIndex((line) => line.includes(part)) + 1;

describe.skipIf(requirePeers("riscv64-unknown-elf-objdump").missing)("debug sections, as binutils read them", () => {
  const disassemble = (image: string, ...options: string[]) =>
    execFileSync("riscv64-unknown-elf-objdump", [...options, image], { encoding: "utf8", stdio: "pipe" });

  it.each([PLAIN, OPTIMISED])("are sound: %s", (image) => {
    const run = `riscv64-unknown-elf-readelf --debug-dump ${image} 2>&1 >/dev/null`;
    expect(execFileSync("sh", ["-c", run], { encoding: "utf8" })).toBe("");
  });

  it("show the source lines of all files beside the instructions", () => {
    const text = disassemble(PLAIN, "-dl");
    const body = text.slice(text.indexOf("<Counter>:"), text.indexOf("<Main>:"));
    const shown = [...new Set(body.match(/^counter\.st:\d+/gm))];
    const statements = [
      "Sum := Tw",
      "IF Sum",
      "Count + 1",
      "ELSIF",
      "Count + Sum",
      "Here.X",
      "Delay(",
      "END_FUNCTION_BLOCK",
    ];
    for (const part of statements) expect(shown).toContain(`counter.st:${lineOf(LIBRARY, part)}`);
    expect(text).toMatch(/^main\.st:10\n(.*\n)*.*jal.*<Counter>/m);
  });

  it("name the functions and lines of what was inlined", () => {
    const text = disassemble(OPTIMISED, "-dl");
    const main = text.slice(text.indexOf("<Main>:"));
    expect(main).toMatch(/^Counter\(\):\ncounter\.st:\d+/m);
    expect(main).toContain(`counter.st:${lineOf(LIBRARY, "Count + Sum")}`);
  });
});

const gdb = (image: string, ...commands: string[]): readonly string[] => {
  const options = ["set language pascal", ...commands].flatMap((command) => ["-ex", command]);
  return execFileSync("gdb-multiarch", ["-nx", "-batch", ...options, image], { encoding: "utf8", stdio: "pipe" })
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "");
};

describe.skipIf(requirePeers("gdb-multiarch").missing)("debug sections, as gdb reads them", () => {
  it("tell where a line's code is", () => {
    const [line] = gdb(PLAIN, `info line counter.st:${lineOf(LIBRARY, "Here.X")}`);
    expect(line).toMatch(/^Line 20 of "counter.st" starts at address 0x8\w+ <Counter\+\d+> and ends at/);
  });

  it("show types as they were declared", () => {
    expect(gdb(PLAIN, "ptype Main::A", "ptype Point", "ptype Mode", "ptype Table", "ptype Main::Next")).toEqual([
      ...["type = Counter = record", "Step : DINT;", "Count : DINT;", "Delay : TON;", "Here : Point;", "end"],
      ...["type = Point = record", "X : REAL;", "Tag : STRING(10);", "end"],
      ...["type = Mode = (Idle, Run, Stop)", "type = array [1..4] of INT"],
      ...["type = ^Counter = record", "Step : DINT;", "Count : DINT;", "Delay : TON;", "Here : Point;", "end"],
    ]);
    expect(gdb(PLAIN, "print sizeof(Point)", "print sizeof(Main::A)")).toEqual(["$1 = 16", "$2 = 48"]);
  });

  it("find variables and constants with their initial values, whatever their spelling", () => {
    const wanted = ["Level", "LEVEL", "Table", "Table[2]", "Limit", "Scale", "Main::Lamp", "Main::State"];
    expect(gdb(OPTIMISED, ...wanted.map((name) => `print ${name}`))).toEqual(
      ["1.5", "1.5", "{11, 12, 13, 0}", "12", "42", "0.5", "true", "Run"].map((value, i) => `$${i + 1} = ${value}`),
    );
    expect(gdb(PLAIN, "print Main::Next = @Main::B", "info address Level")).toEqual([
      "$1 = true",
      expect.stringMatching(/^Symbol "Level" is static storage at address 0x8/),
    ]);
  });

  it("say where parameters and locals are as long as they are there", () => {
    const scope = gdb(PLAIN, "info scope Counter").join(" ");
    expect(scope).toMatch(/Symbol this is multi-location: Range 0x\w+-0x\w+: a variable in \$\w+/);
    expect(scope).toMatch(/Symbol Sum is multi-location: Range 0x\w+-0x\w+: a variable in \$\w+/);
    expect(gdb(OPTIMISED, "info scope Counter").join("\n")).not.toContain("Sum");
  });

  it("stop at each copy of an inlined statement, behind the prologue", () => {
    const line = lineOf(LIBRARY, "Here.X");
    expect(gdb(OPTIMISED, `break counter.st:${line}`)[0]).toMatch(/\(2 locations\)$/);
    expect(gdb(PLAIN, "break Main")[0]).toMatch(/file main\.st, line 10\.$/);
  });
});

/** QEMU has no partita device, so that gdb goes right to the program, with the registers as the runtime sets them. */
describe.skipIf(requirePeers("gdb-multiarch", "qemu-system-riscv32").missing)(
  "debug sections, in a live session",
  () => {
    const GP = /\.data +PROGBITS +(\w+)/;
    const session = (image: string, ...commands: string[]): readonly string[] => {
      const sections = execFileSync("riscv64-unknown-elf-readelf", ["-S", image], { encoding: "utf8" });
      const qemu = `qemu-system-riscv32 -M virt -bios none -kernel ${image} -S -gdb stdio -display none -serial null -monitor none`;
      const registers = [`gp=0x${GP.exec(sections)![1]}+2048`, "sp=0x80100000", "mstatus=0x2000", "pc=(int)*Main"];
      return gdb(
        image,
        `target remote | ${qemu}`,
        "set language c",
        ...registers.map((assignment) => `set var $${assignment}`),
        "set language pascal",
        ...commands,
      );
    };

    it.each([PLAIN, OPTIMISED])("show values where the program has them: %s", (image) => {
      const line = lineOf(LIBRARY, "Delay(");
      const shown = session(
        image,
        `tbreak counter.st:${line}`,
        "continue",
        "print Main::A.Step",
        "print Main::A.Count",
      );
      expect(shown).toEqual(expect.arrayContaining(["$1 = 5", "$2 = 2"]));
    });

    it("show parameters, locals and the calls that led there", () => {
      const inCounter = [
        `tbreak counter.st:${lineOf(LIBRARY, "IF Sum")}`,
        "continue",
        "print Sum",
        "print Step",
        "print this^.Count",
      ];
      const inTwice = [`tbreak counter.st:${lineOf(LIBRARY, "Twice := ")}`, "continue", "print Value", "backtrace 3"];
      const shown = session(PLAIN, ...inCounter, ...inTwice).join("\n");
      expect(shown).toMatch(/\$1 = 10\n\$2 = 5\n\$3 = 0/);
      expect(shown).toMatch(/Twice \(Value=2\) at counter.st:7/);
      expect(shown).toMatch(
        /#0 Twice \(Value=2\).*\n#1 0x\w+ in Counter \(this=0x\w+\) at counter.st:14\n#2 0x\w+ in Main \(\) at main.st:11/,
      );
    });
  },
);
