/**
 * Random programs that any RV32IMAFC machine in M mode runs to the same end, made from the instruction table so that no row is
 * forgotten. A program is a bare image for RAM_BASE; it leaves each sequence's registers, traps and scratch memory in RAM and
 * powers off.
 */
import {
  CSRS,
  decode,
  INSTRUCTIONS,
  type Instruction,
  type Operands,
  rangeOf,
  stepOf,
  TABLE,
  X,
} from "../../isa/index.ts";
import { RAM_BASE } from "../layout.ts";
import { Assembly } from "./assembly.ts";

export const FINISHER = 0x10_0000;
/** CLINT register of the software interrupt. */
export const MSIP = 0x200_0000;

const RESULTS = RAM_BASE + 0x40_0000;
/** What each sequence leaves, in bytes from its area's start. */
const AREA = {
  bytes: 0x2000,
  saved: 0,
  logEnd: 8,
  x: 64,
  f: 192,
  fcsr: 320,
  mstatus: 324,
  log: 384,
  scratch: 0x1800,
} as const;
/** Accesses go to this far on both sides of the scratch point. */
const SCRATCH_REACH = 256;

const FS = 3 << 13;
const MIE = 1 << 3;
const MPP = 3 << 11;
/** Not MPP and FS: QEMU 7.2 leaves MPP at U after mret, though it has no U mode here, and finds the floats dirty less often. */
const COMPARED_MSTATUS = MIE | (1 << 7);
/** Nothing is there on a `virt` board with 16 MiB of RAM. */
const NOWHERE = [0x0600_0000, 0x8200_0000];

/** Bit patterns at the edges of single precision, and some integers. */
const SPECIAL_VALUES = [
  ...[0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x8080_0000, 0x0080_0001],
  ...[0x3f80_0000, 0xbf80_0000, 0x3f80_0001, 0x3f7f_ffff, 0x3f00_0000, 0x3fc0_0000, 0x4020_0000, 0x3400_0000],
  ...[0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffbf_ffff],
  ...[0x4b00_0001, 0x4f00_0000, 0xcf00_0000, 0x4f80_0000, 0x4eff_ffff, 0xcf00_0001, 0x1fff_ffff, 0x2000_0000],
  ...[0x7fff_ffff, 0xffff_ffff, 0x0000_0002, 0x0000_001f, 0x3300_0000, 0x0c00_0000, 0x5f00_0000, 0x4b80_0001],
];

/** A repeatable source of numbers (mulberry32). */
export const randomFrom = (seed: number) => {
  let state = seed | 0;
  const bits = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => bits() % limit;
  return {
    bits,
    below,
    oneOf: <T>(choices: readonly T[]): T => choices[below(choices.length)]!,
    chance: (percent: number) => below(100) < percent,
  };
};
type Random = ReturnType<typeof randomFrom>;

