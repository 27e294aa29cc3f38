/** What each control and status register reads and what a write to it does. Privileged 20211203 §3.1, Unprivileged §10, §11.2. */
import {
  CSRS,
  type CsrName,
  IDLE_CSRS,
  isReadOnlyCsr,
  isUserCsr,
  PMP_ADDRESSES,
  PMP_CONFIGURATIONS,
} from "../isa/index.ts";
import { type Hart, INTERRUPT_BITS, MPP, MSTATUS } from "./hart.ts";
import { WORD } from "./layout.ts";

/** Where the hart's `time` CSR comes from. */
export interface TimeSource {
  /** mtime at the current instruction (`hart.elapsed` cycles into the run): whole ticks, below 2^53. */
  mtime(): number;
}

interface Csr {
  readonly read: (hart: Hart, time: TimeSource) => number;
  /** Absent where writes are ignored. */
  readonly write?: (hart: Hart, value: number) => void;
  /** Part of the floating-point state: there only while mstatus.FS is not Off. */
  readonly float?: true;
}

const WRITABLE_MSTATUS = MSTATUS.mie | MSTATUS.mpie | MSTATUS.fs | MSTATUS.mprv | MSTATUS.tw;
const WRITABLE_INTERRUPTS =
  (1 << INTERRUPT_BITS.software) | (1 << INTERRUPT_BITS.timer) | (1 << INTERRUPT_BITS.external);
const WRITABLE_INHIBITS = 0b101;

/** §3.1.1: MXL = 1 (32 bits) and one bit for each letter. */
const misaOf = (extensions: string): number =>
  [...extensions].reduce((misa, letter) => misa | (1 << (letter.charCodeAt(0) - 65)), 1 << 30);
const MISA = misaOf("IMAFDCU");

/** A CSR that reads as it was written, in the bits of `mask`. */
const plain = (word: number, mask = ~0): Csr => ({
  read: ({ words }) => words[word]!,
  write: ({ words }, value) => {
    words[word] = value & mask;
  },
});

const constant = (value: number): Csr => ({ read: () => value });

/** Some bits of fcsr, moved down to bit 0. */
const floatControl = (mask: number, shift: number): Csr => ({
  float: true,
  read: ({ words }) => (words[WORD.fcsr]! & mask) >>> shift,
  write: (hart, value) => {
    hart.words[WORD.fcsr] = (hart.words[WORD.fcsr]! & ~mask) | ((value << shift) & mask);
    hart.markFloatsDirty();
  },
});

/** One word of mcycle or minstret; `half` 0 is the low one. */
const counter = (word: number, half: 0 | 1): Csr => ({
  read: (hart) => {
    hart.updateCounters();
    return hart.words[word + half]!;
  },
  write: (hart, value) => {
    hart.updateCounters();
    hart.writeCounterWord(word, half, value);
  },
});

const readOnly = ({ read }: Csr): Csr => ({ read });

const mcycle = [counter(WORD.mcycle, 0), counter(WORD.mcycle, 1)] as const;
const minstret = [counter(WORD.minstret, 0), counter(WORD.minstret, 1)] as const;

