/**
 * The control and status registers that this hart has, by name and number; every other number is an illegal instruction.
 * Privileged 20211203 §2.2; the bits of the number say who may do what (§2.1).
 */

/** `name<from>` … `name<to>`, whose numbers begin at `first`. */
const numbered = (
  name: string,
  [from, to]: readonly [number, number],
  first: number,
  suffix = "",
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Array.from({ length: to - from + 1 }, (_, index) => [`${name}${from + index}${suffix}`, first + index]),
  );

/** Registers with a meaning of their own. */
export const CSRS = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,

  mstatus: 0x300,
  misa: 0x301,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mstatush: 0x310,
  menvcfgh: 0x31a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,

  mcycle: 0xb00,
  minstret: 0xb02,
  mcycleh: 0xb80,
  minstreth: 0xb82,

  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  cycleh: 0xc80,
  timeh: 0xc81,
  instreth: 0xc82,

  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
} as const;
export type CsrName = keyof typeof CSRS;

/** How many regions physical memory protection knows. */
export const PMP_ENTRIES = 16;
/** What they are made of (§3.7): four configurations a register, and an address for each. */
export const PMP_CONFIGURATIONS = numbered("pmpcfg", [0, PMP_ENTRIES / 4 - 1], 0x3a0);
export const PMP_ADDRESSES = numbered("pmpaddr", [0, PMP_ENTRIES - 1], 0x3b0);

/** Performance counters that count nothing: the specification wants them all, and lets them be 0 (§3.1.11). */
export const IDLE_CSRS: Readonly<Record<string, number>> = {
  ...numbered("mhpmevent", [3, 31], 0x323),
  ...numbered("mhpmcounter", [3, 31], 0xb03),
  ...numbered("mhpmcounter", [3, 31], 0xb83, "h"),
  ...numbered("hpmcounter", [3, 31], 0xc03),
  ...numbered("hpmcounter", [3, 31], 0xc83, "h"),
};

/** Bits 11:10 of the number are 11 for registers that cannot be written. */
export const isReadOnlyCsr = (number: number): boolean => number >>> 10 === 3;

/** Bits 9:8 are the lowest privilege that may access it: 0 is user mode. */
export const isUserCsr = (number: number): boolean => (number & 0x300) === 0;

/** Names by number, for the disassembler. */
export const CSR_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries({ ...IDLE_CSRS, ...PMP_CONFIGURATIONS, ...PMP_ADDRESSES, ...CSRS }).map(([name, number]) => [
    number,
    name,
  ]),
);
