/** Every row of the instruction table in translated code: alone in a function of its own, on operands that are hard to compute with. */
import { describe, expect, test } from "vitest";
import { fWord, RAM_BASE, STEPPED_WORD, WORD, xWord } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { Random } from "../hart/testing/random.ts";
import {
  BASE_INSTRUCTIONS,
  decode,
  type Expanded,
  expand,
  type Instruction,
  type Operands,
  TABLE,
  X,
} from "../isa/index.ts";
import { floatWidth } from "./float-classes.ts";
import { SCRATCH } from "./testing/flow-layout.ts";
import { FunctionBench, hex, OPERANDS, RAM_BYTES, type Trial } from "./testing/function-bench.ts";

/** So many times as many cases when asked for. */
const TIMES = Number(process.env["PARTITA_EQUIVALENCE_TIMES"] ?? 1);

const { a0, a1, a2, a7, ra } = X;

// ── Floats ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const FLOAT_ROWS = BASE_INSTRUCTIONS.filter(({ effect }) => effect.kind === "float");
/** Where operands are: loaded in the width they have, or as raw doubles; or in registers already. */
const SOURCES = ["loaded", "raw", "held"] as const;
/** Registers of rd, rs1, rs2, rs3. */
const REGISTERS = [
  [0, 1, 2, 3],
  [1, 1, 2, 1],
  [4, 5, 5, 5],
] as const;
const NAMES = ["rd", "rs1", "rs2", "rs3"] as const;
const X_OPERANDS = { rd: a2, rs1: a1 } as const;

interface FloatTrial extends Trial {
  readonly row: Instruction;
  readonly source: (typeof SOURCES)[number];
  readonly rm: number;
}

const writeFloatFunction = (
  code: Assembly,
  row: (typeof FLOAT_ROWS)[number],
  source: FloatTrial["source"],
  registers: readonly number[],
  rm: number,
): FloatTrial => {
  const start = code.size;
  let cycles = 0;
  const operands: Partial<Operands> = { rm };
  for (const [index, name] of NAMES.entries()) {
    const kind = row.format.operands[name]?.kind;
    if (kind === "x") operands[name] = name === "rd" ? (registers[0] === 4 ? 0 : X_OPERANDS.rd) : X_OPERANDS.rs1;
    else if (kind === "f") operands[name] = registers[index]!;
  }
  const expanded = { instruction: row, operands: operands as Operands, bytes: 4 } as Expanded;
  const widthOf = (name: (typeof NAMES)[number]) => floatWidth(expanded, name);
  if (source === "raw") {
    // Never taken: it makes all registers doubles'.
    code.jump("beq", { rs1: a7, rs2: 0 }, `raw ${start}`);
    cycles++;
  }
  const sources = NAMES.slice(1).filter((name) => row.format.operands[name]?.kind === "f");
  if (source !== "held") {
    for (const [index, name] of sources.entries()) {
      const isDouble = source === "raw" || widthOf(name) === "f64";
      code.op(isDouble ? "fld" : "flw", { rd: operands[name]!, rs1: a0, imm: 8 * index });
      cycles++;
    }
  }
  code.instruction(row, operands);
  if (row.format.operands.rd?.kind === "f") {
    code.op(source === "raw" || widthOf("rd") === "f64" ? "fsd" : "fsw", { rs2: operands.rd!, rs1: a0, imm: 32 });
    cycles++;
  }
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  if (source === "raw") {
    code.label(`raw ${start}`);
    for (let register = 0; register < 6; register++) code.op("fsd", { rs2: register, rs1: a0, imm: 40 });
    code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  }
  return { start, cycles: cycles + 2, row, source, rm };
};

const floatTrials = (
  rows: readonly (typeof FLOAT_ROWS)[number][],
): { readonly bench: FunctionBench; readonly trials: readonly FloatTrial[] } => {
  const code = new Assembly().label("end").jump("jal", {}, "end");
  const trials = rows.flatMap((row) =>
    SOURCES.flatMap((source) =>
      REGISTERS.flatMap((registers) =>
        (row.format.operands.rm === undefined ? [0] : [0, 1, 2, 3, 4, 7]).map((rm) =>
          writeFloatFunction(code, row, source, registers, rm),
        ),
      ),
    ),
  );
  return { bench: new FunctionBench(code, [0, ...trials.map(({ start }) => start)]), trials };
};

