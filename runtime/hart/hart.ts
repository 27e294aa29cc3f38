/**
 * One RISC-V hart: its registers, counters and interrupt lines, wherever an engine takes them next.
 * RISC-V Privileged 20211203 chapter 3, M and U mode.
 */
import type { StateReader, StateWriter } from "../state.ts";
import type { Cycles, GuestAddress } from "../units.ts";
import { fWord, HART_BYTES, RAM_BASE, REGISTER_WORDS, STATE_WORDS, WORD } from "./layout.ts";
import type { Permissions } from "./permissions.ts";
import { Protection } from "./protection.ts";
import { box } from "./single-bits.ts";

/** Interrupts by their bit in mip and mie, which is also their cause (§3.1.9). */
export const INTERRUPT_BITS = { software: 3, timer: 7, external: 11 } as const;
export type InterruptLine = keyof typeof INTERRUPT_BITS;

/** mstatus fields that exist without S mode (§3.1.6). */
export const MSTATUS = {
  mie: 1 << 3,
  mpie: 1 << 7,
  mpp: 3 << 11,
  fs: 3 << 13,
  mprv: 1 << 17,
  tw: 1 << 21,
  sd: 1 << 31,
} as const;
/** mstatus.MPP for each mode. */
export const MPP = { user: 0, machine: MSTATUS.mpp } as const;

export type Mode = "user" | "machine";
/** How mstatus.MPP and the state name them (§1.2). */
const MODE_NUMBERS = { user: 0, machine: 3 } as const;

/** mcountinhibit bits (§3.1.12). */
const INHIBIT = { mcycle: 1, minstret: 4 } as const;

const NO_RESERVATION = 1;
const X_A0 = 10;

export class Hart {
  readonly memory: WebAssembly.Memory;
  readonly ramBytes: number;
  /** The partition's RAM, from RAM_BASE. */
  readonly ram: Uint8Array;
  /** All state, by the indices of layout.ts. */
  readonly words: Int32Array;
  /** The same memory in numbers: f[i] as a single is at the index of its low word, as a double at half of that. */
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  /** x, f, pc, fcsr, mcycle, minstret in the order of layout.ts, little-endian: a view for hashing. */
  readonly registerBytes: Uint8Array;
  /** Those, then all CSRs. */
  readonly stateBytes: Uint8Array;
  readonly hartId: number;
  /** Bit `cause` of this is set when that trap does not go to the guest's handler. */
  readonly claimedTraps: number;
  readonly protection: Protection;
  /** What instructions may be fetched now, and what may be loaded and stored: `Permissions` of this mode, or of MPRV's. */
  fetchPermissions: Permissions;
  dataPermissions: Permissions;
  #unrestricted = true;
  /**
   * Cycles of the current run before the instruction that is being executed, exact whenever the engine calls a bus or the
   * time source; between runs the cycles that the last one used.
   */
  elapsed = 0 as Cycles;
  /** How much of `elapsed` the counters hold already, and how many of the instructions since did not retire. */
  #counted = 0;
  #trapped = 0;

  /** @param memory from `allocateMemory(ramBytes)`. */
  constructor(memory: WebAssembly.Memory, ramBytes: number, hartId = 0, claimedTraps = 0) {
    this.claimedTraps = claimedTraps;
    this.memory = memory;
    this.ramBytes = ramBytes;
    this.hartId = hartId;
    this.ram = new Uint8Array(memory.buffer, 0, ramBytes);
    this.words = new Int32Array(memory.buffer, ramBytes, HART_BYTES / 4);
    this.singles = new Float32Array(memory.buffer, ramBytes, HART_BYTES / 4);
    this.doubles = new Float64Array(memory.buffer, ramBytes, HART_BYTES / 8);
    this.registerBytes = new Uint8Array(memory.buffer, ramBytes, REGISTER_WORDS * 4);
    this.stateBytes = new Uint8Array(memory.buffer, ramBytes, STATE_WORDS * 4);
    this.protection = new Protection(this.words, ramBytes);
    this.fetchPermissions = this.protection.machine;
    this.dataPermissions = this.protection.machine;
    this.reset(RAM_BASE as GuestAddress, 0, 0);
  }

  /**
   * All registers and counters 0 but pc, a0 and a1; interrupt lines stay as the devices drive them. f registers hold the single 0,
   * boxed, so that code of singles need not look whether what it never wrote is one; the specification leaves them open.
   */
  reset(pc: GuestAddress, a0: number, a1: number): void {
    const lines = this.words[WORD.mip]!;
    this.words.fill(0);
    for (let register = 0; register < 32; register++) box(this.words, fWord(register), 0);
    this.words[WORD.pc] = pc;
    this.words[X_A0] = a0;
    this.words[X_A0 + 1] = a1;
    this.words[WORD.mip] = lines;
    this.protection.refresh();
    this.setMode("machine", 0);
    this.dropReservation();
    this.#counted = this.elapsed;
    this.#trapped = 0;
  }

  /** Between two runs, as its state is brought up to date then. */
  save(writer: StateWriter): void {
    writer.section("hart", 1);
    writer.bytes(this.stateBytes);
  }

  restore(reader: StateReader): void {
    reader.section("hart", 1);
    reader.bytes(this.stateBytes);
    this.protection.refresh();
    this.updatePermissions();
  }

