/** What surrounds the program on the board, as its tasks need it: the code at the image's start. */
import type { Assembler } from "./assembler.ts";
import type { SharedImage } from "./interruption.ts";
import { emitOneTask } from "./one-task.ts";
import { ERRORS } from "./partita-device.ts";
import { RuntimeCode, type RuntimeParts } from "./runtime-code.ts";
import { ERROR_ROUTINES } from "./runtime-names.ts";
import { emitSeveralTasks, emitUninterrupted } from "./several-tasks.ts";
import type { TaskOfSeveral } from "./task-table.ts";

export interface StartUp extends RuntimeParts {
  /** By urgency. */
  readonly tasks: readonly TaskOfSeveral[];
  readonly image: SharedImage;
  /** Routines that only several tasks can be in the way of: where calls go, and where the routine is. */
  readonly uninterrupted: readonly { readonly name: string; readonly routine: string }[];
}

export const emitRuntime = (asm: Assembler, start: StartUp): void => {
  const code = new RuntimeCode(asm, start);
  const [task, ...moreTasks] = start.tasks;
  if (task === undefined) throw new Error("a program has a task");
  if (moreTasks.length === 0) emitOneTask(code, task);
  else emitSeveralTasks(code, start.tasks, start.image);
  for (const { name, routine } of start.uninterrupted) emitUninterrupted(code, name, routine);
  code.readClock();
  code.divide();
  const { divisionByZero, ...others } = ERROR_ROUTINES;
  code.errorRoutine(divisionByZero, ERRORS.numeric);
  for (const name of Object.values(others)) code.errorRoutine(name, ERRORS.application);
};
