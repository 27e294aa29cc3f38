/** What a verb of the command meets: the streams, the clock, and how it says its exit status. */
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../host/clock.ts";

/** design.md §7: 0 done, 1 the guest or a check failed, 2 wrong use or config, 3 a limit ran out. */
export const EXIT = { done: 0, failed: 1, misuse: 2, limit: 3 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export interface CliEnvironment {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly clock: Clock;
  /** Whether stdout understands colours: a terminal, and NO_COLOR not set. */
  readonly color: boolean;
  /** The status that the process ends with; the last call counts, 0 when there was none. */
  exitWith(status: ExitStatus): void;
}

/** Something the user can put right: its message is printed as it is, without a stack trace, and the command ends. */
export class UserError extends Error {
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus = EXIT.misuse) {
    super(message);
    this.name = "UserError";
    this.status = status;
  }
}
