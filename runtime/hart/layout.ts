/**
 * A hart's whole state as words that lie directly above the RAM in the partition's memory, so that interpreter and
 * translated code share it. Indices are in 32-bit words from the end of RAM.
 */

export const PAGE_BYTES = 4096;
/** Where every partition's RAM begins. */
export const RAM_BASE = 0x8000_0000;

/** x0 … x31; x0 stays 0. */
const X = 0;
/** f0 … f31, two words each: a single-precision value is the first, the second has room for D. */
const F = 32;

/** Everything that is not a general register. */
export const WORD = {
  pc: 96,
  /** frm in bits 7:5, fflags in 4:0. */
  fcsr: 97,
  /** 64-bit counters, low word first. */
  mcycle: 98,
  minstret: 100,
  mstatus: 102,
  mtvec: 103,
  mie: 104,
  mip: 105,
  mscratch: 106,
  mepc: 107,
  mcause: 108,
  mtval: 109,
  mcountinhibit: 110,
  /** Address reserved by lr.w, 1 when there is none (no word has it); and what it read there. */
  reservedAddress: 111,
  reservedValue: 112,
  /** Privilege, encoded as in mstatus.MPP: 3 is machine, 0 user. */
  mode: 113,
  mcounteren: 114,
  /** pmpcfg0 … pmpcfg3, then pmpaddr0 … pmpaddr15. */
  pmpcfg: 115,
  pmpaddr: 119,
} as const;

/** x, f, pc, fcsr and the counters are the words below this: what a guest's own progress consists of. */
export const REGISTER_WORDS = WORD.mstatus;
/** The words below this are the state; the rest is room for what else comes. */
export const STATE_WORDS = 192;
/** Takes what is written to x0; no part of the state. */
const SINK = STATE_WORDS;
/** How many instructions translated code has stepped through since it was last entered; no part of the state. */
export const STEPPED_WORD = STATE_WORDS + 1;
/** Where the guest goes on when an instruction that the interpreter executed for translated code ended there; no part of the state. */
export const RESUME_WORD = STATE_WORDS + 2;
/** Not 0 when translated code is to be left altogether, though it could go on, and why; no part of the state. */
export const LEAVE_WORD = STATE_WORDS + 3;
/** Room for constants of translated code. */
const LIMITS_BYTES = 48;
/** What a hart occupies above RAM. */
export const HART_BYTES = 1024;

export const xWord = (register: number): number => X + register;
export const fWord = (register: number): number => F + 2 * register;
/** Where a result for x[register] goes. */
export const xTarget = (register: number): number => (register === 0 ? SINK : xWord(register));

/** WebAssembly Core Specification §4.2.8. */
export const WASM_PAGE_BYTES = 65_536;

/** Where everything lies in a partition's memory: RAM at 0, then the hart's words, then what helps engines; in bytes. */
export interface MemoryPlaces {
  readonly stateAddress: number;
  /** Four times eight bytes. */
  readonly limitsAddress: number;
  /** A byte for each page of RAM: see `CodePages.watched`. */
  readonly watchAddress: number;
  /** A word for each halfword of RAM, for translated code; null where RAM is so large that there is no room for it. */
  readonly mapAddress: number | null;
  readonly end: number;
}

const LARGEST_MEMORY = 65_535 * WASM_PAGE_BYTES;

export const memoryPlaces = (ramBytes: number): MemoryPlaces => {
  const watchAddress = ramBytes + HART_BYTES;
  const limitsAddress = watchAddress + Math.ceil(ramBytes / PAGE_BYTES / 8) * 8;
  const mapAddress = limitsAddress + LIMITS_BYTES;
  const end = mapAddress + 2 * ramBytes;
  const common = { stateAddress: ramBytes, watchAddress, limitsAddress };
  return end <= LARGEST_MEMORY ? { ...common, mapAddress, end } : { ...common, mapAddress: null, end: mapAddress };
};

/**
 * Memory for a partition with `ramBytes` of RAM, a multiple of 4096, and its hart. Never grown: views of it stay valid. What is
 * not touched takes no room on the host.
 */
export const allocateMemory = (ramBytes: number): WebAssembly.Memory => {
  const pages = Math.ceil(memoryPlaces(ramBytes).end / WASM_PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
};