/** A single, boxed most of the time, or a double. */
const floatBits = (random: Random, isDouble: boolean): bigint => {
  if (isDouble ? random.chance(90) : random.chance(10)) return random.double();
  // Integers and short fractions, of which much is exact.
  const word = random.chance(30) ? singleBits((random.below(4096) - 2048) / 2 ** random.below(14)) : random.value();
  return BigInt(word) | 0xffff_ffff_0000_0000n;
};

const single = new Float32Array(1);
const singleBits = (value: number): number => {
  single[0] = value;
  return new Uint32Array(single.buffer)[0]!;
};
const double = new Float64Array(1);
const doubleBits = (value: number): bigint => {
  double[0] = value;
  return new BigUint64Array(double.buffer)[0]!;
};

describe("float instructions compute in translated code what they do in the interpreter:", () => {
  for (const precision of ["single", "double"] as const) {
    const rows = FLOAT_ROWS.filter(({ effect }) => effect.kind === "float" && effect.precision === precision);
    const groups = new Map<string, (typeof FLOAT_ROWS)[number][]>();
    for (const row of rows) groups.set(row.mnemonic, [row]);
    for (const [mnemonic, group] of groups) {
      test(mnemonic, () => {
        const { bench, trials } = floatTrials(group);
        const random = new Random(mnemonic.length + mnemonic.charCodeAt(2));
        const wide = bench.boards.map(({ hart }) => new BigUint64Array(hart.ram.buffer, OPERANDS - RAM_BASE, 3));
        const { translatedCycles } = bench.engine;
        const count = Math.ceil((3000 * TIMES) / trials.length);
        for (const trial of trials) {
          for (let each = 0; each < count; each++) {
            const isExact = random.chance(20);
            const operands = [0, 1, 2].map((index) => {
              if (isExact && precision === "double")
                return doubleBits((random.below(1 << 20) - (1 << 19)) / 2 ** random.below(20));
              const name = NAMES[index + 1]!;
              const isConverted = /^fcvt\.(s\.d|d\.s)/.test(mnemonic);
              return floatBits(random, (precision === "double") !== (isConverted && name === "rs1"));
            });
            const difference = bench.try(trial, (words) => {
              const registers = new BigUint64Array(words.buffer, words.byteOffset + 4 * fWord(0), 32);
              for (let register = 0; register < 6; register++) registers[register] = operands[register % 3]!;
              for (const view of wide) for (const [index, bits] of operands.entries()) view[index] = bits;
              words[xWord(a0)] = OPERANDS;
              words[xWord(a1)] = random.value();
              words[xWord(a7)] = 1;
              const frm = random.chance(75) ? 0 : random.below(8);
              words[WORD.fcsr] = (frm << 5) | (random.chance(60) ? 1 : 0) | (random.chance(20) ? random.below(32) : 0);
              const fs = random.chance(90) ? 3 : random.below(4);
              words[WORD.mstatus] = fs << 13;
              words[WORD.mcause] = 0;
            });
            if (difference !== null) throw new Error(`${mnemonic} rm ${trial.rm}, ${trial.source}: ${difference}`);
          }
        }
        const share = (bench.engine.translatedCycles - translatedCycles) / (trials.length * count);
        if (!mnemonic.startsWith("fclass")) expect(share).toBeGreaterThan(0.1);
      });
    }
  }
});

// ── Everything else ─────────────────────────────────────────────────────────────────────────────────────────────────

/** These are also stepped through, where a slot ends before them. */
const STEPPED_KINDS = ["compute", "constant", "load", "store", "branch", "fence"];
const KINDS = [...STEPPED_KINDS, "loadReserved", "storeConditional", "amo"];
const effectOf = (row: Instruction) => (row.kind === "base" ? row.effect : row.expandsTo.effect);
const OTHER_ROWS = TABLE.filter((row) => KINDS.includes(effectOf(row).kind));

