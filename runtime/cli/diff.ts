/** `partita diff`: where two recordings are not the same, partition by partition and channel by channel. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { Playback, type PointCells } from "../hypervisor/index.ts";
import type { Outside } from "../hypervisor/outside.ts";
import type { Partition, PointValue, System } from "../system.ts";
import {
  type ChannelDifference,
  describeEvent,
  differencesBetween,
  type SampledTrace,
  type TraceEvent,
} from "../trace/index.ts";
import { type Nanoseconds, toCycles } from "../units.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT } from "./environment.ts";
import { FrameEvents } from "./frame-events.ts";
import { ENGINE_OF_ALL, engineOption, momentOption } from "./options.ts";
import { openRecording, type RecordingFile, type RecordingOptions } from "./recording-file.ts";

interface DiffVerbOptions extends Omit<RecordingOptions, "module"> {
  readonly modules?: readonly [string, string];
  readonly tolerance?: number;
  readonly latency?: Nanoseconds;
  readonly to?: Nanoseconds;
}

const numberOption = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("It is no number from 0 on.");
  return value;
};

export const addDiff = (program: Command, environment: CliEnvironment): void => {
  program
    .command("diff")
    .description(
      "compare two recordings by playing both: where a partition first did something else, and which channels differ",
    )
    .argument("<first>", "a file made by `partita run --record`")
    .argument("<second>", "another one; of another module the partitions and points that both have are compared")
    .option(
      "--modules <files...>",
      "the two modules' config files, when they are no longer where the recordings were made",
    )
    .option("--tolerance <x>", "numbers that differ by no more are equal; then only channels count", numberOption)
    .option("--latency <time>", "a value may come so much sooner or later; then only channels count", momentOption)
    .option("--to <time>", "compare up to this board time only", momentOption)
    .addOption(engineOption(ENGINE_OF_ALL))
    .action(async (first: string, second: string, options: DiffVerbOptions) => {
      const { modules = [], engine } = options;
      const optionsOf = (module: string | undefined): RecordingOptions => ({
        ...(module === undefined ? {} : { module }),
        ...(engine === undefined ? {} : { engine }),
      });
      const files = [
        await openRecording(first, optionsOf(modules[0]), environment),
        await openRecording(second, optionsOf(modules[1]), environment),
      ] as const;
      compare(files, options, environment);
    });
};

/** A recording being played: the frame just past, and all of its channels so far. */
class Run {
  readonly system: System;
  readonly events = new FrameEvents();
  readonly trace: SampledTrace;
  /** By partition, of the frame just past. */
  hashes = new BigUint64Array();
  readonly #playback: Playback;
  readonly #times: number[] = [];
  readonly #end: number;

