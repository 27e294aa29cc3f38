/** Chains of float arithmetic: how they are cut, and that one which fails leaves no trace. */
import { describe, expect, test } from "vitest";
import { fWord, RAM_BASE, WORD, xWord } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { Random } from "../hart/testing/random.ts";
import { BASE_INSTRUCTIONS, type BaseInstruction, decode, expand, X } from "../isa/index.ts";
import { planFloats } from "./float-chains.ts";
import { floatWidth } from "./float-classes.ts";
import { guestInstruction } from "./registers.ts";
import { FunctionBench, OPERANDS, type Trial } from "./testing/function-bench.ts";

/** So many times as many cases when asked for. */
const TIMES = Number(process.env["PARTITA_EQUIVALENCE_TIMES"] ?? 1);
const { a0, a1, a2, a3, ra } = X;
const BOX = 0xffff_ffff_0000_0000n;

const planOf = (code: Assembly) => {
  const words = new Uint32Array(Uint8Array.from(code.bytes).buffer);
  const { chains, numbers } = planFloats(Array.from(words, (word) => guestInstruction(expand(decode(word)!))));
  const summary = Array.from(chains.values(), ({ start, end, checked }) => ({ start, end, checked: [...checked] }));
  return { chains: summary, numbers };
};

describe("a chain", () => {
  test("looks at the results that nothing was computed from, before they are stored", () => {
    const code = new Assembly()
      .op("fld", { rd: 1, rs1: a0, imm: 0 })
      .op("fmul.d", { rd: 2, rs1: 1, rs2: 1, rm: 7 })
      .op("fadd.d", { rd: 2, rs1: 2, rs2: 1, rm: 7 })
      .op("fsub.d", { rd: 3, rs1: 1, rs2: 1, rm: 7 })
      .op("fsd", { rs2: 2, rs1: a0, imm: 0 })
      .op("fadd.d", { rd: 4, rs1: 3, rs2: 1, rm: 7 });
    expect(planOf(code).chains).toEqual([
      { start: 1, end: 4, checked: [2, 3] },
      { start: 5, end: 6, checked: [5] },
    ]);
  });

  test("looks at what it divides by, and at what is lost", () => {
    const code = new Assembly()
      .op("fadd.s", { rd: 1, rs1: 0, rs2: 0, rm: 7 })
      .op("fdiv.s", { rd: 2, rs1: 0, rs2: 1, rm: 7 })
      .op("fdiv.s", { rd: 2, rs1: 2, rs2: 0, rm: 7 })
      .op("flw", { rd: 2, rs1: a0, imm: 0 });
    expect(planOf(code).chains).toEqual([{ start: 0, end: 4, checked: [0, 2] }]);
  });

  test("follows a result through moves", () => {
    const code = new Assembly()
      .op("fadd.s", { rd: 1, rs1: 0, rs2: 0, rm: 7 })
      .op("fsgnjn.s", { rd: 2, rs1: 1, rs2: 1 })
      .op("fmul.s", { rd: 3, rs1: 2, rs2: 0, rm: 7 });
    expect(planOf(code).chains).toEqual([{ start: 0, end: 3, checked: [2] }]);
  });

  test("looks at a result that is used in another width", () => {
    const code = new Assembly()
      .op("fadd.d", { rd: 1, rs1: 0, rs2: 0, rm: 7 })
      .op("fmul.s", { rd: 2, rs1: 1, rs2: 1, rm: 7 });
    expect(planOf(code).chains).toEqual([{ start: 0, end: 2, checked: [0, 1] }]);
  });

  test("takes no double for a number because a single in its register is one", () => {
    const code = new Assembly()
      .op("fadd.s", { rd: 1, rs1: 0, rs2: 0, rm: 7 })
      .op("fsgnj.d", { rd: 2, rs1: 1, rs2: 1 })
      .op("fle.s", { rd: a0, rs1: 1, rs2: 2 });
    expect(planOf(code).numbers[2]).toEqual({ f32: 1 << 1, f64: 0 });
  });
});

// ── Against the interpreter ─────────────────────────────────────────────────────────────────────────────────────────

type Width = "s" | "d";

const noOperands = expand(decode(0x13)!).operands;

/** How often each is written, and in which mode it rounds. */
const ROWS: readonly { readonly names: readonly string[]; readonly weight: number; readonly rm?: number }[] = [
  { names: ["fadd.#", "fsub.#", "fmul.#", "fmul.#", "fdiv.#"], weight: 50 },
  { names: ["fsqrt.#", "fmadd.#", "fmsub.#", "fnmsub.#", "fnmadd.#"], weight: 8 },
  { names: ["fsgnj.#", "fsgnjn.#", "fsgnjx.#"], weight: 8 },
  { names: ["feq.#", "flt.#", "fle.#", "fmin.#", "fmax.#"], weight: 10 },
  { names: ["fcvt.#.w", "fcvt.s.d", "fmv.x.w", "fmv.w.x"], weight: 4 },
  { names: ["fcvt.d.s"], weight: 2, rm: 0 },
  { names: ["fcvt.w.#", "fcvt.wu.#"], weight: 2, rm: 1 },
  { names: ["fl#", "fl#", "lw"], weight: 15 },
  { names: ["fs#", "fs#", "sw"], weight: 8 },
  { names: ["addi", "xor"], weight: 5 },
];
const CHOICES = ROWS.flatMap((row) => new Array<(typeof ROWS)[number]>(row.weight).fill(row));
const ROW_BY_NAME = new Map<string, BaseInstruction>(BASE_INSTRUCTIONS.map((row) => [row.mnemonic, row]));

