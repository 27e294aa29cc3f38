import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, disassemble, encode, encodeInstruction, expand, TABLE, X } from "./index.ts";
import { operandsOf } from "./testing/arbitrary.ts";

describe("the instruction table", () => {
  test("decodes every instruction that it encodes, with the same operands", () => {
    for (const instruction of TABLE) {
      fc.assert(
        fc.property(operandsOf(instruction), (operands) => {
          const decoded = decode(encodeInstruction(instruction, operands));
          expect(decoded?.instruction.mnemonic).toBe(instruction.mnemonic);
          expect(decoded?.operands).toMatchObject(operands);
          expect(decoded?.bytes).toBe(instruction.format.bytes);
        }),
        { numRuns: 40 },
      );
    }
  });

  test("decodes any word to an instruction that encodes back to it, or refuses it", () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(word, (bits) => {
        const decoded = decode(bits);
        expect(disassemble(bits, 0)).toBeTypeOf("string");
        if (decoded === null) return;
        const { instruction, operands, bytes } = decoded;
        const kept = (bytes === 2 ? bits & 0xffff : bits) & ~instruction.format.ignored;
        expect(encodeInstruction(instruction, operands)).toBe(kept >>> 0);
        expect(expand(decoded).instruction.kind).toBe("base");
      }),
      { numRuns: 20_000 },
    );
  });

  test("refuses what the specification reserves", () => {
    const reserved = {
      "the all-zero halfword": 0x0000,
      "c.addi4spn without an immediate": 0x0004,
      "c.lui without an immediate": 0x6501,
      "c.addi16sp without an immediate": 0x6101,
      "c.lwsp to x0": 0x4002,
      "c.jr to x0": 0x8002,
      "a shift by 32 or more": 0x1502,
      "the all-ones word": 0xffff_ffff,
      "rounding mode 5": encode("fadd.s", { rd: 1, rs1: 2, rs2: 3, rm: 5 }),
      "a 64-bit load": 0x0000_3003,
      "rev8 of 64 bits": 0x6b85_5513,
      "an unknown operation of one source": 0x6035_1513,
      "zext.h with a second source": 0x0825_4533,
      "a move of 64 bits to x": 0xe205_0553,
      "a conversion of double to double": 0x4215_7553,
      "a conversion to 64-bit integers": 0xc225_7553,
      "arithmetic in quadruple precision": 0x06c5_f553,
    };
    for (const [what, word] of Object.entries(reserved)) expect(decode(word), what).toBeNull();
  });
});

describe("the encoder", () => {
  test("rejects operands that do not fit", () => {
    expect(() => encode("addi", { rd: X.a0, rs1: X.a0, imm: 2048 })).toThrow("imm = 2048: not in -2048 … 2047");
    expect(() => encode("beq", { rs1: 0, rs2: 0, imm: 3 })).toThrow("steps of 2");
    expect(() => encode("c.lw", { rd: X.a0, rs1: X.ra, imm: 0 })).toThrow("rs1 = 1: not in 8 … 15");
    expect(() => encode("add", { rd: 32, rs1: 0, rs2: 0 })).toThrow("rd = 32");
  });

  test("takes the upper bits of a constant as the value that they add, signed or not", () => {
    expect(encode("lui", { rd: X.a0, imm: 0xffff_f000 })).toBe(0xfffff537);
    expect(encode("lui", { rd: X.a0, imm: -4096 })).toBe(0xfffff537);
  });
});
