/** What `partita ctl` shows to a person. */
import type { Hertz } from "../../units.ts";
import { formatObserved, type ObservedPartition } from "../observed-report.ts";
import { jsonOf, type VariableValue } from "../program-values.ts";

/** As far as it is shown. */
export interface Status {
  readonly module: string;
  readonly schedule: string;
  readonly frame: number;
  readonly boardTime: number;
  readonly forces: number;
  readonly lateness: { readonly p99Us: number; readonly worstUs: number; readonly slips: number };
  readonly clock: Hertz;
  readonly partitions: readonly (ObservedPartition & {
    readonly mode: string;
    readonly suspended: boolean;
    readonly errors: number;
    readonly busyCycles: number;
    readonly slotCycles: number;
  })[];
}

export interface Reading {
  readonly frame: number;
  readonly boardTime: number;
  readonly values: readonly {
    readonly name: string;
    readonly value: VariableValue;
    readonly quality?: string;
    readonly forced: boolean;
  }[];
}

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`);

export const formatStatus = (status: Status): string => {
  const { module, schedule, frame, boardTime, lateness, forces, clock, partitions } = status;
  const width = Math.max(9, ...partitions.map(({ name }) => name.length));
  const head =
    `${module}: frame ${frame} of schedule ${schedule}, board time ${boardTime.toFixed(3)} s; ` +
    `lateness p99 ≤ ${Math.round(lateness.p99Us)} µs, worst ${Math.round(lateness.worstUs)} µs, ${lateness.slips} slips; ` +
    `${forces} forced`;
  const title = `${"partition".padEnd(width)}  mode                     errors  busy of slots`;
  const rows = partitions.map(({ name, mode, suspended, errors, busyCycles, slotCycles }) => {
    const state = `${mode}${suspended ? ", suspended" : ""}`;
    return `${name.padEnd(width)}  ${state.padEnd(21)}  ${String(errors).padStart(8)}  ${percent(busyCycles, slotCycles).padStart(13)}`;
  });
  return [head, title, ...rows, ...formatObserved(partitions, clock)].join("\n");
};

/** `12.340 s  intake.level 3.2  intake.pump1 true (forced)  dosing.flow 0 (bad)`. */
export const formatReading = ({ boardTime, values }: Reading): string => {
  const shown = values.map(({ name, value, quality, forced }) => {
    const notes = [...(forced ? ["forced"] : []), ...(quality === undefined || quality === "good" ? [] : [quality])];
    return `${name} ${jsonOf(value)}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
  });
  return `${boardTime.toFixed(3)} s  ${shown.join("  ")}`;
};

/** A record of the health monitor, as far as it is shown. */
export interface HealthEntry {
  readonly partition: string;
  readonly sequence: number;
  readonly boardTime: number;
  readonly frame: number;
  readonly pc: number;
  readonly source: string | null;
  readonly words: string;
}

/** `12.340 s  frame 617  pump #2 at pump.st:12: NUMERIC_ERROR: …`. */
export const formatHealth = ({ partition, sequence, boardTime, frame, pc, source, words }: HealthEntry): string =>
  `${boardTime.toFixed(3)} s  frame ${frame}  ${partition} #${sequence} at ${source ?? `0x${pc.toString(16)}`}: ${words}`;
