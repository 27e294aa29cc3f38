/** `partita export`: what a recording shows, in files that other programs open. */
import type { Command } from "commander";
import { exportTrace, TRACE_FORMATS, type TraceFormat } from "../host/trace-export.ts";
import type { System } from "../system.ts";
import type { ChannelPlace } from "../trace/export/index.ts";
import { describeDivergence } from "../trace/index.ts";
import { type Nanoseconds, toCycles } from "../units.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { ENGINE_OF_ALL, engineOption, momentOption } from "./options.ts";
import { openRecording, type RecordingOptions } from "./recording-file.ts";

interface ExportVerbOptions extends RecordingOptions, Partial<Record<TraceFormat, string>> {
  readonly channels?: string;
  readonly from?: Nanoseconds;
  readonly to?: Nanoseconds;
}

export const addExport = (program: Command, environment: CliEnvironment): void => {
  program
    .command("export")
    .description("write what a recording shows to files that other programs open, by playing it once")
    .argument("<recording>", "a file made by `partita run --record`")
    .option(
      "--perfetto <file>",
      "slots, scans, messages, errors as JSON for ui.perfetto.dev and Chrome's about:tracing",
    )
    .option("--vcd <file>", "all points as a value change dump for GTKWave and other waveform viewers")
    .option("--csv <file>", "all points, or --channels, as a table: a row at the end of each major frame")
    .option("--mcap <file>", "all points as MCAP for Foxglove")
    .option("--channels <names>", "the columns of --csv: partition.point,…")
    .option("--from <time>", "of board time, to the start of a frame: 12min3.2s", momentOption)
    .option("--to <time>", "likewise, to the end of a frame", momentOption)
    .option("--module <file>", "the module's config file, when it is no longer where the recording was made")
    .addOption(engineOption(ENGINE_OF_ALL))
    .action((path: string, options: ExportVerbOptions) => exportRecording(path, options, environment));
};

const exportRecording = async (
  path: string,
  options: ExportVerbOptions,
  environment: CliEnvironment,
): Promise<void> => {
  const outputs = TRACE_FORMATS.flatMap((format) => {
    const file = options[format];
    return file === undefined ? [] : [{ format, path: file }];
  });
  if (outputs.length === 0)
    throw new UserError(`say what to write: ${TRACE_FORMATS.map((name) => `--${name} FILE`).join(", ")}`);
  const file = await openRecording(path, options, environment);
  const { system } = file;
  const { frames, divergence } = await exportTrace({
    ...file,
    outputs,
    begin: toCycles(options.from ?? (0 as Nanoseconds), system.clock),
    end: options.to === undefined ? Infinity : toCycles(options.to, system.clock),
    channels: channelsOf(system, options.channels),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new UserError(error.message);
  });
  environment.stdout.write(`${counted(frames, "major frame")} in ${outputs.map((output) => output.path).join(", ")}\n`);
  if (divergence === null) return;
  const name = system.partitions[divergence.partition]?.name ?? String(divergence.partition);
  environment.stderr.write(
    `partita: the recording did not come out the same: ${describeDivergence(divergence, name)}\n`,
  );
  environment.exitWith(EXIT.failed);
};

const channelsOf = (system: System, names: string | undefined): readonly ChannelPlace[] => {
  const all = system.partitions.flatMap(({ name, index, points }) =>
    points.map((point) => ({ name: `${name}.${point.name}`, partition: index, point })),
  );
  if (names === undefined) return all;
  return names.split(",").map((name) => {
    const found = all.find((channel) => channel.name === name.trim());
    if (found === undefined) throw new UserError(`${system.name} has no point ${name.trim()}`);
    return found;
  });
};
