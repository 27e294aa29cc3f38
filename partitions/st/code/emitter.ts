/** What every part of the code generator needs: registers for operands, constants, addresses, the stack frame. */
import { F, type Mnemonic, X } from "../../../runtime/isa/index.ts";
import {
  type Address,
  type Bank,
  type FrameSlot,
  isConstant,
  type Operand,
  type Register,
  type Width,
} from "../ir/ir.ts";
import { type AreaOffsets, POINTER_BIAS } from "./addresses.ts";
import { type Allocation, fileOf, type Location } from "./allocate.ts";
import { type Assembler, splitAddress } from "./assembler.ts";

/** Registers that hold nothing from one instruction of the intermediate representation to the next. */
export const SCRATCH = [X.t0, X.t1, X.t2] as const;
export const FLOAT_SCRATCH = [F.ft0, F.ft1] as const;

type MachineWidth = Exclude<Width, "w64">;
const LOADS: Readonly<Record<MachineWidth, Mnemonic>> = {
  i8: "lb",
  u8: "lbu",
  i16: "lh",
  u16: "lhu",
  w32: "lw",
  f32: "flw",
  f64: "fld",
};
const STORES: Readonly<Record<MachineWidth, Mnemonic>> = {
  i8: "sb",
  u8: "sb",
  i16: "sh",
  u16: "sh",
  w32: "sw",
  f32: "fsw",
  f64: "fsd",
};
type MachineBank = Exclude<Bank, "long">;
/** How a register of each bank is kept on the stack. */
const STACK_WIDTHS: Readonly<Record<MachineBank, MachineWidth>> = { integer: "w32", float: "f32", double: "f64" };

const isOfMachine = <T extends string>(of: T): of is Exclude<T, "long" | "w64"> => of !== "long" && of !== "w64";
const machine = <T extends string>(of: T): Exclude<T, "long" | "w64"> => {
  if (!isOfMachine(of)) throw new Error("a long is split before code is generated");
  return of;
};
const scratchOf = (bank: Bank, scratch: 0 | 1): number =>
  fileOf(bank) === "float" ? FLOAT_SCRATCH[scratch] : SCRATCH[scratch];
const DEVICE_BASE = 0x0400_0000;

export const fits12 = (value: number): boolean => value >= -2048 && value <= 2047;

/** Offsets from the stack pointer inside of a function. */
export interface FrameLayout {
  readonly spills: number;
  readonly slots: ReadonlyMap<FrameSlot, number>;
  /** Bytes; the caller's frame starts there. */
  readonly size: number;
}

export class Emitter {
  readonly asm: Assembler;
  readonly allocation: Allocation;
  readonly frame: FrameLayout;
  readonly areas: AreaOffsets;

  constructor(asm: Assembler, allocation: Allocation, frame: FrameLayout, areas: AreaOffsets) {
    this.asm = asm;
    this.allocation = allocation;
    this.frame = frame;
    this.areas = areas;
  }

  location(register: Register): Location | null {
    return this.allocation.locations.get(register.id) ?? null;
  }

  /** The operand in a register: its own, or `scratch` after loading it there. */
  read(operand: Operand, bank: Bank, scratch: 0 | 1): number {
    const spare = scratchOf(bank, scratch);
    if (isConstant(operand)) {
      if (bank === "integer" && operand.constant === 0) return X.zero;
      this.constant(operand.constant, bank, spare);
      return spare;
    }
    const location = this.location(operand);
    if (location?.kind === "machine") return location.register;
    if (location?.kind === "spilled") this.fromStack(spare, bank, this.frame.spills + 4 * location.slot);
    return spare;
  }

  /** Where to put a result: its register, or scratch that `finish` stores. */
  target(register: Register, scratch: 0 | 1 = 0): number {
    const location = this.location(register);
    if (location?.kind === "machine") return location.register;
    return scratchOf(register.bank, scratch);
  }

  /** After `target`: puts a spilled result where it belongs. */
  finish(register: Register, scratch: 0 | 1 = 0): void {
    const location = this.location(register);
    if (location?.kind !== "spilled") return;
    this.toStack(scratchOf(register.bank, scratch), register.bank, this.frame.spills + 4 * location.slot);
  }

  /** `value` in a float register is its bit pattern; t2 is used on the way there. */
  constant(value: number, bank: Bank, into: number): void {
    if (bank === "integer") {
      this.loadImmediate(into, value);
      return;
    }
    if (bank === "double") throw new Error("an LREAL stands among the constants");
    if (value === 0) {
      this.asm.emit("fmv.w.x", { rd: into, rs1: X.zero });
      return;
    }
    this.loadImmediate(X.t2, value);
    this.asm.emit("fmv.w.x", { rd: into, rs1: X.t2 });
  }

