/**
 * Which loads and stores are meant for devices: those by an address outside of RAM that the code before them made. It is a guess,
 * which need not be right: a request (node-code.ts) reaches RAM as well, only more slowly.
 */
import { RAM_BASE } from "../hart/layout.ts";
import type { GuestInstruction } from "./registers.ts";

/** s0 … s11: a call leaves them as they are (psABI §1.1). */
const SAVED_REGISTERS = 0x0ffc_0300;

export class DeviceAddresses {
  /** x registers that hold one. */
  #known = 0;
  readonly #addresses = new Int32Array(32);

  /** Control comes from elsewhere. */
  forget(): void {
    this.#known = 0;
  }

  /** A call was executed. */
  called(): void {
    this.#known &= SAVED_REGISTERS;
  }

  /** An instruction was executed. */
  note({ instruction: { effect }, operands: { rd, rs1, imm }, writes }: GuestInstruction): void {
    if (effect.kind === "constant" && effect.base === "zero") this.#set(rd, imm);
    else if (writes.x === 0 || this.#known === 0) return;
    else if (effect.kind === "compute" && effect.operation === "add" && effect.second === "imm" && this.#holds(rs1))
      this.#set(rd, this.#addresses[rs1]! + imm);
    else this.#known &= ~writes.x;
  }

  isAccess({ instruction: { effect }, operands: { rs1 } }: GuestInstruction): boolean {
    if (effect.kind !== "load" && effect.kind !== "store") return false;
    return effect.file === "x" && this.#holds(rs1);
  }

  #holds(register: number): boolean {
    return ((this.#known >> register) & 1) === 1;
  }

  /** What lies in the first page is no address, but a number. */
  #set(register: number, value: number): void {
    this.#addresses[register] = value;
    const isOutside = value >>> 0 < RAM_BASE && value >>> 12 !== 0;
    if (isOutside && register !== 0) this.#known |= 1 << register;
    else this.#known &= ~(1 << register);
  }
}