export interface RandomProgram {
  readonly image: Uint8Array;
  /** Everything that the program leaves in RAM lies below this offset. */
  readonly resultBytes: number;
  /** How often each instruction was generated, by mnemonic. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Waits for an interrupt that the generator must provide, and so on: not picked at random, but part of `interrupt`. */
const BY_ARRANGEMENT = new Set(["wfi", "mret"]);

class Generator {
  readonly counts = new Map<string, number>();
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  /** The whole program: start, trap handler, `sequences` × `length` random items. */
  program(sequences: number, length: number): Uint8Array {
    const handler = trapHandler();
    const start = new Assembly().op("auipc", { rd: X.t0, imm: 0 });
    start.op("addi", { rd: X.t0, rs1: X.t0, imm: 16 }).op("csrrw", { rd: 0, csr: CSRS.mtvec, rs1: X.t0 });
    start.op("jal", { rd: 0, imm: 4 + handler.size }).append(handler);
    for (let index = 0; index < sequences; index++) start.append(this.#sequence(RESULTS + index * AREA.bytes, length));
    start.li(X.t0, FINISHER).li(X.t1, 0x5555).op("sw", { rs1: X.t0, rs2: X.t1, imm: 0 });
    return Uint8Array.from(start.op("jal", { rd: 0, imm: 0 }).bytes);
  }

  #sequence(area: number, length: number): Assembly {
    const code = new Assembly().li(X.t6, area).op("csrrw", { rd: 0, csr: CSRS.mscratch, rs1: X.t6 });
    code.li(X.t5, area + AREA.log).op("sw", { rs1: X.t6, rs2: X.t5, imm: AREA.logEnd });
    code
      .li(X.t0, FS)
      .op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 })
      .op("csrrw", { rd: 0, csr: CSRS.fcsr, rs1: 0 });
    for (let f = 0; f < 32; f++) code.li(X.t0, this.#value()).op("fmv.w.x", { rd: f, rs1: X.t0 });
    for (let x = 1; x < 32; x++) code.li(x, this.#value());
    for (let item = 0; item < length; item++) code.append(this.#item(area + AREA.scratch));
    return code.append(storeResults());
  }

  #value(): number {
    return this.#random.chance(50) ? this.#random.oneOf(SPECIAL_VALUES) : this.#random.bits();
  }

  #item(scratch: number): Assembly {
    const random = this.#random;
    if (random.chance(4))
      return random.oneOf([
        () => this.#illegal(),
        () => this.#fetchFault(),
        () => this.#floatsOff(),
        () => this.#interrupt(),
      ])();
    const candidates = TABLE.filter(({ mnemonic }) => !BY_ARRANGEMENT.has(mnemonic));
    return this.#around(random.oneOf(candidates), scratch);
  }

