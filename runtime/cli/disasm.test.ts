import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { buildProgram, PROGRAM_PEERS } from "../../hil-tests/programs.ts";
import { compile } from "../../partitions/st/index.ts";
import { LineTable, parseImage } from "../board/index.ts";
import { listing } from "./disasm.ts";

const OBJDUMP = "riscv64-unknown-elf-objdump";
const peers = requirePeers(...PROGRAM_PEERS, OBJDUMP);
const directory = mkdtempSync(join(tmpdir(), "partita-disasm-"));
afterAll(() => rmSync(directory, { recursive: true }));

const listed = (file: Uint8Array): string => {
  const image = parseImage(file);
  if ("problem" in image) throw new Error(image.problem);
  return [...listing(image)].join("");
};

/** address, word and mnemonic of every instruction; label lines as [address, name]. */
const linesOf = (text: string): string[] => {
  const lines = text.matchAll(/^([0-9a-f]{8}):?\s+(?:<(\S+)>:$|([0-9a-f]{4,8})\s+(\S+))/gm);
  return [...lines].map(([, address, name, word, mnemonic]) => [address, name ?? word, mnemonic ?? ""].join(" "));
};

describe.skipIf(peers.missing)("the listing of a C program", () => {
  it.each(["computing", "echo"])("has the labels, words and mnemonics that objdump shows: %s", (name) => {
    const path = buildProgram(name, directory);
    const objdump = execFileSync(OBJDUMP, ["-d", "-M", "no-aliases", path], { encoding: "utf8" });
    const text = listed(readFileSync(path));
    const wanted = linesOf(objdump);
    expect(wanted.length).toBeGreaterThan(100);
    expect(linesOf(text)).toEqual(wanted);
  });

  it("says where calls go, and lists variables with their sizes", () => {
    const text = listed(readFileSync(buildProgram("computing", directory)));
    expect(text).toMatch(/jal (?:ra,)?0x8[0-9a-f]{7} <print>/);
    expect(text).toMatch(/^section \.bss at 8[0-9a-f]{7}\n(.*\n)*8[0-9a-f]{7} <counter\.\d+>: 4 bytes$/m);
  });
});

it("lists a flat binary from the start of RAM, down to its last odd byte", () => {
  expect(listed(Uint8Array.of(0x73, 0, 0x50, 0x10, 1, 0, 0x13))).toBe(
    "\nsection (flat) at 80000000\n" +
      "80000000:  10500073  wfi\n" +
      "80000004:  0001      c.nop\n" +
      "80000006:  13        .1byte 0x13\n",
  );
});

/** The line of each instruction, as `name:line`, from the lines above the instructions; nothing where none is told. */
const sourceOf = (text: string, told: RegExp): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  let at = "";
  for (const line of text.split("\n")) {
    const source = told.exec(line);
    if (/^[0-9a-f]{8} </.test(line)) at = "";
    else if (source !== null) at = `${source[1]!.split("/").at(-1)}:${source[2]}`;
    const [, address] = /^([0-9a-f]{8}): /.exec(line) ?? [];
    if (address !== undefined && at !== "") found.set(address, at);
  }
  return found;
};

const GCC = "riscv64-unknown-elf-gcc";
const tools = requirePeers(GCC, OBJDUMP);

describe.skipIf(tools.missing)("the lines of the source in a listing", () => {
  const SOURCE =
    "static int twice(int n) { return 2 * n; }\n\nint main(void) {\n  volatile int sum = 0;\n  for (int i = 0; i < 9; i++)\n    sum += twice(i);\n  return sum;\n}\n";
  const asObjdump = (elf: string): ReadonlyMap<string, string> =>
    sourceOf(
      execFileSync(OBJDUMP, ["-dl", elf], { encoding: "utf8" }).replaceAll(/^ *([0-9a-f]{8}):\t/gm, "$1: "),
      /^(\S.*):(\d+)(?: \(discriminator \d+\))?$/,
    );

  it.each(["-gdwarf-2", "-gdwarf-4", "-gdwarf-5"])("are those that objdump shows of a C program: %s", (debug) => {
    const [source, elf] = [join(directory, "lines.c"), join(directory, `lines${debug}.elf`)];
    writeFileSync(source, SOURCE);
    const target = ["-march=rv32imac", "-mabi=ilp32", "-nostdlib", "-Ttext=0x80000000", "-Wl,-e,main"];
    execFileSync(GCC, [...target, "-O1", debug, "-o", elf, source], { stdio: "pipe" });
    const wanted = asObjdump(elf);
    expect(wanted.size).toBeGreaterThan(8);
    expect(sourceOf(listed(readFileSync(elf)), /^(\S.*):(\d+):/)).toEqual(wanted);
  });

  it("are those that objdump shows of a Structured Text program, with their text", () => {
    const text =
      "PROGRAM Main\nVAR n, m : INT; END_VAR\nn := n + 1;\nIF n > 5 THEN\n  m := n / m;\nEND_IF;\nEND_PROGRAM\n";
    const compiled = compile(text, { file: "main.st" });
    if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
    const elf = join(directory, "main.elf");
    writeFileSync(elf, compiled.elf);
    const image = parseImage(compiled.elf);
    if ("problem" in image) throw new Error(image.problem);
    const shown = [...listing(image, ({ line }) => text.split("\n")[line - 1]!.trim())].join("");
    expect(shown).toMatch(/<Main>:\nmain\.st:3: n := n \+ 1;\n[0-9a-f]{8}: /);
    expect(shown).toContain("\nmain.st:5: m := n / m;\n");
    const wanted = asObjdump(elf);
    expect(wanted.size).toBeGreaterThan(8);
    expect(sourceOf(shown, /^(\S.*):(\d+):/)).toEqual(wanted);
  });
});

it("has no lines where the line table is broken, whatever its bytes are", () => {
  const compiled = compile("PROGRAM Main VAR n : INT; END_VAR n := n + 1; END_PROGRAM", { file: "main.st" });
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  const image = parseImage(compiled.elf);
  if ("problem" in image) throw new Error(image.problem);
  const table = image.sections.find(({ name }) => name === ".debug_line")!.bytes;
  const none = new Uint8Array();
  for (let at = 0; at < table.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const lines = table.slice();
      lines[at] = value;
      new LineTable({ lines, lineTexts: none, texts: none }).at(0x8000_0000);
    }
    new LineTable({ lines: table.slice(0, at), lineTexts: none, texts: none }).at(0x8000_0000);
  }
});
