/** The hart: its state, what it does, and the seam to what drives it. */
export {
  type Bus,
  type BusResult,
  type Engine,
  type EngineFactory,
  type EngineParts,
  type Fault,
  type StaticCode,
  TRAP_CAUSES,
  type TrapCause,
} from "./engine.ts";
export { ExecutionCounts, interpretCounting } from "./execution-counts.ts";
export { Hart } from "./hart.ts";
export { Interpreter, interpret } from "./interpreter.ts";
export { allocateMemory, type MemoryPlaces, memoryPlaces, RAM_BASE } from "./layout.ts";
export { SingleInstruction } from "./single-instruction.ts";
export { canTakeTraps, enterTrap } from "./traps.ts";
