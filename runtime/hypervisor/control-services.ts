/** What a system partition gets when it asks for other partitions and for the module (partitions/sdk/partita.h, CONTROL_*). */
import { PARTITA_CONTROL_COMMANDS, PARTITA_MODULE_COMMANDS, PARTITA_RETURN_CODES } from "../board/index.ts";
import type { Partition, System } from "../system.ts";
import type { Control, LifecycleCommand, ModuleCommand } from "./control.ts";

const { NO_ERROR, INVALID_PARAM, INVALID_CONFIG } = PARTITA_RETURN_CODES;

const COMMANDS = new Map<number, LifecycleCommand>(
  Object.entries(PARTITA_CONTROL_COMMANDS).map(([name, code]) => [code, name as LifecycleCommand]),
);
const MODULE_COMMANDS = new Map<number, ModuleCommand>([
  [PARTITA_MODULE_COMMANDS.RESET, "MODULE_RESET"],
  [PARTITA_MODULE_COMMANDS.SHUTDOWN, "SHUTDOWN"],
]);

export class ControlServices {
  readonly #system: System;
  readonly #isSystem: boolean;
  readonly #control: Control;
  /** The others' modes as they were at the start of the slot. */
  readonly #modes: Int32Array;
  /** What was asked for in this slot: by partition the last command. */
  readonly #asked = new Map<number, LifecycleCommand>();
  #askedOfModule: ModuleCommand | null = null;

  constructor({ isSystem }: Partition, system: System, control: Control) {
    this.#system = system;
    this.#isSystem = isSystem;
    this.#control = control;
    this.#modes = control.modes.slice();
  }

  startSlot(): void {
    if (this.#isSystem) this.#modes.set(this.#control.modes);
  }

  /** What was asked for in the slot is asked for from now on. */
  endSlot(): void {
    for (const [partition, command] of this.#asked) this.#control.request(partition, command);
    this.#asked.clear();
    if (this.#askedOfModule !== null) this.#control.requestModule(this.#askedOfModule);
    this.#askedOfModule = null;
  }

  findPartition(name: string): number {
    if (!this.#isSystem) return -1;
    return this.#system.partitions.find((partition) => partition.name === name)?.index ?? -1;
  }

  modeOf(partition: number): number {
    return this.#isSystem ? (this.#modes[partition] ?? -1) : -1;
  }

  controlPartition(partition: number, code: number): number {
    if (!this.#isSystem) return INVALID_CONFIG;
    const command = COMMANDS.get(code);
    if (command === undefined || partition >= this.#modes.length) return INVALID_PARAM;
    this.#asked.set(partition, command);
    return NO_ERROR;
  }

  controlModule(code: number): number {
    if (!this.#isSystem) return INVALID_CONFIG;
    const command = MODULE_COMMANDS.get(code);
    if (command === undefined) return INVALID_PARAM;
    this.#askedOfModule = command;
    return NO_ERROR;
  }
}
