/**
 * Random programs that any RV32IMAFDC_Zba_Zbb_Zbs machine in M mode runs to the same end, made from the instruction table so that
 * no row is forgotten. A program is a bare image for RAM_BASE; it leaves each sequence's registers, traps and scratch memory in RAM and
 * powers off.
 */
import {
  CSRS,
  decode,
  type Instruction,
  type OperandName,
  type Operands,
  rangeOf,
  stepOf,
  TABLE,
  X,
} from "../../isa/index.ts";
import { RAM_BASE } from "../layout.ts";
import { Assembly } from "./assembly.ts";
import {
  AREA,
  FS,
  MIE,
  MPP,
  MSIP,
  programEnd,
  programStart,
  REGISTER_DATA,
  RESULTS,
  sequenceEnd,
  sequenceStart,
} from "./program-frame.ts";
import { Random } from "./random.ts";

export interface RandomProgram {
  readonly image: Uint8Array;
  /** Everything that the program leaves in RAM lies below this offset. */
  readonly resultBytes: number;
  /** How often each instruction was generated, by mnemonic. */
  readonly counts: ReadonlyMap<string, number>;
}

export type Extension = Instruction["extension"];
/** Of what a program for one extension is made: so many percent of its own instructions, the rest from all. */
const OWN_PERCENT = 80;

/** Nothing is there on a `virt` board with up to 32 MiB of RAM. */
const NOWHERE = [0x0600_0000, 0x8200_0000];
const SYSTEM_OPCODE = 0x73;

/** Writable without changing what the program does next, or absent. */
const HARMLESS_CSRS = [
  ...[CSRS.fflags, CSRS.frm, CSRS.fcsr, CSRS.fcsr, CSRS.mcause, CSRS.mtval],
  ...[0x7c5, 0x8ff, 0xcff],
];
const READ_ONLY_CSRS = [CSRS.mconfigptr, CSRS.mvendorid, CSRS.cycle];

/** These two come as part of `interrupt`, which makes them safe. */
const ARRANGED: readonly string[] = ["wfi", "mret"];

const bytesOf = (bits: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(bits).buffer);

class Generator {
  readonly counts = new Map<string, number>();
  readonly #random: Random;

  readonly #own: readonly Instruction[];

  constructor(seed: number, extension?: Extension) {
    this.#random = new Random(seed);
    this.#own = extension === undefined ? TABLE : TABLE.filter((instruction) => instruction.extension === extension);
  }

  program(sequences: number, length: number): Uint8Array {
    const code = programStart();
    for (let index = 0; index < sequences; index++) code.append(this.#sequence(RESULTS + index * AREA.bytes, length));
    return Uint8Array.from(code.append(programEnd()).bytes);
  }

  #sequence(area: number, length: number): Assembly {
    const code = sequenceStart(area, this.#registers(), this.#random.value());
    for (let item = 0; item < length; item++) code.append(this.#item(area + AREA.scratch));
    return code.append(sequenceEnd());
  }

  #item(scratch: number): Assembly {
    const random = this.#random;
    if (!random.chance(4)) return this.#around(random.oneOf(random.chance(OWN_PERCENT) ? this.#own : TABLE), scratch);
    switch (random.below(4)) {
      case 0:
        return this.#illegal();
      case 1:
        return this.#fetchFault();
      case 2:
        return this.#floatsOff();
      default:
        return this.#interrupt();
    }
  }

  /** The instruction with random operands, and what must come before it for its effect to be harmless. */
  #around(instruction: Instruction, scratch: number): Assembly {
    const { effect } = instruction.kind === "base" ? instruction : instruction.expandsTo;
    if (ARRANGED.includes(instruction.mnemonic)) return this.#interrupt();
    const operands = this.#operands(instruction);
    switch (effect.kind) {
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
        return this.#jump(instruction, operands);
      case "jump":
        return effect.target === "offset"
          ? this.#jump(instruction, operands)
          : this.#jumpRegister(instruction, operands);
      case "csr":
        return this.#emit(new Assembly(), instruction, { ...operands, csr: this.#csr(effect.action) });
      case "compute":
      case "float":
        return this.#onFreshSources(instruction, operands);
      default:
        return this.#emit(new Assembly(), instruction, operands);
    }
  }