  /** The instruction with random operands, and what must come before it for its effect to be harmless. */
  #around(instruction: Instruction, scratch: number): Assembly {
    const base = instruction.kind === "base" ? instruction : instruction.expandsTo;
    const operands = this.#operands(instruction);
    switch (base.effect.kind) {
      case "load":
      case "store":
        return this.#memory(instruction, operands, scratch, { astray: 5, misaligned: 50 });
      case "loadReserved":
        return this.#memory(instruction, operands, scratch, { astray: 5, misaligned: 5 });
      case "storeConditional":
      case "amo":
        // Nothing astray: where it traps, QEMU raises the cause of a load, and sc.w without a reservation does nothing.
        return this.#memory(instruction, operands, scratch, { astray: 0, misaligned: 0 });
      case "branch":
      case "jump":
        return this.#jump(instruction, operands);
      case "csr":
        return this.#emit(new Assembly(), instruction, { ...operands, csr: this.#csr(base.effect.action) });
      case "float":
        return this.#float(instruction, operands);
      default:
        return this.#emit(new Assembly(), instruction, operands);
    }
  }

  #emit(code: Assembly, instruction: Instruction, operands: Partial<Operands>): Assembly {
    const { mnemonic } = instruction;
    this.counts.set(mnemonic, (this.counts.get(mnemonic) ?? 0) + 1);
    return code.instruction(instruction, operands);
  }

  #operands({ format, nonzero, mnemonic }: Instruction): Partial<Operands> {
    const operands: Partial<Operands> = {};
    for (const [name, field] of Object.entries(format.operands) as [
      keyof Operands,
      NonNullable<Instruction["format"]["operands"]["rd"]>,
    ][]) {
      const { min, max } = rangeOf(field);
      const step = stepOf(field);
      const pick = () => min + step * this.#random.below((max - min) / step + 1);
      let value = pick();
      while ((nonzero.includes(name) && value === 0) || (name === "rd" && mnemonic === "c.lui" && value === 2))
        value = pick();
      operands[name] = value;
    }
    return operands;
  }

  #csr(action: "write" | "set" | "clear"): number {
    // Setting or clearing no bits of a read-only register is illegal, but QEMU lets it pass.
    return this.#random.oneOf(action === "write" ? [...HARMLESS_CSRS, ...READ_ONLY_CSRS] : HARMLESS_CSRS);
  }

  #float(instruction: Instruction, operands: Partial<Operands>): Assembly {
    const code = new Assembly();
    for (const name of ["rs1", "rs2", "rs3"] as const) {
      const kind = instruction.format.operands[name]?.kind;
      if (kind === undefined || this.#random.chance(40)) continue;
      if (kind === "x") code.li(operands[name]!, this.#value());
      else code.li(X.t0, this.#value()).op("fmv.w.x", { rd: operands[name]!, rs1: X.t0 });
    }
    return this.#emit(code, instruction, operands);
  }

  /** With its base register set such that it reaches the scratch memory, or, in so many percent of cases, nothing at all. */
  #memory(
    instruction: Instruction,
    operands: Partial<Operands>,
    scratch: number,
    percent: { readonly astray: number; readonly misaligned: number },
  ): Assembly {
    const random = this.#random;
    const hasBase = instruction.format.operands.rs1 !== undefined;
    const base = hasBase ? operands.rs1! || X.a0 : X.sp;
    const anywhere = scratch + random.below(2 * SCRATCH_REACH) - SCRATCH_REACH;
    const target = random.chance(percent.astray) ? random.oneOf(NOWHERE) : anywhere;
    const address = random.chance(percent.misaligned) ? target : target & ~3;
    const code = new Assembly().li(base, (address - (operands.imm ?? 0)) | 0);
    return this.#emit(code, instruction, hasBase ? { ...operands, rs1: base } : operands);
  }

  /** Forward over another instruction, or backward to one that jumps out again. */
  #jump(instruction: Instruction, operands: Partial<Operands>): Assembly {
    const skipped = new Assembly().op("xori", { rd: X.a5, rs1: X.a5, imm: this.#random.below(2048) });
    if (instruction.format.operands.imm?.kind !== "offset") return this.#jumpRegister(instruction, operands, skipped);
    const { bytes } = instruction.format;
    if (this.#random.chance(50)) {
      const forward = this.#emit(new Assembly(), instruction, { ...operands, imm: bytes + skipped.size });
      return forward.append(skipped);
    }
    const code = new Assembly().op("jal", { rd: 0, imm: 8 }).op("jal", { rd: 0, imm: 4 + bytes });
    return this.#emit(code, instruction, { ...operands, imm: -4 });
  }

  #jumpRegister(instruction: Instruction, operands: Partial<Operands>, skipped: Assembly): Assembly {
    const { bytes, operands: names } = instruction.format;
    const rs1 = operands.rs1! === 0 ? X.a0 : operands.rs1!;
    const imm = names.imm === undefined ? 0 : operands.imm!;
    // auipc and two more instructions come before the jump; bit 0 of the target is ignored.
    const distance = 16 + bytes + skipped.size + this.#random.below(2) * (names.imm === undefined ? 0 : 1);
    const lead = new Assembly().li(X.t0 === rs1 ? X.t1 : X.t0, distance - imm);
    const helper = X.t0 === rs1 ? X.t1 : X.t0;
    const code = new Assembly().op("auipc", { rd: rs1, imm: 0 }).append(lead).op("add", { rd: rs1, rs1, rs2: helper });
    return this.#emit(
      code,
      instruction,
      names.imm === undefined ? { ...operands, rs1 } : { ...operands, rs1, imm },
    ).append(skipped);
  }

  #illegal(): Assembly {
    for (;;) {
      const word = this.#random.chance(50) ? this.#random.bits() : this.#random.below(0x1_0000);
      const isShort = (word & 3) !== 3;
      if (decode(word) === null && KNOWN_ILLEGAL(word)) return new Assembly().word(word, isShort ? 2 : 4);
    }
  }

  /** Jumps to where nothing is; the handler returns to ra. */
  #fetchFault(): Assembly {
    return new Assembly().li(X.t2, this.#random.oneOf(NOWHERE)).op("jalr", { rd: X.ra, rs1: X.t2, imm: 0 });
  }

  #floatsOff(): Assembly {
    const code = new Assembly().li(X.t0, FS).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
    code
      .op("fadd.s", { rd: 1, rs1: 2, rs2: 3 })
      .op("flw", { rd: 1, rs1: X.sp, imm: 0 })
      .op("csrrs", { rd: X.t1, csr: CSRS.fcsr, rs1: 0 });
    return code.op("c.fswsp", { rs2: 1, imm: 0 }).li(X.t0, FS).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  }

  /** A software interrupt: seen by wfi while masked, then taken, then returned from once more by mret. */
  #interrupt(): Assembly {
    this.counts.set("wfi", (this.counts.get("wfi") ?? 0) + 1);
    this.counts.set("mret", (this.counts.get("mret") ?? 0) + 1);
    const code = new Assembly()
      .op("csrrci", { rd: 0, csr: CSRS.mstatus, imm: MIE })
      .op("csrrwi", { rd: 0, csr: CSRS.mie, imm: 8 });
    code.li(X.t0, MSIP).op("addi", { rd: X.t1, rs1: 0, imm: 1 }).op("sw", { rs1: X.t0, rs2: X.t1, imm: 0 }).op("wfi");
    code.op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE }).op("csrrwi", { rd: 0, csr: CSRS.mie, imm: 0 });
    code.li(X.t0, MPP).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
    code.op("auipc", { rd: X.t0, imm: 0 }).op("addi", { rd: X.t0, rs1: X.t0, imm: 16 });
    return code.op("csrrw", { rd: 0, csr: CSRS.mepc, rs1: X.t0 }).op("mret");
  }
}

