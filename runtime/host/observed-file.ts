/**
 * What scans were observed to take, kept over runs in a file of JSON. What was observed of another image of a partition counts no
 * more: it is another program.
 */
import { readFile } from "node:fs/promises";
import type { ObservedScans } from "../hypervisor/index.ts";
import type { System } from "../system.ts";
import { formatHash, type Hasher } from "../trace/index.ts";
import { cycles } from "../units.ts";
import { replaceFile } from "./replace-file.ts";

/** Of one partition, over all runs with its image. */
export interface KeptObservation extends ObservedScans {
  readonly partition: string;
  /** XXH64 of the image. */
  readonly image: string;
  readonly runs: number;
}

interface ObservedFile {
  readonly format: "partita-observed";
  readonly version: 1;
  readonly module: string;
  /** Cycles a second: what the cycles below are. */
  readonly clock: number;
  readonly partitions: readonly KeptObservation[];
}

/** By partition, what earlier runs with the same image saw; null: nothing. @throws an Error that says why the file is of no use. */
export const readObserved = async (
  path: string,
  system: System,
  hasher: Hasher,
): Promise<readonly (KeptObservation | null)[]> => {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  const partitions = text === null ? [] : observationsIn(text, system);
  return system.partitions.map(({ name, image }) => {
    const hash = formatHash(hasher.hash(image));
    return partitions.find((kept) => kept.partition === name && kept.image === hash) ?? null;
  });
};

const observationsIn = (text: string, { name, clock }: System): readonly KeptObservation[] => {
  let file: Partial<ObservedFile> | null;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("it is no JSON");
  }
  if (file?.format !== "partita-observed" || file.version !== 1) throw new Error("it holds no observations of partita");
  if (file.module !== name) throw new Error(`it is of the module ${file.module}`);
  return file.clock === clock ? (file.partitions ?? []) : [];
};

/** The observations of a run added to those before it. */
export const addRun = (
  before: readonly (KeptObservation | null)[],
  run: readonly ObservedScans[],
  { partitions }: System,
  hasher: Hasher,
): readonly KeptObservation[] =>
  partitions.map(({ name, image, index }) => {
    const seen = run[index]!;
    const { runs, scans, least, most, total } = before[index] ?? NOTHING;
    return {
      ...{ partition: name, image: formatHash(hasher.hash(image)), runs: runs + 1, scans: scans + seen.scans },
      least: scans === 0 || (seen.scans > 0 && seen.least < least) ? seen.least : least,
      most: cycles(Math.max(most, seen.most)),
      total: cycles(total + seen.total),
    };
  });

const NOTHING = { runs: 0, scans: 0, least: cycles(0), most: cycles(0), total: cycles(0) };

export const writeObserved = (path: string, system: System, partitions: readonly KeptObservation[]): Promise<void> => {
  const { name: module, clock } = system;
  const file: ObservedFile = { format: "partita-observed", version: 1, module, clock, partitions };
  return replaceFile(path, new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`));
};
