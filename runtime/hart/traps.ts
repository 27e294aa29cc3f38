/** Traps and interrupts: into the guest's handler and back. Privileged 20211203 §3.1.6–3.1.16, §3.3.2. */
import { TRAP_CAUSES, type TrapCause } from "./engine.ts";
import { type Hart, INTERRUPT_BITS, type InterruptLine, MPP, MSTATUS } from "./hart.ts";
import { RAM_BASE, WORD } from "./layout.ts";
import { EXECUTE } from "./permissions.ts";

/** §3.1.9: external before software before timer. */
const BY_PRIORITY: readonly InterruptLine[] = ["external", "software", "timer"];
const INTERRUPT = 1 << 31;

const handlerBase = (hart: Hart): number => hart.words[WORD.mtvec]! & ~3;

/** mtvec points to where M mode can fetch instructions; 0, its reset value, does not. */
export const canTakeTraps = (hart: Hart): boolean => {
  const { bindsMachine, machine } = hart.protection;
  const handler = handlerBase(hart) >>> 0;
  return (handler ^ RAM_BASE) >>> 0 < hart.ramBytes && (!bindsMachine || machine.permits(EXECUTE, handler, 2));
};

const enter = (hart: Hart, cause: number, value: number, handler: number): void => {
  const { words } = hart;
  const mstatus = words[WORD.mstatus]!;
  const wasEnabled = (mstatus & MSTATUS.mie) !== 0;
  const kept = mstatus & ~(MSTATUS.mie | MSTATUS.mpie | MSTATUS.mpp);
  hart.setMode("machine", kept | (wasEnabled ? MSTATUS.mpie : 0) | MPP[hart.mode]);
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

/** mret: to the mode of MPP, which becomes U; a mode below M also ends MPRV (§3.1.6.1, §3.1.6.3). */
export const leaveTrap = (hart: Hart): void => {
  const { words } = hart;
  const mstatus = words[WORD.mstatus]!;
  const mode = hart.previousMode;
  const enabled = (mstatus & MSTATUS.mpie) !== 0;
  const kept = mstatus & ~(MSTATUS.mie | MSTATUS.mpp | (mode === "user" ? MSTATUS.mprv : 0));
  hart.setMode(mode, kept | MSTATUS.mpie | (enabled ? MSTATUS.mie : 0) | MPP.user);
  words[WORD.pc] = words[WORD.mepc]!;
  hart.dropReservation();
};
