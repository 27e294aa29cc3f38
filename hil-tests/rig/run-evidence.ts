/** What a rig's run leaves for a report: plain data, so that it can be handed from the process of a test to that of the report. */
import type { FileCoverage } from "../../partitions/st/index.ts";
import type { PointValue } from "../../runtime/system.ts";
import { formatHash } from "../../runtime/trace/index.ts";
import type { Bench } from "./bench.ts";
import type { Capture } from "./capture.ts";
import type { Channel } from "./channels.ts";
import { type Fault, faultWords, targetOf } from "./faults/index.ts";
import { chartOf } from "./plot/index.ts";
import type { SlotUse } from "./slot-use.ts";

/** All times are virtual, s. */
export interface RunEvidence {
  readonly module: string;
  readonly configPath: string;
  /** `System.digest`: of the config and all that it names. */
  readonly digest: string;
  readonly images: readonly UsedImage[];
  /** Cycles a second. */
  readonly clock: number;
  readonly time: number;
  readonly frames: number;
  /** Of all frames, by partition: equal hashes, equal runs. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly slots: readonly SlotUse[];
  readonly forces: readonly UsedForce[];
  readonly faults: readonly UsedFault[];
  /** SVG. */
  readonly plots: readonly string[];
  /** null: nobody counted. */
  readonly coverage: readonly FileCoverage[] | null;
}

export interface UsedImage {
  readonly partition: string;
  /** The file that it was made from. */
  readonly path: string;
  /** XXH64. */
  readonly hash: string;
}

export interface UsedForce {
  readonly channel: string;
  readonly value: string;
  readonly time: number;
}

export interface UsedFault {
  readonly kind: string;
  /** Channel, device or partition; `host`. */
  readonly target: string;
  readonly words: string;
  readonly time: number;
}

/** What a test did to a run, and drew of it; going back to a checkpoint takes nothing from it. */
export class RunNotes {
  readonly forces: UsedForce[] = [];
  readonly faults: UsedFault[] = [];
  readonly captures: Capture[] = [];

  force(channel: string, value: PointValue, time: number): void {
    this.forces.push({ channel, value: String(value), time });
  }

  fault(fault: Fault, time: number): void {
    this.faults.push({ kind: fault.kind, target: targetOf(fault), words: faultWords(fault), time });
  }

  capture(capture: Capture): Capture {
    this.captures.push(capture);
    return capture;
  }
}

/** These channels and those captured over the last half minute, as SVG. */
export const pictureOf = ({ notes, recent }: Bench, channels: readonly Channel[], title: string): string => {
  const captured = notes.captures.flatMap((capture) => capture.channels);
  const { times, traces } = recent.of([...new Set([...channels, ...captured])]);
  return chartOf({ title, times, traces });
};

/** @param picture SVG of what the test was about in the end; null: it looked at nothing. */
export const evidenceOf = (bench: Bench, picture: string | null): RunEvidence => {
  const { system, notes } = bench;
  const captured = notes.captures.filter(({ times }) => times.length > 0).map((capture) => capture.toSvg("captured"));
  return {
    ...{ module: system.name, configPath: system.configPath, digest: system.digest, clock: system.clock },
    images: system.partitions.map(({ name, imagePath, image }) => ({
      ...{ partition: name, path: imagePath, hash: formatHash(bench.hasher.hash(image)) },
    })),
    ...{ time: bench.time, frames: bench.module.frame, hashes: bench.hashes(), slots: bench.slotUses.of(system) },
    ...{ forces: notes.forces, faults: notes.faults },
    plots: [...captured, ...(picture === null ? [] : [picture])],
    coverage: bench.counts?.coverage ?? null,
  };
};