/** Writable without changing what the program does next, or absent. */
const HARMLESS_CSRS = [
  ...[CSRS.fflags, CSRS.frm, CSRS.fcsr, CSRS.fcsr, CSRS.mcause, CSRS.mtval],
  ...[0x7c5, 0x8ff, 0xcff],
];
const READ_ONLY_CSRS = [CSRS.mconfigptr, CSRS.mvendorid, CSRS.cycle];

/** What the reference machine must refuse as well: it knows extensions that this hart does not. */
const KNOWN_ILLEGAL = (word: number): boolean => {
  const opcode = word & 0x7f;
  if ((word & 3) !== 3) return true;
  return ![INSTRUCTIONS.ecall.match & 0x7f].includes(opcode);
};

/** Logs mcause, mepc and mtval, ends a software interrupt, and goes on behind the instruction (at ra after a failed fetch). */
const trapHandler = (): Assembly => {
  const { t4, t5, t6 } = X;
  const code = new Assembly().op("csrrw", { rd: t6, csr: CSRS.mscratch, rs1: t6 });
  code
    .op("sw", { rs1: t6, rs2: t5, imm: 0 })
    .op("sw", { rs1: t6, rs2: t4, imm: 4 })
    .op("lw", { rd: t5, rs1: t6, imm: AREA.logEnd });
  for (const [index, csr] of [CSRS.mcause, CSRS.mepc, CSRS.mtval].entries()) {
    code.op("csrrs", { rd: t4, csr, rs1: 0 }).op("sw", { rs1: t5, rs2: t4, imm: 4 * index });
  }
  code.op("addi", { rd: t5, rs1: t5, imm: 12 }).op("sw", { rs1: t6, rs2: t5, imm: AREA.logEnd });

  const endInterrupt = new Assembly().li(t4, MSIP).op("sw", { rs1: t4, rs2: 0, imm: 0 });
  const returnToRa = new Assembly().op("csrrw", { rd: 0, csr: CSRS.mepc, rs1: X.ra });
  const skip = new Assembly().op("csrrs", { rd: t5, csr: CSRS.mepc, rs1: 0 }).op("lhu", { rd: t4, rs1: t5, imm: 0 });
  skip
    .op("andi", { rd: t4, rs1: t4, imm: 3 })
    .op("addi", { rd: t4, rs1: t4, imm: -3 })
    .op("sltiu", { rd: t4, rs1: t4, imm: 1 });
  // 2 more for an instruction of four bytes.
  skip
    .op("slli", { rd: t4, rs1: t4, imm: 1 })
    .op("addi", { rd: t5, rs1: t5, imm: 2 })
    .op("add", { rd: t5, rs1: t5, rs2: t4 });
  skip.op("csrrw", { rd: 0, csr: CSRS.mepc, rs1: t5 });

  code.op("csrrs", { rd: t4, csr: CSRS.mcause, rs1: 0 });
  const toReturn = (from: number, tail: Assembly) => tail.op("jal", { rd: 0, imm: from + 4 });
  toReturn(returnToRa.size + 4 + 4 + 4 + skip.size, endInterrupt);
  toReturn(skip.size, returnToRa);
  code.op("bge", { rs1: t4, rs2: 0, imm: 4 + endInterrupt.size }).append(endInterrupt);
  code
    .op("addi", { rd: t4, rs1: t4, imm: -1 })
    .op("bne", { rs1: t4, rs2: 0, imm: 4 + returnToRa.size })
    .append(returnToRa);
  code.append(skip).op("lw", { rd: t5, rs1: t6, imm: 0 }).op("lw", { rd: t4, rs1: t6, imm: 4 });
  return code.op("csrrw", { rd: t6, csr: CSRS.mscratch, rs1: t6 }).op("mret");
};