/** Mostly f0 … f2 hold singles and f3 … f5 doubles. */
const isSingles = (register: number): boolean => register < 3;

/** Of f0 … f5 and a1 … a3; a0 is the address. */
const writeInstruction = (code: Assembly, random: Random, width: Width): void => {
  const { names, rm = 7 } = random.oneOf(CHOICES);
  const name = random.oneOf(names);
  const row = ROW_BY_NAME.get(
    /^f[ls]#$/.test(name) ? name.replace("#", width === "d" ? "d" : "w") : name.replace("#", width),
  )!;
  const isAccess = row.effect.kind === "load" || row.effect.kind === "store";
  const registerOf = (operand: "rd" | "rs1" | "rs2" | "rs3"): number => {
    if (isAccess && operand === "rs1") return a0;
    if (row.format.operands[operand]?.kind !== "f") return random.oneOf([a1, a2, a3]);
    const isSingle = floatWidth({ instruction: row, operands: noOperands, bytes: 4 }, operand) === "f32";
    return random.chance(3) ? random.below(6) : random.below(3) + (isSingle ? 0 : 3);
  };
  const [rd, rs1, second, rs3] = [registerOf("rd"), registerOf("rs1"), registerOf("rs2"), registerOf("rs3")];
  const rs2 = name.startsWith("fsgnj") && random.chance(70) ? rs1 : second;
  code.instruction(row, { rd, rs1, rs2, rs3, rm, imm: 8 * random.below(4) + (row.effect.kind === "store" ? 32 : 0) });
};

/** Mostly of the middle, so that most operations of a chain are ordinary and one, somewhere in it, is not. */
const someFloat = (random: Random, width: Width, hardChance: number): bigint => {
  if (random.chance(hardChance)) return width === "d" ? random.double() : BOX | BigInt(random.value());
  const value = random.chance(15) ? 0 : (random.below(1 << 20) - (1 << 19)) / 2 ** random.below(24);
  const view = new DataView(new ArrayBuffer(8));
  if (width === "d") view.setFloat64(0, value);
  else view.setFloat32(4, value);
  return width === "d" ? view.getBigUint64(0) : BOX | view.getBigUint64(0);
};

const prepare = (words: Int32Array, random: Random, hardChance: number): void => {
  const registers = new BigUint64Array(words.buffer, words.byteOffset + 4 * fWord(0), 6);
  for (let register = 0; register < 6; register++) {
    registers[register] = someFloat(random, isSingles(register) ? "s" : "d", hardChance);
  }
  for (const register of [a1, a2, a3]) words[xWord(register)] = random.below(1000);
  words[xWord(a0)] = OPERANDS;
  words[WORD.fcsr] = random.chance(90) ? 1 | (random.chance(20) ? random.below(32) : 0) : 0;
  words[WORD.mstatus] = 3 << 13;
};

describe("chains compute in translated code what they do in the interpreter:", () => {
  const PRECISIONS = { singles: ["s"], doubles: ["d"], "singles and doubles": ["s", "d"] } as const;
  for (const [title, widths] of Object.entries(PRECISIONS)) {
    test(title, () => {
      const random = new Random(title.length);
      const code = new Assembly().label("end").jump("jal", {}, "end");
      const trials: Trial[] = [];
      for (let count = 0; count < 200; count++) {
        const [start, length] = [code.size, 2 + random.below(12)];
        for (let each = 0; each < length; each++) writeInstruction(code, random, random.oneOf(widths));
        code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
        trials.push({ start, cycles: length + 1 });
      }
      const bench = new FunctionBench(code, [0, ...trials.map(({ start }) => start)]);
      const memories = bench.boards.map(({ hart }) => new BigUint64Array(hart.ram.buffer, OPERANDS - RAM_BASE, 8));
      const { translatedCycles } = bench.engine;
      const count = 100 * TIMES;
      let cycles = 0;
      for (const trial of trials) {
        for (let each = 0; each < count; each++) {
          const hardChance = random.oneOf([0, 5, 30]);
          for (let index = 0; index < 8; index++) {
            const value = someFloat(random, random.oneOf(widths), hardChance);
            for (const memory of memories) memory[index] = value;
          }
          // A budget that ends amid the function, now and then.
          const length = random.chance(80) ? trial.cycles : 1 + random.below(trial.cycles);
          cycles += length;
          const difference = bench.try({ start: trial.start, cycles: length }, (words) =>
            prepare(words, random, hardChance),
          );
          if (difference !== null) throw new Error(`function at ${trial.start}: ${difference}`);
        }
      }
      expect((bench.engine.translatedCycles - translatedCycles) / cycles).toBeGreaterThan(0.3);
    });
  }
});