const CSR_MEANINGS: Readonly<Record<CsrName, Csr>> = {
  fflags: floatControl(0x1f, 0),
  frm: floatControl(0xe0, 5),
  fcsr: floatControl(0xff, 0),

  mstatus: {
    // SD sums up whether FS is dirty (§3.1.6.6).
    read: ({ words }) => {
      const mstatus = words[WORD.mstatus]!;
      return (mstatus & MSTATUS.fs) === MSTATUS.fs ? mstatus | MSTATUS.sd : mstatus;
    },
    write: (hart, value) => {
      const written = value & MSTATUS.mpp;
      const mpp = written === MPP.user || written === MPP.machine ? written : MPP[hart.previousMode];
      hart.setMode(hart.mode, (value & WRITABLE_MSTATUS) | mpp);
    },
  },
  mstatush: constant(0),
  mcounteren: plain(WORD.mcounteren),
  // FIOM may be 0 where there is no S mode, and changes nothing where every fence is a full one (§3.1.18).
  menvcfg: constant(0),
  menvcfgh: constant(0),
  misa: constant(MISA),
  mie: plain(WORD.mie, WRITABLE_INTERRUPTS),
  // The lines are the devices' (§3.1.9).
  mip: { read: ({ words }) => words[WORD.mip]! },
  mtvec: {
    read: ({ words }) => words[WORD.mtvec]!,
    // Modes 2 and 3 are reserved; as in QEMU such a write is ignored.
    write: ({ words }, value) => {
      if ((value & 2) === 0) words[WORD.mtvec] = value;
    },
  },
  mcountinhibit: {
    read: ({ words }) => words[WORD.mcountinhibit]!,
    write: (hart, value) => {
      hart.updateCounters();
      hart.words[WORD.mcountinhibit] = value & WRITABLE_INHIBITS;
    },
  },
  mscratch: plain(WORD.mscratch),
  mepc: plain(WORD.mepc, ~1),
  mcause: plain(WORD.mcause),
  mtval: plain(WORD.mtval),

  mcycle: mcycle[0],
  mcycleh: mcycle[1],
  minstret: minstret[0],
  minstreth: minstret[1],
  cycle: readOnly(mcycle[0]),
  cycleh: readOnly(mcycle[1]),
  instret: readOnly(minstret[0]),
  instreth: readOnly(minstret[1]),
  time: { read: (_hart, time) => time.mtime() | 0 },
  timeh: { read: (_hart, time) => Math.floor(time.mtime() / 2 ** 32) | 0 },

  mvendorid: constant(0),
  marchid: constant(0),
  mimpid: constant(0),
  mhartid: { read: ({ hartId }) => hartId },
  mconfigptr: constant(0),
};

const pmpConfigurations = (register: number): Csr => ({
  read: ({ words }) => words[WORD.pmpcfg + register]!,
  write: (hart, value) => {
    hart.protection.writeConfigurations(register, value);
    hart.updatePermissions();
  },
});

const pmpAddress = (entry: number): Csr => ({
  read: ({ words }) => words[WORD.pmpaddr + entry]!,
  write: (hart, value) => {
    hart.protection.writeAddress(entry, value);
    hart.updatePermissions();
  },
});

const BY_NUMBER: ReadonlyMap<number, Csr> = new Map<number, Csr>([
  ...Object.values(PMP_CONFIGURATIONS).map((number, index) => [number, pmpConfigurations(index)] as const),
  ...Object.values(PMP_ADDRESSES).map((number, index) => [number, pmpAddress(index)] as const),
  ...Object.values(IDLE_CSRS).map((number) => [number, constant(0)] as const),
  ...(Object.keys(CSRS) as CsrName[]).map((name) => [CSRS[name], CSR_MEANINGS[name]] as const),
]);

/** §3.1.11: U mode reads a counter, which is one of 32 or its upper half, only when mcounteren has its bit. */
const isOpenToUser = (hart: Hart, number: number): boolean =>
  isUserCsr(number) && (!isReadOnlyCsr(number) || ((hart.words[WORD.mcounteren]! >>> (number & 31)) & 1) !== 0);

/**
 * @returns null when the access is an illegal instruction: no such register, a write to a read-only one, one that this mode
 * must not touch, floats switched off.
 */
export const accessibleCsr = (hart: Hart, number: number, writes: boolean): Csr | null => {
  const csr = BY_NUMBER.get(number);
  if (csr === undefined || (writes && isReadOnlyCsr(number))) return null;
  if (hart.mode === "user" && !isOpenToUser(hart, number)) return null;
  if (csr.float === true && !hart.floatsEnabled) return null;
  return csr;
};