  loadImmediate(rd: number, value: number): void {
    const word = value | 0;
    if (fits12(word)) {
      this.asm.emit("addi", { rd, rs1: X.zero, imm: word });
      return;
    }
    const { high, low } = splitAddress(word);
    this.asm.emit("lui", { rd, imm: high });
    if (low !== 0) this.asm.emit("addi", { rd, rs1: rd, imm: low });
  }

  move(rd: number, rs: number, bank: Bank): void {
    if (rd === rs) return;
    if (bank === "float") this.asm.emit("fsgnj.s", { rd, rs1: rs, rs2: rs });
    else if (bank === "double") this.asm.emit("fsgnj.d", { rd, rs1: rs, rs2: rs });
    else if (rs === X.zero) this.asm.emit("addi", { rd, rs1: rs, imm: 0 });
    // What has a short form, unlike addi.
    else this.asm.emit("add", { rd, rs1: X.zero, rs2: rs });
  }

  toStack(register: number, bank: Bank, offset: number): void {
    this.#stackAccess(STORES[STACK_WIDTHS[machine(bank)]], { rs2: register }, offset);
  }

  fromStack(register: number, bank: Bank, offset: number): void {
    this.#stackAccess(LOADS[STACK_WIDTHS[machine(bank)]], { rd: register }, offset);
  }

  /** Frames beyond 2 KiB go through t2. */
  #stackAccess(mnemonic: Mnemonic, operands: { readonly rd?: number; readonly rs2?: number }, offset: number): void {
    if (fits12(offset)) {
      this.asm.emit(mnemonic, { ...operands, rs1: X.sp, imm: offset });
      return;
    }
    const { high, low } = splitAddress(offset);
    this.asm.emit("lui", { rd: X.t2, imm: high });
    this.asm.emit("add", { rd: X.t2, rs1: X.t2, rs2: X.sp });
    this.asm.emit(mnemonic, { ...operands, rs1: X.t2, imm: low });
  }

  load(width: Width, rd: number, address: Address): void {
    this.#access(LOADS[machine(width)], { rd }, address);
  }

  store(width: Width, rs2: number, address: Address): void {
    this.#access(STORES[machine(width)], { rs2 }, address);
  }

  /** Goes through t1 when the address does not fit into the instruction. */
  #access(mnemonic: Mnemonic, operands: { readonly rd?: number; readonly rs2?: number }, address: Address): void {
    const { base, offset } = address;
    if (base.kind === "static") {
      const place = this.areas[base.area] + offset;
      if (fits12(place - POINTER_BIAS)) {
        this.asm.emit(mnemonic, { ...operands, rs1: X.gp, imm: place - POINTER_BIAS });
        return;
      }
      this.asm.emitAddressed("lui", { rd: X.t1 }, "high", place);
      this.asm.emitAddressed(mnemonic, { ...operands, rs1: X.t1 }, "low", place);
      return;
    }
    const { register, displacement } = this.#reach(base, offset);
    this.asm.emit(mnemonic, { ...operands, rs1: register, imm: displacement });
  }

  #reach(
    base: Exclude<Address["base"], { kind: "static" }>,
    offset: number,
  ): { readonly register: number; readonly displacement: number } {
    if (base.kind === "device") {
      this.asm.emit("lui", { rd: X.t1, imm: DEVICE_BASE });
      return { register: X.t1, displacement: offset };
    }
    const start = base.kind === "frame" ? X.sp : this.read(base.register, "integer", 1);
    const distance = base.kind === "frame" ? this.frame.slots.get(base.slot)! + offset : offset;
    if (fits12(distance)) return { register: start, displacement: distance };
    const { high, low } = splitAddress(distance);
    const into = start === X.t1 ? X.t2 : X.t1;
    this.asm.emit("lui", { rd: into, imm: high });
    this.asm.emit("add", { rd: into, rs1: into, rs2: start });
    return { register: into, displacement: low };
  }

  /** The address itself. */
  address(rd: number, { base, offset }: Address): void {
    if (base.kind === "static") {
      const place = this.areas[base.area] + offset;
      if (fits12(place - POINTER_BIAS)) {
        this.asm.emit("addi", { rd, rs1: X.gp, imm: place - POINTER_BIAS });
        return;
      }
      this.asm.emitAddressed("lui", { rd }, "high", place);
      this.asm.emitAddressed("addi", { rd, rs1: rd }, "low", place);
      return;
    }
    const { register, displacement } = this.#reach(base, offset);
    if (rd !== register || displacement !== 0) this.asm.emit("addi", { rd, rs1: register, imm: displacement });
  }
}
