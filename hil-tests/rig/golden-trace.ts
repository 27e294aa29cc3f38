/** A trace that was found right once, kept as a CSV file beside its test, and what is captured now held against it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "csv-parse/sync";
import type { PointValue } from "../../runtime/system.ts";
import { differencesBetween, type SampledTrace } from "../../runtime/trace/index.ts";
import type { Capture } from "./capture.ts";
import type { ChannelKind } from "./channels.ts";
import { type Duration, formatTime, toSeconds } from "./duration.ts";

export interface TraceCloseness {
  /** Numbers are equal that differ by no more; left out: by nothing. */
  readonly tolerance?: number;
  /** A value may come so much sooner or later; left out: it may not. */
  readonly latency?: Duration;
}

/** Writes what was captured instead of holding it against the file: for whoever has looked at it, and found it right. */
const isUpdating = (): boolean => process.env["PARTITA_UPDATE_TRACES"] === "1";

/**
 * What of the capture is not as in the file, in lines; none: all is. Where there is no file it is written, but not in CI.
 * @throws when there is no file in CI.
 */
export const differencesFrom = (path: string, capture: Capture, closeness: TraceCloseness): readonly string[] => {
  if (isUpdating() || !existsSync(path)) {
    if (!isUpdating() && process.env["CI"]) throw new Error(`there is no trace ${path} to hold this against`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, capture.toCsv());
    return [];
  }
  const [golden, now] = [traceIn(path, capture), traceOf(capture)];
  const names = (trace: SampledTrace) => [...trace.channels.keys()].join(", ");
  if (names(golden) !== names(now)) return [`the channels were ${names(golden)}, and are ${names(now)}`];
  const ends = [golden, now].map(({ times }) => formatTime(times.at(-1) ?? 0));
  const { tolerance = 0, latency = "0 s" } = closeness;
  const lines = differencesBetween(golden, now, { tolerance, latency: toSeconds(latency) }).map(
    ({ name, time, values: [was, is], samples }) =>
      `${name} from ${formatTime(time)} on: was ${was}, is ${is} (${samples} samples differ)`,
  );
  return ends[0] === ends[1] ? lines : [...lines, `the trace ended at ${ends[0]}, and ends at ${ends[1]}`];
};

const traceOf = (capture: Capture): SampledTrace => ({
  times: capture.times,
  channels: new Map(capture.channels.map(({ name }) => [name, capture.values(name)])),
});

const traceIn = (path: string, { channels }: Capture): SampledTrace => {
  const [headers = [], ...rows]: string[][] = parse(readFileSync(path, "utf8"));
  const kinds = new Map(channels.map(({ name, kind }) => [name, kind]));
  const column = (name: string, at: number): readonly PointValue[] => {
    const kind = kinds.get(name) ?? "text";
    return rows.map((row) => valueIn(row[at]!, kind));
  };
  return {
    times: rows.map(([time]) => Number(time)),
    channels: new Map(headers.slice(1).map((name, at) => [name, column(name, at + 1)])),
  };
};

const valueIn = (cell: string, kind: ChannelKind): PointValue => {
  if (kind === "text") return cell;
  if (kind === "bool") return cell === "true";
  return kind === "wide" ? BigInt(cell) : Number(cell);
};