/** Random encodings of a row. */
const encodings = (row: Instruction, random: Random, count: number): number[] => {
  const words: number[] = [];
  while (words.length < count) {
    const word = (row.match | (random.bits() & ~row.mask)) >>> 0;
    const decoded = decode(word);
    if (decoded?.instruction !== row) continue;
    // The function is to return.
    const { rd, rs1 } = expand(decoded).operands;
    if (rd !== ra && rs1 !== ra) words.push(row.format.bytes === 2 ? word & 0xffff : word);
  }
  return words;
};

/** Addresses of all kinds: plain, misaligned, at the edges of code and RAM, devices, nothing. */
const someAddress = (random: Random, codeEnd: number, kind: string): number => {
  const place = OPERANDS + random.below(128);
  if (random.chance(60)) return kind === "load" || kind === "store" ? place : place & ~3;
  return random.oneOf([
    // What is stored to code ends its translation.
    ...(kind === "load" ? [codeEnd - 4, codeEnd - 1] : []),
    ...[codeEnd, codeEnd + 2, RAM_BASE + RAM_BYTES - 8, RAM_BASE + RAM_BYTES - 4],
    ...[RAM_BASE + RAM_BYTES - 2, RAM_BASE + RAM_BYTES, RAM_BASE + RAM_BYTES + 16, SCRATCH.start, 0, RAM_BASE - 4],
  ]);
};

describe("other instructions, too:", () => {
  const byKind = new Map<string, Instruction[]>();
  for (const row of OTHER_ROWS) byKind.set(effectOf(row).kind, [...(byKind.get(effectOf(row).kind) ?? []), row]);
  for (const [kind, rows] of byKind) {
    test(`${kind}: ${rows.length} rows`, () => {
      const random = new Random(kind.length);
      const code = new Assembly().label("end").jump("jal", {}, "end");
      // Branches may lead there.
      const margin = kind === "branch" ? 1024 : 0;
      for (let count = 0; count < margin; count++) code.op("addi", { rd: a7, rs1: a7, imm: 1 });
      const trials: (Trial & { readonly expanded: Expanded; readonly word: number })[] = [];
      for (const row of rows) {
        for (const word of encodings(row, random, 8)) {
          const start = code.size;
          code.word(word, row.format.bytes);
          for (let count = 0; count < 2; count++) code.op("addi", { rd: a7, rs1: a7, imm: 1 });
          code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
          trials.push({ start, cycles: 1 + random.below(4), expanded: expand(decode(word)!), word });
        }
      }
      for (let count = 0; count < margin; count++) code.op("addi", { rd: a7, rs1: a7, imm: 1 });
      const bench = new FunctionBench(code, [0, ...trials.map(({ start }) => start)]);
      const codeEnd = RAM_BASE + code.size;
      const count = Math.ceil((1000 * TIMES) / 8);
      let stepped = 0;
      for (const trial of trials) {
        const { instruction, operands } = trial.expanded;
        const isAccess = instruction.format.operands.rs1 !== undefined && kind !== "compute" && kind !== "branch";
        for (let each = 0; each < count; each++) {
          const data = random.bits();
          for (const { hart } of bench.boards) {
            new Uint32Array(hart.ram.buffer, OPERANDS - RAM_BASE, 1)[0] = data;
          }
          const difference = bench.try(trial, (words) => {
            for (let register = 1; register < 32; register++) words[xWord(register)] = random.value();
            if (kind === "branch" && random.chance(30)) words[xWord(operands.rs1)] = words[xWord(operands.rs2)]!;
            const address = someAddress(random, codeEnd, kind) - (operands.imm ?? 0);
            if (isAccess && operands.rs1 !== 0) words[xWord(operands.rs1)] = address;
            words[xWord(0)] = 0;
            if (kind === "storeConditional" && random.chance(70)) {
              words[WORD.reservedAddress] = words[xWord(operands.rs1)]!;
              words[WORD.reservedValue] = data;
            }
            words[WORD.mstatus] = 3 << 13;
          });
          if (difference !== null) throw new Error(`${instruction.mnemonic} ${hex(trial.word)}: ${difference}`);
          stepped += bench.translated.hart.words[STEPPED_WORD]!;
        }
      }
      expect(bench.engine.translatedCycles).toBeGreaterThan(trials.length * count * 0.3);
      if (STEPPED_KINDS.includes(kind)) expect(stepped).toBeGreaterThan(trials.length * count * 0.2);
    });
  }
});
