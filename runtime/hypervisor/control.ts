/**
 * What system partitions see and ask of others, and what is asked of the whole module. A request is made at the end of the
 * requester's slot. A partition obeys the latest at its own next boundary: a start or an end of a slot, or the end of the major frame.
 */
import { PARTITA_CONTROL_COMMANDS } from "../board/index.ts";
import type { Start } from "../system.ts";
import type { Cycles } from "../units.ts";
import { Memory } from "./memory.ts";
import type { StartCondition } from "./operating-mode.ts";

export type LifecycleCommand = keyof typeof PARTITA_CONTROL_COMMANDS;
/** The run goes on, somebody has asked for its end, or the health monitor has ended it because of an error. */
export const SHUTDOWNS = [null, "SHUTDOWN", "SHUTDOWN_ON_ERROR"] as const;
export type Shutdown = Exclude<(typeof SHUTDOWNS)[number], null>;
export type ModuleCommand = "MODULE_RESET" | Shutdown;

/** A partition, as far as its lifecycle goes. */
interface Living {
  start(frame: number, at: Cycles): boolean;
  stop(frame: number, at: Cycles): boolean;
  suspend(frame: number, at: Cycles): boolean;
  resume(frame: number, at: Cycles): boolean;
  restart(start: Start, condition: StartCondition, frame: number, at: Cycles): boolean;
}

export const obeyCommand = (partition: Living, command: LifecycleCommand, frame: number, at: Cycles): boolean => {
  switch (command) {
    case "START":
      return partition.start(frame, at);
    case "STOP":
      return partition.stop(frame, at);
    case "SUSPEND":
      return partition.suspend(frame, at);
    case "RESUME":
      return partition.resume(frame, at);
    case "WARM_START":
    case "COLD_START":
      return partition.restart(command, "PARTITION_RESTART", frame, at);
  }
};

const COMMANDS = Object.keys(PARTITA_CONTROL_COMMANDS) as readonly LifecycleCommand[];
/** The later one is the stronger one. */
const MODULE_COMMANDS: readonly ModuleCommand[] = ["MODULE_RESET", "SHUTDOWN", "SHUTDOWN_ON_ERROR"];

export class Control {
  /** By partition, its mode as its latest boundary left it, with the codes of PARTITA_CONTROL_MODE. */
  readonly modes: Int32Array;
  /** By partition, what is asked of it; 0: nothing. */
  readonly #requests: Int32Array;
  readonly #module: Int32Array;

  constructor(partitions: number, memory = new Memory()) {
    this.modes = memory.i32(partitions);
    this.#requests = memory.i32(partitions);
    this.#module = memory.i32(1);
  }

  request(partition: number, command: LifecycleCommand): void {
    this.#requests[partition] = PARTITA_CONTROL_COMMANDS[command];
  }

  isAsked(partition: number): boolean {
    return this.#requests[partition] !== 0;
  }

  /** What is asked of a partition, which obeys it now; null: nothing. */
  take(partition: number): LifecycleCommand | null {
    const code = this.#requests[partition]!;
    if (code === 0) return null;
    this.#requests[partition] = 0;
    return COMMANDS.find((command) => PARTITA_CONTROL_COMMANDS[command] === code)!;
  }

  /** To be done when the major frame is over; a shutdown outdoes a reset. */
  requestModule(command: ModuleCommand): void {
    this.#module[0] = Math.max(this.#module[0]!, 1 + MODULE_COMMANDS.indexOf(command));
  }

  /** What is asked of the module; null: nothing. */
  get moduleCommand(): ModuleCommand | null {
    const code = this.#module[0]!;
    return code === 0 ? null : MODULE_COMMANDS[code - 1]!;
  }

  /** All its harts have obeyed, or do so now. */
  moduleObeys(): void {
    this.#module[0] = 0;
  }
}
