/** `partita snapshot`: runs a module, unpaced and alone, to a moment, and keeps its state in a file. */
import type { Command } from "commander";
import { engineOf } from "../host/engines.ts";
import { replaceFile } from "../host/replace-file.ts";
import { encodeSnapshot } from "../host/snapshot-file.ts";
import { Module, NO_COMMANDS, type Outside } from "../hypervisor/index.ts";
import type { EngineKind, System } from "../system.ts";
import { createHasher, RunningHashes } from "../trace/index.ts";
import { type Nanoseconds, toCycles } from "../units.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, UserError } from "./environment.ts";
import { loadModule } from "./load-module.ts";
import { durationOption, ENGINE_OF_ALL, engineOption } from "./options.ts";
import { VERSION } from "./version.ts";

interface SnapshotVerbOptions {
  readonly at: Nanoseconds;
  readonly output: string;
  readonly engine?: EngineKind;
}

export const addSnapshot = (program: Command, environment: CliEnvironment): void => {
  program
    .command("snapshot")
    .description(
      "run a module to a moment, unpaced and without the outside, and keep its state for `partita run --restore`",
    )
    .argument("<module>", "the module's config file")
    .argument("[partitions...]", "keep only these partitions; none named: the whole module")
    .requiredOption("--at <time>", "board time to run to, rounded up to whole major frames", durationOption)
    .requiredOption("-o, --output <file>", "where the snapshot goes")
    .addOption(engineOption(ENGINE_OF_ALL))
    .action((path: string, partitions: string[], options: SnapshotVerbOptions) =>
      snapshot(path, partitions, options, environment),
    );
};

const snapshot = async (
  path: string,
  partitions: readonly string[],
  { at, output, engine }: SnapshotVerbOptions,
  environment: CliEnvironment,
): Promise<void> => {
  const system = await loadModule(path, environment, engine);
  const chosen = partitions.length === 0 ? undefined : partitionsNamed(partitions, system);
  const hasher = await createHasher();
  const running = new RunningHashes(system.partitions.length, hasher);
  const module = new Module(system, silenceHeardBy(running), hasher, { engineOf });
  const end = toCycles(at, system.clock);
  while (module.boardTime < end) module.runFrame();
  const taken = { frame: module.frame, state: module.save(chosen), hashes: running.values };
  const file = await encodeSnapshot(taken, system, VERSION, hasher);
  await replaceFile(output, file).catch((error: Error) => {
    throw new UserError(`cannot write ${output}: ${error.message}`);
  });
  const what =
    chosen === undefined ? `module ${system.name}` : `${counted(chosen.length, "partition")} of ${system.name}`;
  const when = `${(module.boardTime / system.clock).toFixed(3)} s, after ${counted(module.frame, "major frame")}`;
  environment.stdout.write(`${what} at ${when}: ${output}, ${counted(file.length, "byte")}\n`);
};

/** @throws UserError for a name that no partition has. */
const partitionsNamed = (names: readonly string[], system: System): readonly number[] =>
  names.map((name) => {
    const index = system.partitions.findIndex((partition) => partition.name === name);
    if (index >= 0) return index;
    const known = system.partitions.map((partition) => partition.name).join(", ");
    throw new UserError(`${system.name} has no partition ${name}; it has ${known}`);
  });

const silenceHeardBy = (running: RunningHashes): Outside => ({
  commands: () => NO_COMMANDS,
  latch: () => {},
  published: () => {},
  uart: () => {},
  incident: () => {},
  scheduleSwitched: () => {},
  frameEnded: (_, hashes) => running.frameEnded(hashes),
});
