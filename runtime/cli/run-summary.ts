/** What a run came to, for a person: hashes, use of time, lateness. */
import type { RunSummary } from "../host/board-job.ts";
import { formatLateness, type LatenessReport } from "../host/lateness.ts";
import { formatObserved, type HighWater } from "./observed-report.ts";

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`);

const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`.padStart(12);

/** `highWater`: see `formatObserved`. */
export const formatSummary = (
  summary: RunSummary,
  lateness: LatenessReport | null,
  highWater: readonly HighWater[] = [],
): string => {
  const { frames, boardSeconds, hostMs, clock, partitions } = summary;
  const width = Math.max(9, ...partitions.map(({ name }) => name.length));
  const head =
    `${frames} major frames, ${boardSeconds.toFixed(3)} s of board time in ${(hostMs / 1000).toFixed(3)} s ` +
    `(${((boardSeconds * 1000) / hostMs).toFixed(1)} × real time)`;
  const title = `${"partition".padEnd(width)}  last mode   busy of slots     host time (share)  trace hash        state hash`;
  const rows = partitions.map(
    ({ name, mode, busyCycles, slotCycles, hostMs: ownMs, hash, stateHash }) =>
      `${name.padEnd(width)}  ${mode.padEnd(10)}  ${percent(busyCycles, slotCycles).padStart(13)}` +
      `  ${milliseconds(ownMs)} ${percent(ownMs, hostMs).padStart(7)}  ${hash}  ${stateHash}`,
  );
  const observed = formatObserved(partitions, clock, highWater);
  return [head, title, ...rows, ...observed, ...(lateness === null ? [] : [formatLateness(lateness)])].join("\n");
};
