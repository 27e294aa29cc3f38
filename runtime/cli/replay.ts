/** `partita replay`: runs a recording again, unpaced, and says whether it came out the same to the bit (law 4). */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { engineOf } from "../host/engines.ts";
import { decodeSnapshot } from "../host/snapshot-file.ts";
import { replay } from "../hypervisor/index.ts";
import type { EngineKind, System } from "../system.ts";
import {
  createHasher,
  decodeRecording,
  describeDivergence,
  differencesOf,
  type Hasher,
  type Recording,
} from "../trace/index.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { loadModule } from "./load-module.ts";
import { ENGINE_OF_ALL, engineOption } from "./options.ts";

export const addReplay = (program: Command, environment: CliEnvironment): void => {
  program
    .command("replay")
    .description("run a recording again and compare it with the run that it was made of, frame by frame")
    .argument("<recording>", "a file made by `partita run --record`")
    .option("--module <file>", "the module's config file, when it is no longer where the recording was made")
    .addOption(engineOption(ENGINE_OF_ALL))
    .action((path: string, options: ReplayVerbOptions) => replayFile(path, options, environment));
};

interface ReplayVerbOptions {
  readonly module?: string;
  readonly engine?: EngineKind;
}

const replayFile = async (path: string, options: ReplayVerbOptions, environment: CliEnvironment): Promise<void> => {
  const hasher = await createHasher();
  const file = await readFile(path).catch((error: Error) => {
    throw new UserError(`cannot read ${path}: ${error.message}`);
  });
  const recording = decodeRecording(file, hasher);
  if (recording.kind === "damaged") {
    throw new UserError(`${path} cannot be replayed: ${recording.message} (at byte ${recording.offset})`);
  }
  const system = await loadModule(options.module ?? recording.header.configPath, environment, options.engine);
  const differences = differencesOf(recording.header, system, hasher);
  if (differences.length > 0) {
    throw new UserError(
      `${path} was recorded with another module, so it cannot come out the same: ${differences.join("; ")}.\n` +
        "Go back to the files it was recorded with, or name their config with --module.",
    );
  }
  const from = await startOf(path, recording, system, hasher);
  const { stdout, clock } = environment;
  if (!recording.complete)
    stdout.write("the recording has no end (the run was cut off): replaying up to its last whole block\n");
  const startedMs = clock.monotonicMs();
  const { frames, boardTime, divergence } = replay(system, recording, hasher, { engineOf, ...from });
  const hostSeconds = (clock.monotonicMs() - startedMs) / 1000;
  const boardSeconds = boardTime / system.clock;
  const extent = `${frames} major frames, ${boardSeconds.toFixed(3)} s of board time in ${hostSeconds.toFixed(3)} s`;
  if (divergence === null) {
    stdout.write(`identical: ${extent}\n`);
    return;
  }
  const partition = system.partitions[divergence.partition]?.name ?? String(divergence.partition);
  stdout.write(`different: ${describeDivergence(divergence, partition)}\n(${extent})\n`);
  environment.exitWith(EXIT.failed);
};

/** What the recording starts from; nothing when that was power-on. */
const startOf = async (path: string, { snapshot }: Recording, system: System, hasher: Hasher) => {
  if (snapshot === null) return {};
  const decoded = await decodeSnapshot(snapshot, system, hasher);
  if (typeof decoded === "string")
    throw new UserError(`${path} starts from a snapshot that cannot be used: ${decoded}`);
  return { from: decoded.state };
};
