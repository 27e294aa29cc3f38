/**
 * What the runtime of every program has, whatever its tasks are: vectors, faults, start-up, the clock, error reports (design.md
 * §4 "A PLC program is an ordinary bare-metal M-mode guest"; partitions/sdk/partita.h).
 */
import { X } from "../../../runtime/isa/index.ts";
import type { Address } from "../ir/ir.ts";
import { type AreaOffsets, POINTER_BIAS } from "./addresses.ts";
import { type Assembler, splitAddress } from "./assembler.ts";
import { DEVICE, MODE_NORMAL } from "./partita-device.ts";
import { ENTRY } from "./runtime-names.ts";

/** CLINT: mtimecmp, and mtime 8 bytes below 0x0200_c000. */
export const MTIMECMP = 0x0200_4000;
const BEHIND_MTIME = 0x0200_c000;
export const TICKS_PER_MS = 10_000;
export const TICK_NS = 100;

/** RISC-V Privileged §3.1: CSR numbers and bits. */
export const CSR = { mstatus: 0x300, mie: 0x304, mtvec: 0x305, mscratch: 0x340, mepc: 0x341, mip: 0x344 } as const;
const FS_INITIAL = 0x2000;
export const TIMER_BIT = 0x80;
/** mstatus.MIE */
export const INTERRUPTS_ON = 8;
/** In mtvec: exceptions go to the base, an interrupt to its own entry (Privileged §3.1.7). */
const VECTORED = 1;
const TIMER_INTERRUPT = 7;

export interface RuntimeParts {
  readonly areas: AreaOffsets;
  /** From the start of the data; the stack grows down from there. */
  readonly stackTop: number;
  /** Where each port's name stands, and where its index goes. */
  readonly ports: readonly { readonly name: Address; readonly index: Address }[];
}

const START_UP = "partita.start_up";
const FAULT = "partita.fault";
export const READ_CLOCK = "partita.read_clock";
export const DIVIDE = "partita.divide";

/** Writes runtime code, and its common parts. */
export class RuntimeCode {
  readonly asm: Assembler;
  readonly #parts: RuntimeParts;

  constructor(asm: Assembler, parts: RuntimeParts) {
    this.asm = asm;
    this.#parts = parts;
  }

  immediate(rd: number, value: number): void {
    const { high, low } = splitAddress(value);
    if (high !== 0) this.asm.emit("lui", { rd, imm: high });
    if (low !== 0 || high === 0) this.asm.emit("addi", { rd, rs1: high === 0 ? X.zero : rd, imm: low });
  }

  address(rd: number, offset: number): void {
    this.asm.emitAddressed("lui", { rd }, "high", offset);
    this.asm.emitAddressed("addi", { rd, rs1: rd }, "low", offset);
  }

  offsetOf({ base, offset }: Address): number {
    if (base.kind !== "static") throw new Error("the runtime's data is static");
    return this.#parts.areas[base.area] + offset;
  }

  /** From the start of the data. */
  offsetOfRuntime(offset: number): number {
    return this.#parts.areas.runtime + offset;
  }

  /** A word of the runtime's own, which gp reaches from everywhere. */
  variable(mnemonic: "lw" | "sw", register: number, offset: number): void {
    const imm = this.#parts.areas.runtime + offset - POINTER_BIAS;
    this.asm.emit(mnemonic, mnemonic === "sw" ? { rs2: register, rs1: X.gp, imm } : { rd: register, rs1: X.gp, imm });
  }

  load(rd: number, rs1: number, imm: number): void {
    this.asm.emit("lw", { rd, rs1, imm });
  }

  store(rs2: number, rs1: number, imm: number): void {
    this.asm.emit("sw", { rs2, rs1, imm });
  }

  add(rd: number, rs1: number, rs2: number): void {
    this.asm.emit("add", { rd, rs1, rs2 });
  }

  move(rd: number, rs1: number): void {
    this.asm.emit("addi", { rd, rs1, imm: 0 });
  }

  ret(): void {
    this.asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  allowInterrupts(allowed: boolean): void {
    this.asm.emit(allowed ? "csrrsi" : "csrrci", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
  }

  /** The stack pointer moves down, or up again. */
  reserve(bytes: number): void {
    this.immediate(X.t0, -bytes);
    this.add(X.sp, X.sp, X.t0);
  }

  /** Words of one area after the other: `each` gets them in t2, and leaves there what goes to the other place. */
  forWords(from: () => void, to: () => void, words: number, each: () => void = () => {}): void {
    if (words === 0) return;
    const loop = this.asm.newLabel();
    from();
    to();
    this.immediate(X.t3, 4 * words);
    this.add(X.t3, X.t3, X.t0);
    this.asm.label(loop);
    this.load(X.t2, X.t0, 0);
    each();
    this.store(X.t2, X.t1, 0);
    this.asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 4 });
    this.asm.emit("addi", { rd: X.t1, rs1: X.t1, imm: 4 });
    this.asm.branch("bltu", X.t0, X.t3, loop);
  }

