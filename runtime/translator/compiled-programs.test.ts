/** What gcc makes of C: switches as tables, pointers to functions, recursion; with symbols, and without. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { RAM_BASE } from "../hart/layout.ts";
import { CodeImage } from "./code-image.ts";
import { Program } from "./program.ts";
import { SideBySide } from "./testing/side-by-side.ts";

const START = `
  .globl _start
_start: la sp, _start + 0x30000
  call program
1: j 1b
`;

/** Each case calls, or gcc would make a table of results; no `main`, which gcc would put before the start. */
const SOURCE = `
  extern char etext[];
  volatile char *end = etext;
  volatile unsigned sink;
  __attribute__((noinline)) static unsigned mix(unsigned a, unsigned b) { sink = a; return a * 31 + b; }
  __attribute__((noinline)) unsigned dispatch(unsigned op, unsigned x) {
    switch (op) {
      case 0: return mix(x, 3);        case 1: return mix(x, 5) ^ 9;   case 2: return x - mix(7, x);
      case 3: return mix(x, x) >> 3;   case 4: return mix(1, x) + 77;  case 5: return x * mix(x, 2);
      case 6: return mix(x ^ 1, 6);    case 7: return mix(mix(x, 1), 2); case 8: return x;
      case 9: return mix(x, 99) & 255; case 10: return mix(x, 4) | 1;  case 11: return mix(3, 3) - x;
      default: return x + 1;
    }
  }
  __attribute__((noinline)) static unsigned depth(unsigned n) { return n == 0 ? 1 : mix(depth(n - 1), n); }
  __attribute__((noinline)) static unsigned twice(unsigned a, unsigned b) { return 2 * a + b; }
  __attribute__((noinline)) static unsigned minus(unsigned a, unsigned b) { return a - b; }
  unsigned (*volatile table[])(unsigned, unsigned) = { mix, twice, minus, dispatch };
  unsigned program(void) {
    unsigned x = 1;
    for (unsigned i = 0; i < 4000; i++) {
      x = dispatch(i % 14, x);
      x = table[(x ^ i) & 3](x & 15, x);
      if ((i & 63) == 0) x += depth(i & 255);
    }
    return x;
  }
`;

const peers = requirePeers("riscv64-unknown-elf-gcc", "riscv64-unknown-elf-objcopy", "riscv64-unknown-elf-nm");

describe.skipIf(peers.missing)("a C program", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-compiled-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const compile = (model: string, optimisation: string) => {
    const run = (tool: string, ...args: readonly string[]) =>
      execFileSync(`riscv64-unknown-elf-${tool}`, args, { cwd: folder, stdio: "pipe" }).toString();
    writeFileSync(join(folder, "start.S"), START);
    writeFileSync(join(folder, "main.c"), SOURCE);
    const machine = ["-march=rv32imac", "-mabi=ilp32", `-mcmodel=${model}`];
    const link = ["-nostdlib", "-ffreestanding", "-Wl,-Ttext=0x80000000", "-Wl,--no-relax"];
    run("gcc", ...machine, optimisation, ...link, "start.S", "main.c", "-o", "program.elf");
    run("objcopy", "-O", "binary", "program.elf", "program.bin");
    const symbols = run("nm", "program.elf")
      .split("\n")
      .map((line) => line.split(" "));
    const addressOf = (name: string) => Number.parseInt(symbols.find((each) => each[2] === name)![0]!, 16) - RAM_BASE;
    return {
      code: { bytes: readFileSync(join(folder, "program.bin")) },
      codeBytes: addressOf("etext"),
      start: addressOf("_start"),
      dispatch: addressOf("dispatch"),
      functions: symbols
        .filter(([, kind]) => kind === "t" || kind === "T")
        .map(([address]) => Number.parseInt(address!, 16) - RAM_BASE),
    };
  };

  for (const model of ["medlow", "medany"]) {
    for (const optimisation of ["-O2", "-Os"]) {
      const titled = (name: string) => `${model}, ${optimisation}: ${name}`;

      test(titled("its switch is found, with all cases"), () => {
        const { code, codeBytes, dispatch, functions } = compile(model, optimisation);
        const ram = Uint8Array.from(code.bytes);
        const image = new CodeImage({
          ...{ ram, ramBytes: 0x4_0000, start: RAM_BASE, end: RAM_BASE + codeBytes, careful: false, volatile: [] },
          functions: [...new Set([0, ...functions])].sort((a, b) => a - b).map((offset) => RAM_BASE + offset),
        });
        const program = new Program(image);
        const tables = [...program.summary(program.functionAt(RAM_BASE + dispatch)!).jumpTables.values()];
        expect(tables).toHaveLength(1);
        expect(tables[0]!.targets.length).toBeGreaterThanOrEqual(12);
        for (const target of tables[0]!.targets.slice(0, 12)) expect(image.at(target)).not.toBeNull();
      });

      for (const hasSymbols of [true, false]) {
        test(titled(`${hasSymbols ? "with" : "without"} symbols it runs alike, translated`), () => {
          const program = compile(model, optimisation);
          const functions = hasSymbols ? program.functions.filter((offset) => offset > 0) : [];
          const run = (longest: number, total: number) => {
            const guest = new SideBySide({ ...program, functions });
            guest.runFor(total, longest);
            return guest;
          };
          run(60, 20_000);
          const guest = run(20_000, 400_000);
          expect(guest.engine.translatedCycles).toBeGreaterThan(0.8 * 400_000);
        });
      }
    }
  }
});