  #emit(code: Assembly, instruction: Instruction, operands: Partial<Operands>): Assembly {
    this.#count(instruction.mnemonic);
    return code.instruction(instruction, operands);
  }

  #count(mnemonic: string): void {
    this.counts.set(mnemonic, (this.counts.get(mnemonic) ?? 0) + 1);
  }

  #operands({ fields, nonzero, mnemonic }: Instruction): Partial<Operands> {
    const isTaken = (name: OperandName, value: number): boolean =>
      (value === 0 && nonzero.includes(name)) || (mnemonic === "c.lui" && name === "rd" && value === X.sp);
    const operands: Partial<Operands> = {};
    for (const [name, field] of fields) {
      const { min, max } = rangeOf(field);
      const step = stepOf(field);
      do operands[name] = min + step * this.#random.below((max - min) / step + 1);
      while (isTaken(name, operands[name]!));
    }
    return operands;
  }

  #csr(action: "write" | "set" | "clear"): number {
    // Setting or clearing no bits of a read-only register is illegal, but QEMU lets it pass.
    return this.#random.oneOf(action === "write" ? [...HARMLESS_CSRS, ...READ_ONLY_CSRS] : HARMLESS_CSRS);
  }

  /** Often with new values in its sources: results soon are NaN, or 0. */
  #onFreshSources(instruction: Instruction, operands: Partial<Operands>): Assembly {
    const code = new Assembly();
    for (const name of ["rs1", "rs2", "rs3"] as const) {
      const kind = instruction.format.operands[name]?.kind;
      if (kind === undefined || this.#random.chance(40)) continue;
      if (kind === "x") code.li(operands[name]!, this.#random.value());
      else this.#refreshFloat(code, operands[name]!, this.#isDouble(instruction) ? 90 : 10);
    }
    return this.#emit(code, instruction, operands);
  }

  /** Whether its sources are: of conversions only those to single are of the other precision than they name. */
  #isDouble(instruction: Instruction): boolean {
    const { effect } = instruction.kind === "base" ? instruction : instruction.expandsTo;
    if (effect.kind !== "float") return false;
    return (effect.precision === "double" && effect.operation !== "fromSingle") || effect.operation === "fromDouble";
  }

  /** f[register] = a double, in so many percent of cases, or else a boxed single. */
  #refreshFloat(code: Assembly, register: number, doublePercent: number): void {
    if (!this.#random.chance(doublePercent)) {
      code.li(X.t0, this.#random.value()).op("fmv.w.x", { rd: register, rs1: X.t0 });
      return;
    }
    // A jump over the 8 bytes leaves their address in t0.
    code.op("jal", { rd: X.t0, imm: 12 });
    for (const byte of bytesOf(this.#random.double())) code.bytes.push(byte);
    code.op("fld", { rd: register, rs1: X.t0, imm: 0 });
  }

  /** x1 … x30, then f0 … f31: doubles, and boxed singles. */
  #registers(): Uint8Array {
    const data = new DataView(new ArrayBuffer(REGISTER_DATA.bytes));
    for (let offset = 0; offset < REGISTER_DATA.f; offset += 4) data.setUint32(offset, this.#random.value(), true);
    for (let offset = REGISTER_DATA.f; offset < REGISTER_DATA.bytes; offset += 8) {
      const boxed = 0xffff_ffff_0000_0000n | BigInt(this.#random.value());
      data.setBigUint64(offset, this.#random.chance(50) ? boxed : this.#random.double(), true);
    }
    return new Uint8Array(data.buffer);
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
    const anywhere = scratch + random.below(2 * AREA.reach) - AREA.reach;
    const target = random.chance(percent.astray) ? random.oneOf(NOWHERE) : anywhere;
    const address = random.chance(percent.misaligned) ? target : target & ~3;
    const code = new Assembly().li(base, (address - (operands.imm ?? 0)) | 0);
    return this.#emit(code, instruction, hasBase ? { ...operands, rs1: base } : operands);
  }

  /** One instruction whose effect shows whether it was jumped over. */
  #witness(): Assembly {
    return new Assembly().op("xori", { rd: X.a5, rs1: X.a5, imm: this.#random.below(2048) });
  }

  /** Forward over another instruction, or backward to one that jumps out again. */
  #jump(instruction: Instruction, operands: Partial<Operands>): Assembly {
    const { bytes } = instruction.format;
    if (this.#random.chance(50)) {
      const skipped = this.#witness();
      return this.#emit(new Assembly(), instruction, { ...operands, imm: bytes + skipped.size }).append(skipped);
    }
    const code = new Assembly().op("jal", { rd: 0, imm: 8 }).op("jal", { rd: 0, imm: 4 + bytes });
    return this.#emit(code, instruction, { ...operands, imm: -4 });
  }

  /** Forward over another instruction; bit 0 of the target is sometimes set, which the jump ignores. */
  #jumpRegister(instruction: Instruction, operands: Partial<Operands>): Assembly {
    const rs1 = operands.rs1! || X.a0;
    const helper = rs1 === X.t0 ? X.t1 : X.t0;
    const skipped = this.#witness();
    // auipc, the two of li, add, and the jump itself.
    const distance = 4 * 4 + instruction.format.bytes + skipped.size + this.#random.below(2);
    const code = new Assembly().op("auipc", { rd: rs1, imm: 0 }).li(helper, distance - (operands.imm ?? 0));
    code.op("add", { rd: rs1, rs1, rs2: helper });
    return this.#emit(code, instruction, { ...operands, rs1 }).append(skipped);
  }

  /** A word that no machine knows; QEMU has more registers and instructions of the system opcode. */
  #illegal(): Assembly {
    for (;;) {
      const word = this.#random.chance(50) ? this.#random.bits() : this.#random.below(0x1_0000);
      if (decode(word) !== null || (word & 0x7f) === SYSTEM_OPCODE) continue;
      return new Assembly().word(word, (word & 3) === 3 ? 4 : 2);
    }
  }

  /** Jumps to where nothing is; the handler returns to ra. */
  #fetchFault(): Assembly {
    return new Assembly().li(X.t2, this.#random.oneOf(NOWHERE)).op("jalr", { rd: X.ra, rs1: X.t2, imm: 0 });
  }

  #floatsOff(): Assembly {
    const code = new Assembly().li(X.t0, FS).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
    code.op("fadd.s", { rd: 1, rs1: 2, rs2: 3 }).op("flw", { rd: 1, rs1: X.sp, imm: 0 }).csrRead(X.t1, CSRS.fcsr);
    code.op("c.fswsp", { rs2: 1, imm: 0 }).op("fsqrt.d", { rd: 1, rs1: 2 }).op("c.fldsp", { rd: 1, imm: 0 });
    return code.li(X.t0, FS).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  }

  /** A software interrupt: seen by wfi while it cannot be taken, then taken; and an mret out of the blue. */
  #interrupt(): Assembly {
    for (const mnemonic of ARRANGED) this.#count(mnemonic);
    const code = new Assembly().op("csrrci", { rd: 0, csr: CSRS.mstatus, imm: MIE });
    code.op("csrrwi", { rd: 0, csr: CSRS.mie, imm: 1 << 3 });
    code.li(X.t0, MSIP).op("addi", { rd: X.t1, rs1: 0, imm: 1 }).op("sw", { rs1: X.t0, rs2: X.t1, imm: 0 }).op("wfi");
    code.op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE }).op("csrrwi", { rd: 0, csr: CSRS.mie, imm: 0 });
    code.li(X.t0, MPP).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
    code.op("auipc", { rd: X.t0, imm: 0 }).op("addi", { rd: X.t0, rs1: X.t0, imm: 16 });
    return code.csrWrite(CSRS.mepc, X.t0).op("mret");
  }
}

/**
 * The same for the same arguments, of all instructions or mostly of one extension's.
 * @param length items of a sequence, each an instruction with what it needs.
 */
export const randomProgram = (
  seed: number,
  sequences: number,
  length: number,
  extension?: Extension,
): RandomProgram => {
  const generator = new Generator(seed, extension);
  const image = generator.program(sequences, length);
  if (image.length > RESULTS - RAM_BASE) throw new RangeError("the program reaches its results: use fewer sequences");
  return { image, resultBytes: RESULTS - RAM_BASE + sequences * AREA.bytes, counts: generator.counts };
};