  get pc(): GuestAddress {
    return (this.words[WORD.pc]! >>> 0) as GuestAddress;
  }

  get mode(): Mode {
    return this.words[WORD.mode] === MODE_NUMBERS.user ? "user" : "machine";
  }

  /** The mode that mstatus.MPP names. */
  get previousMode(): Mode {
    return (this.words[WORD.mstatus]! & MSTATUS.mpp) === 0 ? "user" : "machine";
  }

  /** Nothing that is fetched, loaded or stored now needs to be checked. Only a CSR write, a trap or mret can change this. */
  get unrestricted(): boolean {
    return this.#unrestricted;
  }

  /** The mode and mstatus together, whose MPRV makes M mode load and store as MPP would (§3.1.6.3). */
  setMode(mode: Mode, mstatus: number): void {
    this.words[WORD.mode] = MODE_NUMBERS[mode];
    this.words[WORD.mstatus] = mstatus;
    this.updatePermissions();
  }

  /** The mode, mstatus or a register of physical memory protection has changed. */
  updatePermissions(): void {
    const { user, machine, bindsMachine } = this.protection;
    const isLent = (this.words[WORD.mstatus]! & MSTATUS.mprv) !== 0;
    const dataMode = isLent ? this.previousMode : this.mode;
    this.fetchPermissions = this.mode === "user" ? user : machine;
    this.dataPermissions = dataMode === "user" ? user : machine;
    this.#unrestricted = this.dataPermissions === machine && !bindsMachine;
  }

  /** Whether whoever drives the hart wants this trap, also when the guest could take it. */
  claims(cause: number): boolean {
    return ((this.claimedTraps >>> cause) & 1) !== 0;
  }

  /** x[register] as a signed 32-bit value. */
  x(register: number): number {
    return this.words[register]!;
  }

  /** An interrupt line as its device drives it (level). */
  setInterrupt(line: InterruptLine, asserted: boolean): void {
    const bit = 1 << INTERRUPT_BITS[line];
    if (asserted) this.words[WORD.mip]! |= bit;
    else this.words[WORD.mip]! &= ~bit;
  }

  /** Whether mie enables this interrupt. */
  enables(line: InterruptLine): boolean {
    return (this.words[WORD.mie]! & (1 << INTERRUPT_BITS[line])) !== 0;
  }

  /** An interrupt is pending that mie enables: ends a `wfi`, whatever mstatus.MIE says. */
  get wakes(): boolean {
    return (this.words[WORD.mip]! & this.words[WORD.mie]!) !== 0;
  }

  /** That, and it is taken before the next instruction: mstatus.MIE allows it, or the mode is U (§3.1.6.1). */
  get interruptReady(): boolean {
    return this.wakes && ((this.words[WORD.mstatus]! & MSTATUS.mie) !== 0 || this.mode === "user");
  }

  /** mstatus.FS is not Off. */
  get floatsEnabled(): boolean {
    return (this.words[WORD.mstatus]! & MSTATUS.fs) !== 0;
  }

  markFloatsDirty(): void {
    this.words[WORD.mstatus]! |= MSTATUS.fs;
  }

  dropReservation(): void {
    this.words[WORD.reservedAddress] = NO_RESERVATION;
  }

  // ── Counters ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** An engine begins a run: `elapsed` starts at 0. */
  startRun(): void {
    this.elapsed = 0 as Cycles;
    this.#counted = 0;
  }

  /** The instruction at `elapsed` traps: it takes its cycle but does not retire. */
  countTrap(): void {
    this.#trapped++;
  }

  /** Brings mcycle and minstret up to `elapsed`. */
  updateCounters(): void {
    const passed = this.elapsed - this.#counted;
    const inhibited = this.words[WORD.mcountinhibit]!;
    if ((inhibited & INHIBIT.mcycle) === 0) this.#advance(WORD.mcycle, passed);
    if ((inhibited & INHIBIT.minstret) === 0) this.#advance(WORD.minstret, passed - this.#trapped);
    this.#counted = this.elapsed;
    this.#trapped = 0;
  }

  /** The hart idled in `wfi` during its own slot, outside a run: mcycle counts on (law 1). */
  addIdle(cycles: Cycles): void {
    if ((this.words[WORD.mcountinhibit]! & INHIBIT.mcycle) === 0) this.#advance(WORD.mcycle, cycles);
  }

  /** Adds −1 … 2^53 − 2^32 to a 64-bit counter, modulo 2^64. */
  #advance(counter: number, by: number): void {
    const sum = (this.words[counter]! >>> 0) + by;
    this.words[counter] = sum;
    if (sum < 0 || sum >= 2 ** 32) this.words[counter + 1]! += Math.floor(sum / 2 ** 32);
  }

  /**
   * Writes half a counter (0: low), which must be up to date, such that the following instruction reads what was written: a
   * write takes effect after the writing instruction has counted (§3.1.10).
   */
  writeCounterWord(counter: number, half: 0 | 1, value: number): void {
    this.words[counter + half] = value;
    const counts =
      (this.words[WORD.mcountinhibit]! & (counter === WORD.mcycle ? INHIBIT.mcycle : INHIBIT.minstret)) === 0;
    if (counts) this.#advance(counter, -1);
  }
}
