import { describe, expect, it } from "vitest";
import { decode, disassemble, X } from "../../../runtime/isa/index.ts";
import { Assembler } from "./assembler.ts";

/** Length and text of each instruction. */
const listing = (asm: Assembler): readonly string[] => {
  const { code } = asm.assemble(0x8000_0000, (bytes) => 0x8000_0000 + bytes);
  const padded = new Uint8Array(code.length + 2);
  padded.set(code);
  const view = new DataView(padded.buffer);
  const lines: string[] = [];
  for (let at = 0; at < code.length; ) {
    const word = view.getUint32(at, true);
    const { bytes } = decode(word)!;
    lines.push(`${bytes} ${disassemble(word, at)}`);
    at += bytes;
  }
  return lines;
};

describe("the assembler", () => {
  it("writes what has a short form in 16 bits, and everything else in 32", () => {
    const asm = new Assembler();
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: 31 });
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: 32 });
    asm.emit("lw", { rd: X.a1, rs1: X.a0, imm: 124 });
    asm.emit("lw", { rd: X.a1, rs1: X.a0, imm: 128 });
    asm.emit("add", { rd: X.a1, rs1: X.zero, rs2: X.a0 });
    asm.emit("sub", { rd: X.a1, rs1: X.a0, rs2: X.a1 });
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
    expect(listing(asm).map((line) => line[0])).toEqual(["2", "4", "2", "4", "2", "4", "2"]);
  });

  it("lengthens branches and jumps until they reach", () => {
    const sizesWith = (between: number): readonly number[] => {
      const asm = new Assembler();
      asm.branch("beq", X.a0, X.zero, "end");
      asm.jump(X.zero, "end");
      for (let i = 0; i < between; i++) asm.emit("mul", { rd: X.a0, rs1: X.a0, rs2: X.a0 });
      asm.label("end");
      asm.emit("ebreak");
      const lines = listing(asm);
      return lines.slice(0, lines.length - between - 1).map((line) => Number(line[0]));
    };
    expect(sizesWith(10)).toEqual([2, 2]);
    expect(sizesWith(100)).toEqual([4, 2]);
    expect(sizesWith(900)).toEqual([4, 4]);
    // Around a jump.
    expect(sizesWith(2000)).toEqual([4, 4, 4]);
  });

  it("writes no short forms where none are wanted", () => {
    const asm = new Assembler({ mayBeShort: false });
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.label("here");
    asm.jump(X.zero, "here");
    expect(listing(asm).map((line) => line[0])).toEqual(["4", "4"]);
  });
});
