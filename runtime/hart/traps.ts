/** Traps and interrupts: into the guest's handler and back. Privileged 20211203 §3.1.6–3.1.16, §3.3.2. */
import { TRAP_CAUSES, type TrapCause } from "./engine.ts";
import { type Hart, INTERRUPT_BITS, type InterruptLine, MSTATUS } from "./hart.ts";
import { RAM_BASE, WORD } from "./layout.ts";

/** §3.1.9: external before software before timer. */
const BY_PRIORITY: readonly InterruptLine[] = ["external", "software", "timer"];
const INTERRUPT = 1 << 31;

const handlerBase = (hart: Hart): number => hart.words[WORD.mtvec]! & ~3;

/** mtvec points to where instructions can be fetched; 0, its reset value, does not. */
export const canTakeTraps = (hart: Hart): boolean => (handlerBase(hart) ^ RAM_BASE) >>> 0 < hart.ramBytes;

const enter = (hart: Hart, cause: number, value: number, handler: number): void => {
  const { words } = hart;
  const mstatus = words[WORD.mstatus]!;
  const wasEnabled = (mstatus & MSTATUS.mie) !== 0;
  words[WORD.mstatus] = (mstatus & ~(MSTATUS.mie | MSTATUS.mpie)) | (wasEnabled ? MSTATUS.mpie : 0);
  words[WORD.mepc] = words[WORD.pc]!;
  words[WORD.mcause] = cause;
  words[WORD.mtval] = value;
  words[WORD.pc] = handler;
  hart.dropReservation();
};

/** The instruction at pc trapped. */
export const enterTrap = (hart: Hart, cause: TrapCause, value: number): void =>
  enter(hart, TRAP_CAUSES[cause], value, handlerBase(hart));

/** Takes the interrupt that is ready (`hart.interruptReady`), before the instruction at pc. */
export const enterInterrupt = (hart: Hart): void => {
  const { words } = hart;
  const pending = words[WORD.mip]! & words[WORD.mie]!;
  const line = BY_PRIORITY.find((candidate) => (pending >>> INTERRUPT_BITS[candidate]) & 1)!;
  const cause = INTERRUPT_BITS[line];
  const isVectored = (words[WORD.mtvec]! & 1) !== 0;
  enter(hart, INTERRUPT | cause, 0, handlerBase(hart) + (isVectored ? 4 * cause : 0));
};

/** mret. */
export const leaveTrap = (hart: Hart): void => {
  const { words } = hart;
  const mstatus = words[WORD.mstatus]!;
  const enabled = (mstatus & MSTATUS.mpie) !== 0;
  words[WORD.mstatus] = (mstatus & ~MSTATUS.mie) | MSTATUS.mpie | (enabled ? MSTATUS.mie : 0);
  words[WORD.pc] = words[WORD.mepc]!;
  hart.dropReservation();
};
