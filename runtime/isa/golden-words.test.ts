/** The whole table against binutils: the same words from the assembler, the same text from the disassembler. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { CSRS, disassemble, encodeInstruction, type Instruction, type Operands, TABLE } from "./index.ts";
import { operandsOf } from "./testing/arbitrary.ts";

const peers = requirePeers("riscv64-unknown-elf-as", "riscv64-unknown-elf-objcopy", "riscv64-unknown-elf-objdump");

/** Room on both sides for the furthest jump. */
const START = 0x10_0000;
const SAMPLES = 12;

/** binutils writes hints and reserved fence sets in ways of its own. */
const isPlain = ({ extension, mnemonic, format }: Instruction, operands: Partial<Operands>): boolean => {
  // It knows conversions that are always exact with rounding mode 0 only.
  if (operands.rm !== undefined && !format.syntax.includes("rm")) return operands.rm === 0;
  if (extension === "C") return operands.rd !== 0 && !(/slli|srli|srai|addi$/.test(mnemonic) && operands.imm === 0);
  return !(mnemonic === "fence" && (operands.pred === 0 || operands.succ === 0));
};

interface Sample {
  readonly word: number;
  readonly bytes: 2 | 4;
  readonly text: string;
  readonly address: number;
}

/** Every row with operands of several kinds, one after the other from START. */
const samples: readonly Sample[] = (() => {
  let address = START;
  return TABLE.flatMap((instruction) =>
    fc
      .sample(
        operandsOf(instruction).filter((operands) => isPlain(instruction, operands)),
        { numRuns: SAMPLES, seed: 1 },
      )
      .map((operands, index) => {
        // Registers that both sides know by name.
        const csrs = Object.values(CSRS);
        if (operands.csr !== undefined) operands.csr = csrs[(index * 5 + address) % csrs.length]!;
        const word = encodeInstruction(instruction, operands);
        const sample = { word, bytes: instruction.format.bytes, text: disassemble(word, address), address };
        address += sample.bytes;
        return sample;
      }),
  );
})();

const JUMP = /^(c\.)?(j|jal|b(eq|ne)z?|b(lt|ge)u?) /;

/** Jumps to absolute addresses are written relative to their place: they are to have no relocation. */
const assemblerText = ({ text, address }: Sample): string =>
  text.replace(/0x[0-9a-f]+$/, (target) =>
    JUMP.test(text) && !text.includes("(") ? `.+(${Number(target) | 0}-${address})` : target,
  );

describe.skipIf(peers.missing)("binutils agrees", () => {
  let folder = "";
  let words: DataView;
  let listing: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "partita-golden-"));
    const source = [
      ".option norelax",
      ".option rvc",
      ".option arch, +zicsr, +zifencei",
      `.skip ${START}`,
      ...samples.map((sample) => {
        const compress = sample.bytes === 2 ? ".option rvc" : ".option norvc";
        return `${compress}\n${assemblerText(sample)}`;
      }),
      `.skip ${START}`,
    ];
    writeFileSync(join(folder, "all.s"), `${source.join("\n")}\n`);
    const run = (program: string, ...args: string[]) =>
      execFileSync(`riscv64-unknown-elf-${program}`, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
    run("as", "-march=rv32imafdc_zba_zbb_zbs", "-mabi=ilp32d", "-mpriv-spec=1.12", "all.s", "-o", "all.o");
    run("objcopy", "-O", "binary", "-j", ".text", "all.o", "all.bin");
    words = new DataView(readFileSync(join(folder, "all.bin")).buffer);
    const last = samples.at(-1)!;
    const range = [`--start-address=${START}`, `--stop-address=${last.address + last.bytes}`];
    listing = run("objdump", "-d", "-M", "no-aliases,priv-spec=1.12", ...range, "all.o")
      .split("\n")
      .filter((line) => /^\s+[0-9a-f]+:\t/.test(line))
      .map((line) =>
        line
          .split("\t")
          .slice(2)
          .join(" ")
          .replace(/\s*[<#].*$/, "")
          .trim(),
      )
      // objdump knows c.nop only as an alias.
      .map((text) => (text === "c.addi zero,0" ? "c.nop" : text));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("on the word of every instruction", () => {
    const theirs = samples.map(({ address, bytes }) =>
      bytes === 2 ? words.getUint16(address, true) : words.getUint32(address, true),
    );
    const differences = samples.filter(({ word }, index) => word !== theirs[index]);
    expect(differences).toEqual([]);
    expect(samples.length).toBe(TABLE.length * SAMPLES);
  });

  test("on the text of every instruction", () => {
    // objdump prints addresses without 0x.
    const ours = samples.map(({ text }) => (JUMP.test(text) ? text.replace(/0x([0-9a-f]+)$/, "$1") : text));
    expect(listing).toEqual(ours);
  });
});