/** All registers into the sequence's area. */
const storeResults = (): Assembly => {
  const code = new Assembly().op("csrrw", { rd: X.t6, csr: CSRS.mscratch, rs1: X.t6 });
  for (let x = 1; x < 31; x++) code.op("sw", { rs1: X.t6, rs2: x, imm: AREA.x + 4 * x });
  code.op("csrrs", { rd: X.t5, csr: CSRS.mscratch, rs1: 0 }).op("sw", { rs1: X.t6, rs2: X.t5, imm: AREA.x + 4 * 31 });
  for (let f = 0; f < 32; f++) code.op("fsw", { rs1: X.t6, rs2: f, imm: AREA.f + 4 * f });
  code.op("csrrs", { rd: X.t5, csr: CSRS.fcsr, rs1: 0 }).op("sw", { rs1: X.t6, rs2: X.t5, imm: AREA.fcsr });
  code
    .op("csrrs", { rd: X.t5, csr: CSRS.mstatus, rs1: 0 })
    .li(X.t4, COMPARED_MSTATUS)
    .op("and", { rd: X.t5, rs1: X.t5, rs2: X.t4 });
  return code.op("sw", { rs1: X.t6, rs2: X.t5, imm: AREA.mstatus });
};

/** The same for the same arguments. @param length items of a sequence, each an instruction with what it needs. */
export const randomProgram = (seed: number, sequences: number, length: number): RandomProgram => {
  const generator = new Generator(seed);
  const image = generator.program(sequences, length);
  if (image.length > RESULTS - RAM_BASE)
    throw new RangeError("the program reaches into its results: use fewer sequences");
  return { image, resultBytes: RESULTS - RAM_BASE + sequences * AREA.bytes, counts: generator.counts };
};

/** For the message of a difference: which sequence, and what of it. */
export const placeOf = (offset: number): string => {
  const inResults = offset - (RESULTS - RAM_BASE);
  if (inResults < 0) return `code at ${offset}`;
  const within = inResults % AREA.bytes;
  const part =
    within < AREA.x
      ? "trap handler"
      : within < AREA.f
        ? `x${(within - AREA.x) >> 2}`
        : within < AREA.fcsr
          ? `f${(within - AREA.f) >> 2}`
          : within < AREA.log
            ? "fcsr or mstatus"
            : within < AREA.scratch - 2 * SCRATCH_REACH
              ? `trap ${Math.floor((within - AREA.log) / 12)}`
              : "scratch";
  return `sequence ${Math.floor(inResults / AREA.bytes)}, ${part}`;
};
