/** The control socket of a run: opened before the board starts, so that a path that is taken ends the verb in time. */
import type { Logger } from "pino";
import {
  CannotControl,
  type ControlServer,
  prepareFolder,
  refusal,
  socketPathOf,
  startControl,
} from "../../../io-bridge/control/index.ts";
import type { ProgramInfo } from "../../../partitions/st/index.ts";
import type { BoardThread } from "../../host/board-thread.ts";
import type { ModuleState } from "../../hypervisor/index.ts";
import type { System } from "../../system.ts";
import type { Hasher } from "../../trace/index.ts";
import { type CliEnvironment, UserError } from "../environment.ts";
import type { SourcePlaces } from "../source-places.ts";
import { Consoles } from "./consoles.ts";
import { ModuleControl } from "./module-control.ts";
import { restoredPrograms } from "./replacement.ts";

export interface OpenControlOptions {
  readonly system: System;
  /** By partition; null for an image that is no compiled program. */
  readonly programs: readonly (ProgramInfo | null)[];
  readonly sources: SourcePlaces;
  /** Left out: in the user's runtime folder, and a run without one goes on. */
  readonly path: string | undefined;
  readonly hasher: Hasher;
  /** What the run starts from; null: from power-on. */
  readonly start: ModuleState | null;
  readonly environment: CliEnvironment;
  readonly log: Logger;
}

export interface Control {
  /** A guest wrote a line to its serial port. */
  wrote(partition: number, line: string): void;
  /** Requests are met from now on. */
  serve(board: BoardThread): void;
  close(): Promise<void>;
}

/** @returns null when there is none, which is logged. @throws UserError when there cannot be the one that `path` asks for. */
export const openControl = async (options: OpenControlOptions): Promise<Control | null> => {
  const { system, programs, sources, hasher, start, log } = options;
  const restored = await restoredPrograms(system, start, hasher);
  const consoles = new Consoles(system.partitions.length);
  let control: ModuleControl | null = null;
  const server = await open(options, (verb, members) =>
    control === null
      ? refusal("starting", `${system.name} is not running yet`, null, "try again")
      : control.handle(verb, members),
  );
  if (server === null) return null;
  return {
    wrote: (partition, line) => consoles.add(partition, line),
    serve: (board) => {
      control = new ModuleControl({ system, programs, sources, board, consoles, hasher, log, restored });
    },
    close: () => server.stop(),
  };
};

const open = async (
  { system, path, environment, log }: OpenControlOptions,
  handle: Parameters<typeof startControl>[2],
): Promise<ControlServer | null> => {
  const unusable = path === undefined ? prepareFolder() : null;
  try {
    if (unusable !== null) throw new CannotControl(socketPathOf(system.name), unusable, "give a path with --control");
    return await startControl(path ?? socketPathOf(system.name), environment.clock, handle);
  } catch (error) {
    if (!(error instanceof CannotControl)) throw error;
    if (path !== undefined) throw new UserError(error.message);
    log.warn({ module: system.name }, `no control socket: ${error.message}`);
    return null;
  }
};
