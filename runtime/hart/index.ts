/** The hart: its state, what it does, and the seam to what drives it. */

export type { TimeSource } from "./csrs.ts";
export { type Bus, type BusResult, type Engine, type Exit, type Fault, TRAP_CAUSES, type TrapCause } from "./engine.ts";
export { Hart, type InterruptLine } from "./hart.ts";
export { Interpreter } from "./interpreter.ts";
export { allocateMemory, PAGE_BYTES, RAM_BASE } from "./layout.ts";