  constructor({ system, recording, hasher, playback }: RecordingFile, to: Nanoseconds | undefined) {
    this.system = system;
    this.#end = to === undefined ? Infinity : toCycles(to, system.clock);
    const frameEnded = (_: number, hashes: BigUint64Array): void => {
      this.hashes = hashes.slice();
    };
    const watcher: Outside = { ...DEAF, frameEnded };
    this.#playback = new Playback(system, recording, hasher, { ...playback, watcher, events: this.events });
    const names = system.partitions.flatMap(({ name, points }) => points.map((point) => `${name}.${point.name}`));
    this.trace = { times: this.#times, channels: new Map(names.map((name) => [name, []])) };
  }

  /** s. */
  get time(): number {
    return this.#playback.module.boardTime / this.system.clock;
  }

  /** Plays a frame. @returns its number; null: there is none. */
  next(): number | null {
    const { module } = this.#playback;
    const before = module.frame;
    while (module.boardTime < this.#end && this.#playback.step()) {
      if (module.frame === before) continue;
      this.#times.push(this.time);
      const samples = [...this.trace.channels.values()] as (PointValue | null)[][];
      let channel = 0;
      for (const { points, partition } of module.partitions) {
        for (const { index } of partition.points) samples[channel++]!.push(sampleOf(points, index));
      }
      return before;
    }
    return null;
  }
}

const sampleOf = (points: PointCells, index: number): PointValue | null =>
  points.qualityOf(index) === "bad" ? null : points.get(index);

const DEAF: Outside = {
  commands: () => [],
  latch: () => {},
  published: () => {},
  uart: () => {},
  incident: () => {},
  scheduleSwitched: () => {},
  frameEnded: () => {},
};

/** Where a partition first did something else. */
interface TraceDifference {
  readonly frame: number;
  /** s: the frame's end. */
  readonly time: number;
  /** What the one did and the other did; null: nothing more. */
  readonly events: readonly [TraceEvent | null, TraceEvent | null];
}

const compare = (
  files: readonly [RecordingFile, RecordingFile],
  options: DiffVerbOptions,
  environment: CliEnvironment,
): void => {
  const [first, second] = [new Run(files[0], options.to), new Run(files[1], options.to)];
  const shared = first.system.partitions.flatMap((partition) => {
    const other = second.system.partitions.find(({ name }) => name === partition.name);
    return other === undefined ? [] : [[partition, other] as const];
  });
  const differences = new Map<Partition, TraceDifference>();
  let frames = 0;
  for (;;) {
    const [frame, other] = [first.next(), second.next()];
    if (frame === null || other === null) break;
    frames += 1;
    for (const [one, its] of shared) {
      if (differences.has(one) || first.hashes[one.index] === second.hashes[its.index]) continue;
      const events = firstDifference(first.events.of(one.index, frame), second.events.of(its.index, other));
      differences.set(one, { frame, time: first.time, events });
    }
  }
  const { tolerance = 0, latency = 0 } = options;
  const closeness = { tolerance, latency: latency / 1e9 };
  const channels = differencesBetween(first.trace, second.trace, closeness);
  const lines = [
    `${counted(frames, "major frame")} of both compared`,
    ...shared.flatMap(([partition, other]) => traceLines(partition, other, differences.get(partition))),
    ...channelLines(channels),
  ];
  environment.stdout.write(`${lines.join("\n")}\n`);
  const onlyChannels = options.tolerance !== undefined || options.latency !== undefined;
  if (channels.length > 0 || (!onlyChannels && differences.size > 0)) environment.exitWith(EXIT.failed);
};

const firstDifference = (
  first: readonly TraceEvent[],
  second: readonly TraceEvent[],
): readonly [TraceEvent | null, TraceEvent | null] => {
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const [one, other] = [first[at] ?? null, second[at] ?? null];
    if (one === null || other === null || !isSame(one, other)) return [one, other];
  }
  return [null, null];
};

const isSame = (one: TraceEvent, other: TraceEvent): boolean =>
  one.cycle === other.cycle &&
  one.kind === other.kind &&
  one.slot === other.slot &&
  one.partition === other.partition &&
  Buffer.compare(one.payload, other.payload) === 0;

const traceLines = (
  partition: Partition,
  other: Partition,
  difference: TraceDifference | undefined,
): readonly string[] => {
  const { name } = partition;
  if (difference === undefined) return [`${name}: the same trace`];
  const { frame, time, events } = difference;
  const told = (event: TraceEvent | null, of: Partition): string =>
    event === null ? "nothing more" : `cycle ${event.cycle}, ${describeEvent(event, of)}`;
  return [
    `${name}: another trace from frame ${frame} on, which ends at ${time.toFixed(3)} s`,
    `  first   ${told(events[0], partition)}`,
    `  second  ${told(events[1], other)}`,
  ];
};

const channelLines = (differences: readonly ChannelDifference[]): readonly string[] => {
  if (differences.length === 0) return ["channels: the same"];
  const width = Math.max(...differences.map(({ name }) => name.length));
  return differences.map(({ name, time, values, samples }) => {
    const [one, other] = values.map((value) => (value === null ? "bad" : String(value)));
    return `  ${name.padEnd(width)}  from ${time.toFixed(3)} s on: ${one} and ${other}; in ${counted(samples, "sample")}`;
  });
};
