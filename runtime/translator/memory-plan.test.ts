/** Accesses that are checked together, held against where they really go. */
import { describe, expect, test } from "vitest";
import { Random } from "../hart/testing/random.ts";
import { decode, encode, expand, X } from "../isa/index.ts";
import { findStretches, planAccesses } from "./memory-plan.ts";
import { type GuestInstruction, guestInstruction } from "./registers.ts";

const instructions = (words: readonly number[]): GuestInstruction[] =>
  words.map((word) => guestInstruction(expand(decode(word)!)));

const REGISTERS = [X.sp, X.a0, X.a1, X.a2];

const randomBlock = (random: Random): GuestInstruction[] => {
  const register = () => random.oneOf(REGISTERS);
  const distance = () => random.below(4096) - 2048;
  return instructions(
    Array.from({ length: 1 + random.below(20) }, () => {
      switch (random.below(6)) {
        case 0:
          return encode("addi", {
            rd: random.oneOf([0, ...REGISTERS]),
            rs1: random.oneOf([0, ...REGISTERS]),
            imm: distance(),
          });
        case 1:
          return encode("xor", { rd: register(), rs1: register(), rs2: register() });
        case 2:
          return encode("fsd", { rs1: register(), rs2: 3, imm: distance() });
        case 3:
          return encode("lb", {
            rd: random.oneOf([0, ...REGISTERS]),
            rs1: random.oneOf([0, ...REGISTERS]),
            imm: distance(),
          });
        default:
          return random.chance(50)
            ? encode("lw", { rd: X.t0, rs1: register(), imm: distance() })
            : encode("sh", { rs1: register(), rs2: X.t0, imm: distance() });
      }
    }),
  );
};

/** What instructions make of registers; loads give what nobody can know. */
const execute = (block: readonly GuestInstruction[], random: Random) => {
  const x = Int32Array.from({ length: 32 }, (_, register) => (register === 0 ? 0 : random.bits()));
  return block.map(({ instruction, operands }) => {
    const address = (x[operands.rs1]! + operands.imm) >>> 0;
    const before = x[operands.rs1]!;
    const { effect } = instruction;
    if (effect.kind === "compute" && operands.rd !== 0)
      x[operands.rd] = effect.second === "imm" ? before + operands.imm : before ^ x[operands.rs2]!;
    else if (effect.kind === "load" && effect.file === "x" && operands.rd !== 0) x[operands.rd] = random.bits();
    return { address, before };
  });
};

describe("planned accesses", () => {
  test("lie in the stretch that was checked at its first, which is short; stores only where stores were checked", () => {
    const random = new Random(3);
    let shared = 0;
    for (let each = 0; each < 1000; each++) {
      const block = randomBlock(random);
      const plan = planAccesses(findStretches(block));
      const places = execute(block, random);
      const stretches = new Map<number, { readonly start: number; readonly bytes: number; readonly stores: boolean }>();
      for (const [index, { instruction }] of block.entries()) {
        const { effect } = instruction;
        const access = plan[index];
        if (effect.kind !== "load" && effect.kind !== "store") {
          expect(access).toBeUndefined();
          continue;
        }
        const { stretch, offset, begin } = access!;
        const { address, before } = places[index]!;
        expect(begin === null).toBe(stretches.has(stretch));
        if (begin === null) shared++;
        else stretches.set(stretch, { start: (before + begin.start) >>> 0, bytes: begin.bytes, stores: begin.stores });
        const { start, bytes, stores } = stretches.get(stretch)!;
        expect((start + offset) >>> 0).toBe(address);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset + effect.bytes).toBeLessThanOrEqual(bytes);
        expect(bytes).toBeLessThanOrEqual(2048);
        if (effect.kind === "store") expect(stores).toBe(true);
      }
    }
    expect(shared).toBeGreaterThan(1000);
  });

  test("loads share a check with stores by the same base only", () => {
    const pair = (base: number) =>
      planAccesses(
        findStretches(
          instructions([encode("lw", { rd: X.t0, rs1: X.a0, imm: 0 }), encode("sw", { rs1: base, rs2: X.t0, imm: 4 })]),
        ),
      );
    expect(pair(X.a0)[0]!.begin!.stores).toBe(true);
    expect(pair(X.a0)[1]!.begin).toBeNull();
    expect(pair(X.a1)[0]!.begin!.stores).toBe(false);
    expect(pair(X.a1)[1]!.begin!.stores).toBe(true);
  });
});