  /** The vector table stands behind the first jump, which thus leaves the table's address in t0. */
  entry(timerInterrupt: string): void {
    const { asm } = this;
    asm.label(ENTRY);
    asm.jump(X.t0, START_UP);
    for (let cause = 0; cause < TIMER_INTERRUPT; cause++) asm.jump(X.zero, FAULT);
    asm.jump(X.zero, timerInterrupt);

    // A program handles no exception of its own. Without mtvec the instruction faults when it traps again, with its own pc,
    // cause and value, and the health monitor has it; without interrupts nothing comes in between.
    asm.label(FAULT);
    asm.emit("csrrwi", { rd: X.zero, csr: CSR.mie, imm: 0 });
    asm.emit("csrrwi", { rd: X.zero, csr: CSR.mtvec, imm: 0 });
    asm.emit("mret");
  }

  /** Ends with the partition NORMAL, `device` being a register that holds the address of the partita device. */
  startUp(device: number): void {
    const { asm } = this;
    asm.label(START_UP);
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: VECTORED });
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mtvec, rs1: X.t0 });
    this.address(X.gp, POINTER_BIAS);
    this.address(X.sp, this.#parts.stackTop);
    this.immediate(X.t0, FS_INITIAL);
    asm.emit("csrrs", { rd: X.zero, csr: CSR.mstatus, rs1: X.t0 });
    this.immediate(X.t0, TIMER_BIT);
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mie, rs1: X.t0 });
    this.immediate(device, DEVICE.base);
    this.#findPorts(device);
    this.immediate(X.t0, MODE_NORMAL);
    asm.emit("sw", { rs2: X.t0, rs1: device, imm: DEVICE.mode });
  }

  #findPorts(device: number): void {
    for (const { name, index } of this.#parts.ports) {
      this.address(X.t0, this.offsetOf(name));
      this.asm.emit("sw", { rs2: X.t0, rs1: device, imm: DEVICE.lookup });
      this.asm.emit("lw", { rd: X.t1, rs1: device, imm: DEVICE.select });
      this.address(X.t0, this.offsetOf(index));
      this.asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: 0 });
    }
  }

  /** mtime in a0 and a1; again when the low word overflowed in between. Uses t0 and t1. */
  readClock(): void {
    const { asm } = this;
    const again = asm.newLabel();
    asm.label(READ_CLOCK);
    asm.frame({ kind: "returns", register: X.ra });
    this.immediate(X.t1, BEHIND_MTIME);
    asm.label(again);
    asm.emit("lw", { rd: X.a1, rs1: X.t1, imm: -4 });
    asm.emit("lw", { rd: X.a0, rs1: X.t1, imm: -8 });
    asm.emit("lw", { rd: X.t0, rs1: X.t1, imm: -4 });
    asm.branch("bne", X.t0, X.a1, again);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** a1:a0 divided by a2, below 2^31: the quotient in a1:a0, the rest in a3. Bit by bit; in one step when a1 is 0. */
  divide(): void {
    const { asm } = this;
    const [long, loop, below] = [asm.newLabel(), asm.newLabel(), asm.newLabel()];
    asm.label(DIVIDE);
    asm.frame({ kind: "returns", register: X.ra });
    asm.branch("bne", X.a1, X.zero, long);
    asm.emit("remu", { rd: X.a3, rs1: X.a0, rs2: X.a2 });
    asm.emit("divu", { rd: X.a0, rs1: X.a0, rs2: X.a2 });
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
    asm.label(long);
    asm.emit("addi", { rd: X.a3, rs1: X.zero, imm: 0 });
    asm.emit("addi", { rd: X.a4, rs1: X.zero, imm: 64 });
    asm.label(loop);
    for (const [into, from] of [
      [X.a3, X.a1],
      [X.a1, X.a0],
    ] as const) {
      asm.emit("slli", { rd: into, rs1: into, imm: 1 });
      asm.emit("srli", { rd: X.t0, rs1: from, imm: 31 });
      asm.emit("or", { rd: into, rs1: into, rs2: X.t0 });
    }
    asm.emit("slli", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.branch("bltu", X.a3, X.a2, below);
    asm.emit("sub", { rd: X.a3, rs1: X.a3, rs2: X.a2 });
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.label(below);
    asm.emit("addi", { rd: X.a4, rs1: X.a4, imm: -1 });
    asm.branch("bne", X.a4, X.zero, loop);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** Takes the address of a report (`placeReport`) in t1 and returns through t2; all registers but t1 keep their values. */
  errorRoutine(name: string, code: number): void {
    const { asm } = this;
    asm.label(name);
    asm.frame({ kind: "returns", register: X.t2 });
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    asm.frame({ kind: "depth", bytes: 16 });
    asm.emit("sw", { rs2: X.a0, rs1: X.sp, imm: 0 });
    asm.frame({ kind: "saved", file: "integer", register: X.a0, below: 16 });
    asm.emit("sw", { rs2: X.a1, rs1: X.sp, imm: 4 });
    asm.frame({ kind: "saved", file: "integer", register: X.a1, below: 12 });
    this.immediate(X.a0, DEVICE.base);
    asm.emit("lw", { rd: X.a1, rs1: X.t1, imm: 0 });
    asm.emit("sw", { rs2: X.a1, rs1: X.a0, imm: DEVICE.detail });
    asm.emit("addi", { rd: X.t1, rs1: X.t1, imm: 4 });
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.message });
    this.immediate(X.t1, code);
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.raise });
    asm.emit("lw", { rd: X.a0, rs1: X.sp, imm: 0 });
    asm.emit("lw", { rd: X.a1, rs1: X.sp, imm: 4 });
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    asm.frame({ kind: "restored" });
    asm.emit("jalr", { rd: X.zero, rs1: X.t2, imm: 0 });
  }
}
