import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { inspectImage } from "../board/index.ts";
import { ENGINES } from "../system.ts";
import { partita as runPartita } from "./testing/exec.ts";

const directory = mkdtempSync(join(tmpdir(), "partita-compile-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

const partita = (...args: string[]) => runPartita(args);

const PLANT = `
TYPE Mode : (Off, Auto); Alarm : STRUCT code : UINT; at : TIME; level : REAL; END_STRUCT; END_TYPE
PROGRAM Plant
  VAR level AT %ID0 : REAL := 1.25; run AT %QX0.1 : BOOL; setpoint AT %IW4 : INT := -3; END_VAR
  VAR RETAIN hours : UDINT := 7; END_VAR
  VAR alarms : QUEUE_SEND; alarm : Alarm; mode : Mode; n : DINT; real : REAL; t : TIME; list : ARRAY [0..2] OF BOOL; END_VAR
  n := n + 1;
  hours := hours + 1;
  real := DINT_TO_REAL(n) / 10.0;
  t := TIME();
  mode := SEL(run, Off, Auto);
  list[1] := TRUE;
  alarm.code := 12;
  alarms(REQ := n = 2, MESSAGE := alarm);
END_PROGRAM
CONFIGURATION C TASK T(INTERVAL := T#10ms); PROGRAM P WITH T : Plant; END_CONFIGURATION`;

describe("partita compile", () => {
  it("writes the symbols of the program for tools", async () => {
    const [image, symbols] = [join(directory, "symbols.elf"), join(directory, "symbols.json")];
    const source = file("symbols.st", PLANT);
    expect(await partita("compile", source, "-o", image, "--symbols", symbols)).toMatchObject({ status: 0 });
    const facts = inspectImage(readFileSync(image));
    if ("problem" in facts) throw new Error("it cannot be read back");
    const written = JSON.parse(readFileSync(symbols, "utf8"));
    expect(written).toMatchObject({ format: "partita-symbols", version: 1, tasks: [{ name: "T", intervalNs: 10e6 }] });
    const hours = written.symbols.find(({ path }: { path: string }) => path === "P.hours");
    const address = facts.symbols.get("P.hours")?.address;
    expect(hours).toMatchObject({ type: "UDINT", address, initial: 7, retain: true, file: source });
  });

  it("writes an image that says what its points, ports and areas are", async () => {
    const image = join(directory, "plant.elf");
    expect(await partita("compile", file("plant.st", PLANT), "-o", image)).toMatchObject({ status: 0, errors: "" });
    const facts = inspectImage(readFileSync(image));
    if ("problem" in facts || facts.manifest === null) throw new Error("it cannot be read back");
    const { manifest, symbols } = facts;
    const { input, output, retained } = manifest.areas;
    expect(manifest.tasks).toEqual([{ name: "T", intervalNs: 10e6, event: null }]);
    expect([input?.bytes, output?.bytes, retained?.bytes]).toEqual([10, 1, 4]);
    expect(manifest.points).toEqual([
      { name: "level", type: "REAL", direction: "input", address: input!.base, bit: null, initial: 1.25 },
      { name: "run", type: "BOOL", direction: "output", address: output!.base, bit: 1, initial: false },
      { name: "setpoint", type: "INT", direction: "input", address: input!.base + 8, bit: null, initial: -3 },
    ]);
    expect(manifest.ports).toEqual([{ name: "alarms", direction: "source", messageBytes: 12 }]);
    expect(symbols.get("P.hours")).toMatchObject({ address: retained!.base, size: 4 });
  });

  it("prints functions after a pass on request, with the source's lines and names", async () => {
    const source = file("dump.st", "PROGRAM P VAR a, b : DINT; END_VAR\n a := b + 1;\n b := a;\nEND_PROGRAM\n");
    const { output } = await partita("compile", source, "-o", join(directory, "dump.elf"), "--dump", "reuse-loads");
    expect(output).toMatch(/; after reuse-loads\nfunction P\(\)\nb0:\n {2}r0 = load w32 data\+4 +; line 2, b\n/);
    const plain = await partita("compile", source, "-o", join(directory, "dump.elf"), "-O", "0", "--dump", "lowered");
    expect(plain.output).toMatch(/function P\(\)/);
  });

  it("prints every problem with its place and a caret, and writes nothing", async () => {
    const image = join(directory, "wrong.elf");
    const wrong = file("wrong.st", "PROGRAM P VAR a : INT; END_VAR\n a := b;\n a := 1.5;\n c();\nEND_PROGRAM\n");
    const { errors, status } = await partita("compile", wrong, "-o", image);
    expect(status).toBe(2);
    expect(existsSync(image)).toBe(false);
    for (const place of [":2:7: ", ":3:7: ", ":4:2: "]) expect(errors).toContain(`${wrong}${place}`);
    expect(errors).toContain("     a := b;\n          ^\n");
    expect(errors).toContain(`\n${wrong}: 3 problems\n`);
  });

  it("makes one program of several files, and takes from libraries", async () => {
    const [image, library] = [join(directory, "several.elf"), join(directory, "half.stlib")];
    const half = file("half.st", "FUNCTION Half : INT VAR_INPUT x : INT; END_VAR Half := x / 2; END_FUNCTION");
    const main = file("main.st", "PROGRAM P VAR a AT %QW0 : INT; END_VAR a := Half(10); END_PROGRAM");
    expect(await partita("compile", main, half, "-o", image)).toMatchObject({ status: 0, errors: "" });
    const several = readFileSync(image);
    expect(await partita("compile", "--library", half, "-o", library)).toMatchObject({ status: 0, errors: "" });
    for (const path of [half, library]) {
      expect((await partita("compile", main, "--library-path", path, "-o", image)).status).toBe(0);
      expect(readFileSync(image)).toEqual(several);
    }
    expect((await partita("compile", main, "-o", image)).errors).toContain("there is no function Half");
    expect((await partita("exec", main, half)).output).toBe('{"P.a":5}\n');
    expect((await partita("exec", main, "--library-path", library)).output).toBe('{"P.a":5}\n');
    await expect(partita("exec", main, image)).rejects.toThrow("one image runs alone");
    await expect(partita("exec", main, "--library-path", "/nowhere")).rejects.toThrow("/nowhere cannot be read");
  });

  it("checks a library whole, and names its files from its folder on", async () => {
    const folder = join(directory, "library");
    mkdirSync(join(folder, "deep"), { recursive: true });
    writeFileSync(join(folder, "a.st"), "FUNCTION A : INT A := 1; END_FUNCTION");
    writeFileSync(join(folder, "deep/b.st"), "FUNCTION B : INT B := A() + c; END_FUNCTION");
    const library = join(directory, "ab.stlib");
    const wrong = await partita("compile", "--library", folder, "-o", library);
    expect(wrong).toMatchObject({ status: 2, errors: expect.stringContaining("deep/b.st:1:29: c is not declared") });
    expect(existsSync(library)).toBe(false);
    writeFileSync(join(folder, "deep/b.st"), "FUNCTION B : INT B := A() + 1; END_FUNCTION");
    expect((await partita("compile", "--library", folder, "-o", library)).status).toBe(0);
    const { declares, sources } = JSON.parse(readFileSync(library, "utf8"));
    expect(sources.map((source: { file: string }) => source.file)).toEqual(["a.st", "deep/b.st"]);
    expect(declares.map((each: { name: string }) => each.name)).toEqual(["A", "B"]);
  });

  it("gives problems and warnings as JSON, with where each begins and ends", async () => {
    const image = join(directory, "json.elf");
    const wrong = file("json.st", "PROGRAM P VAR a : INT; END_VAR\n a := levle;\nEND_PROGRAM\n");
    const { output, errors, status } = await partita("compile", wrong, "-o", image, "--json");
    expect([errors, status]).toEqual(["", 2]);
    expect(JSON.parse(output)).toEqual({
      ok: false,
      problems: [
        {
          severity: "error",
          code: "unknown-name",
          number: "ST0101",
          file: wrong,
          range: { start: { line: 2, column: 7 }, end: { line: 2, column: 12 } },
          path: "",
          message: "levle is not declared",
          hint: "declare it in a VAR section",
        },
      ],
    });
  });

  it("refuses what has warnings when asked to", async () => {
    const image = join(directory, "strict.elf");
    const lossy = file(
      "lossy.st",
      "PROGRAM P VAR d AT %ID0 : DINT; r AT %QD0 : REAL; END_VAR\n r := d;\nEND_PROGRAM\n",
    );
    const strict = await partita("compile", lossy, "-o", image, "--warnings-as-errors");
    expect(strict).toMatchObject({ status: 2, errors: expect.stringContaining(":2:7: warning: DINT to REAL loses") });
    expect(existsSync(image)).toBe(false);
    expect(await partita("compile", lossy, "-o", image)).toMatchObject({
      status: 0,
      errors: expect.stringMatching(/warning/),
    });
    expect(existsSync(image)).toBe(true);
  });
});

const peers = requirePeers("riscv64-unknown-elf-readelf", "riscv64-unknown-elf-objdump");
describe.skipIf(peers.missing)("the image, to other tools", () => {
  it("is a sound RISC-V executable with symbols for code and variables", async () => {
    const image = join(directory, "tools.elf");
    await partita("compile", file("tools.st", PLANT), "-o", image);
    const readelf = execFileSync("riscv64-unknown-elf-readelf", ["-aW", image], { encoding: "utf8", stdio: "pipe" });
    expect(readelf).toMatch(/Entry point address:\s+0x80000000/);
    expect(readelf).toMatch(/single-float ABI/);
    expect(readelf).toMatch(/FUNC\s+GLOBAL\s+DEFAULT\s+1 Plant/);
    expect(readelf).toMatch(/OBJECT\s+GLOBAL\s+DEFAULT\s+2 P\.n/);
    expect(readelf).not.toMatch(/Warning|Error/i);
    const listing = execFileSync("riscv64-unknown-elf-objdump", ["-d", image], { encoding: "utf8" });
    expect(listing).toContain("<_start>:");
    expect(listing).not.toContain(".insn");
    expect(listing).not.toContain("unknown");
  });
});

describe("partita exec PROGRAM.st", () => {
  it("runs the scans and prints the variables as JSON", async () => {
    const { output, status } = await partita("exec", file("exec.st", PLANT), "--scans", "3");
    expect(status).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      "P.level": 1.25,
      "P.setpoint": -3,
      "P.n": 3,
      "P.hours": 10,
      "P.real": 0.3,
      "P.t": "T#20ms",
      "P.mode": "Off",
      "P.list": [false, true, false],
      "P.alarm": { code: 12, at: "T#0ms", level: 0 },
    });
  });

  it("sets and watches single variables and their parts, at any period", async () => {
    const stats = join(directory, "stats.json");
    const source = file("set.st", PLANT);
    const set = ["--set", "P.n=16#10", "--set", "run=TRUE", "--set", "alarm.level=2.5"];
    const watch = ["--watch", "P.n,mode,p.ALARM.level,list[1],t"];
    const { output } = await partita(
      "exec",
      source,
      "--scans",
      "2",
      "--period",
      "25ms",
      ...set,
      ...watch,
      "--stats",
      stats,
    );
    expect(JSON.parse(output)).toEqual({ "P.n": 18, mode: "Auto", "p.ALARM.level": 2.5, "list[1]": true, t: "T#25ms" });
    expect(JSON.parse(readFileSync(stats, "utf8"))).toMatchObject({ scans: 2, end: "scans" });
  });

  it("comes to the same on either engine, in slices or not", async () => {
    const stats = join(directory, "engines.json");
    const run = async (...options: string[]) => {
      await partita("exec", file("engines.st", PLANT), "--scans", "5", "--stats", stats, ...options);
      const { cycles, instructions, stateHash } = JSON.parse(readFileSync(stats, "utf8"));
      return [cycles, instructions, stateHash];
    };
    const byDefault = await run();
    for (const engine of ENGINES) {
      expect([engine, ...(await run("--engine", engine))]).toEqual([engine, ...byDefault]);
      expect([engine, ...(await run("--engine", engine, "--slice", "777"))]).toEqual([engine, ...byDefault]);
    }
  });

  it("names the line of the statement in which a program stops", async () => {
    const source = file(
      "stops.st",
      "PROGRAM P\nVAR p : POINTER TO DINT; n : DINT; END_VAR\n  n := n + 1;\n  p := 16#1000;\n  n := p^;\nEND_PROGRAM",
    );
    const { errors, status } = await partita("exec", source);
    expect([status, errors]).toEqual([1, expect.stringContaining(`stopped in scan 1: load access fault at 0x8`)]);
    expect(errors).toContain(`(${source}:5)`);
  });

  it("runs the program that is named, where there are several", async () => {
    const source = file(
      "two.st",
      "PROGRAM A VAR n : INT := 1; END_VAR END_PROGRAM PROGRAM B VAR m : INT := 2; END_VAR END_PROGRAM",
    );
    expect((await partita("exec", source, "--program", "b")).output).toBe('{"B.m":2}\n');
    const { errors, status } = await partita("exec", source);
    expect(status).toBe(2);
    expect(errors).toContain("several programs (A, B), and no CONFIGURATION that says which one runs");
    expect(errors).toContain("--program NAME");
  });

  it("refuses names and values that are not there, and stops at a limit", async () => {
    const source = file("refuse.st", PLANT);
    await expect(partita("exec", source, "--watch", "nothing")).rejects.toThrow(/no variable nothing; it has P\.level/);
    await expect(partita("exec", source, "--set", "n=1.5")).rejects.toThrow(/1\.5 is no DINT/);
    expect((await partita("exec", source, "--scans", "100", "--max-cycles", "5000000")).status).toBe(3);
  });

  it("says each error that a program raises once, with its place, and how often it came", async () => {
    const bare = "PROGRAM P VAR a, b : INT := 0; END_VAR\nb := 10 / a;\nEND_PROGRAM";
    const source = file("bare.st", bare);
    const { errors, output, status } = await partita("exec", source, "--watch", "P.b");
    expect(errors).toBe("bare.st:2: division by zero (NUMERIC_ERROR)\n");
    expect([JSON.parse(output), status]).toEqual([{ "P.b": 0 }, 0]);
    expect((await partita("exec", source, "--scans", "7")).errors).toBe(
      "bare.st:2: division by zero (NUMERIC_ERROR)\nbare.st:2: division by zero (NUMERIC_ERROR): 7 times\n",
    );
  });

  it("notices a hung scan", async () => {
    const source = file("hung.st", "PROGRAM P WHILE TRUE DO ; END_WHILE; END_PROGRAM");
    const { errors, status } = await partita("exec", source, "--max-cycles", "1100000");
    expect(errors).toBe("hung.st: the scan was still running at its next release (DEADLINE_MISSED)\n");
    expect(status).toBe(3);
  });

  it("runs a bare PROGRAM every 10 ms", async () => {
    const source = file("time.st", "PROGRAM P VAR t : TIME; END_VAR t := TIME(); END_PROGRAM");
    expect(JSON.parse((await partita("exec", source, "--scans", "4")).output)).toEqual({ "P.t": "T#30ms" });
  });

  it("prints REALs so that they read back the same, -0.0 too", async () => {
    const source = file(
      "zero.st",
      "PROGRAM P VAR a, z : REAL; l : ARRAY [0..1] OF REAL; END_VAR z := -a; l[1] := z; END_PROGRAM",
    );
    const { output } = await partita("exec", source);
    expect(output).toBe('{"P.a":0,"P.z":-0.0,"P.l":[0,-0.0]}\n');
    expect(Object.is(JSON.parse(output)["P.z"], -0)).toBe(true);
  });

  it("says what a variable can be set to", async () => {
    const types =
      "TYPE Mode : (Off, Auto); END_TYPE PROGRAM P VAR i : INT; u : USINT; b : BOOL; m : Mode; t : TIME; END_VAR ; END_PROGRAM";
    const source = file("range.st", types);
    const refusal = (assignment: string) => partita("exec", source, "--set", assignment);
    await expect(refusal("i=99999")).rejects.toThrow("99999 is no INT; write a whole number from -32768 to 32767");
    await expect(refusal("u=-1")).rejects.toThrow("-1 is no USINT; write a whole number from 0 to 255");
    await expect(refusal("b=2")).rejects.toThrow("2 is no BOOL; write TRUE or FALSE");
    await expect(refusal("m=On")).rejects.toThrow("On is no Mode; write Off, Auto");
    await expect(refusal("t=5")).rejects.toThrow("write a duration like T#1s500ms");
  });

  it("shows inputs and outputs of a standard block, its internals when they are named, and all of other blocks", async () => {
    const source = file(
      "blocks.st",
      `FUNCTION_BLOCK Own VAR inner : INT := 3; END_VAR VAR_OUTPUT out : INT; END_VAR END_FUNCTION_BLOCK
      PROGRAM P VAR t : TON := (IN := TRUE, PT := T#1s); own : Own; END_VAR t(); END_PROGRAM`,
    );
    expect(JSON.parse((await partita("exec", source, "--scans", "2")).output)).toEqual({
      "P.t": { IN: true, PT: "T#1s", Q: false, ET: "T#10ms" },
      "P.own": { inner: 3, out: 0 },
    });
    const { output } = await partita("exec", source, "--watch", "P.t.RUNNING,t.ET");
    expect(JSON.parse(output)).toEqual({ "P.t.RUNNING": true, "t.ET": "T#0ms" });
  });
});
