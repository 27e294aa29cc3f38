/** `partita replay`: runs a recording again, unpaced, and says whether it came out the same to the bit (law 4); or shows a moment of it. */
import { type Command, Option } from "commander";
import { Playback } from "../hypervisor/index.ts";
import type { System } from "../system.ts";
import { type Divergence, describeDivergence, describeEvent } from "../trace/index.ts";
import { type Nanoseconds, toCycles } from "../units.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { FrameEvents } from "./frame-events.ts";
import { formatMoment, momentOf } from "./moment-report.ts";
import { ENGINE_OF_ALL, engineOption, momentOption } from "./options.ts";
import { openRecording, type RecordingFile, type RecordingOptions } from "./recording-file.ts";

interface ReplayVerbOptions extends RecordingOptions {
  readonly to?: Nanoseconds;
  readonly at?: Nanoseconds;
  readonly json?: true;
}

export const addReplay = (program: Command, environment: CliEnvironment): void => {
  program
    .command("replay")
    .description("run a recording again and compare it with the run that it was made of, frame by frame")
    .argument("<recording>", "a file made by `partita run --record`")
    .option("--module <file>", "the module's config file, when it is no longer where the recording was made")
    .option("--to <time>", "compare up to this board time only", momentOption)
    .addOption(
      new Option("--at <time>", "show the points and registers of this moment, at the start of its frame: 12min3.2s")
        .argParser(momentOption)
        .conflicts("to"),
    )
    .option("--json", "with --at: print them as JSON")
    .addOption(engineOption(ENGINE_OF_ALL))
    .action(async (path: string, options: ReplayVerbOptions) => {
      const file = await openRecording(path, options, environment);
      if (options.at === undefined) compare(file, options.to, environment);
      else show(file, options.at, options.json === true, environment);
    });
};

/** Plays on to board time `time`, or to the end. */
const playTo = (playback: Playback, { system }: RecordingFile, time: Nanoseconds | undefined): void => {
  const end = time === undefined ? Infinity : toCycles(time, system.clock);
  while (playback.module.boardTime < end && playback.step());
};

const compare = (
  file: RecordingFile,
  to: Nanoseconds | undefined,
  { stdout, clock, exitWith }: CliEnvironment,
): void => {
  const { recording, system, hasher } = file;
  const events = new FrameEvents();
  const playback = new Playback(system, recording, hasher, { ...file.playback, events });
  const { module, first } = playback;
  const [startedMs, start] = [clock.monotonicMs(), module.boardTime];
  playTo(playback, file, to);
  const divergence = to === undefined ? playback.run() : playback.divergence;
  const hostSeconds = (clock.monotonicMs() - startedMs) / 1000;
  const boardSeconds = (module.boardTime - start) / system.clock;
  const extent = `${module.frame - first} major frames, ${boardSeconds.toFixed(3)} s of board time in ${hostSeconds.toFixed(3)} s`;
  if (divergence === null) {
    stdout.write(`identical: ${extent}\n`);
    return;
  }
  stdout.write(`different: ${tell(divergence, system, events)}\n(${extent})\n`);
  exitWith(EXIT.failed);
};

/** What differs, and what the partition did in that frame now: what it did then, the recording has as a hash only. */
const tell = (divergence: Divergence, { partitions }: System, events: FrameEvents): string => {
  const partition = partitions[divergence.partition];
  if (partition === undefined) return describeDivergence(divergence, String(divergence.partition));
  const words = describeDivergence(divergence, partition.name);
  const did = divergence.kind === "frameHash" ? events.of(partition.index, divergence.frame) : [];
  const lines = did.map((event) => `  cycle ${event.cycle}, slot ${event.slot}: ${describeEvent(event, partition)}`);
  return [words, ...(lines.length === 0 ? [] : ["in this replay it did:"]), ...lines].join("\n");
};

const show = (file: RecordingFile, at: Nanoseconds, json: boolean, { stdout }: CliEnvironment): void => {
  const { recording, system, hasher, path } = file;
  const events = new FrameEvents();
  const playback = new Playback(system, recording, hasher, { ...file.playback, events });
  playTo(playback, file, at);
  if (playback.module.boardTime < toCycles(at, system.clock) && playback.divergence === null) {
    const end = (playback.module.boardTime / system.clock).toFixed(3);
    throw new UserError(`${path} ends before that, at ${end} s of board time`);
  }
  const moment = momentOf(playback.module, events);
  stdout.write(json ? `${JSON.stringify(moment, null, 2)}\n` : formatMoment(moment));
};
