/** Another program for a partition of a running module: made of a file as the config would have it, and refused where it does not fit. */
import { isDeepStrictEqual } from "node:util";
import { compileProgram, type ProgramInfo } from "../../../partitions/st/index.ts";
import { type ModuleState, type Program, programOf } from "../../hypervisor/index.ts";
import { loadSystem } from "../../index.ts";
import { formatProblem } from "../../problem.ts";
import { lengthOf, type Partition, type Point, type System } from "../../system.ts";
import { formatHash, type Hasher } from "../../trace/index.ts";
import { Refused } from "./refused.ts";

export interface Replacement {
  readonly program: Program;
  /** null for an image that is no compiled program. */
  readonly info: ProgramInfo | null;
}

/** What is known of a partition's program. */
export interface Known {
  readonly partition: Partition;
  /** null for an image that is no compiled program, or one whose source is gone. */
  readonly info: ProgramInfo | null;
}

export interface RestoredProgram {
  readonly known: Known;
  /** A rollback returns to the config's program. */
  readonly replacedConfigs: boolean;
}

/** By partition, what a snapshot has brought in place of the config's program. */
export const restoredPrograms = async (
  system: System,
  start: ModuleState | null,
  hasher: Hasher,
): Promise<ReadonlyMap<number, RestoredProgram>> => {
  const restored = new Map<number, RestoredProgram>();
  for (const [index, held] of start?.partitions.entries() ?? []) {
    if (held === null || held.program === null) continue;
    const partition = { ...system.partitions[index]!, ...held.program };
    const info = await infoOf(system, partition, hasher);
    restored.set(index, { known: { partition, info }, replacedConfigs: held.former?.program === null });
  }
  return restored;
};

/** The image does not have its program's types: its source does, if it still makes this image. */
const infoOf = async (system: System, partition: Partition, hasher: Hasher): Promise<ProgramInfo | null> => {
  try {
    const { program, info } = await loadReplacement(system, partition, partition.imagePath, hasher);
    return hasher.hash(program.image) === hasher.hash(partition.image) ? info : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
};

/** @param file a Structured Text program (.st) or an ELF image. @throws Refused with all that speaks against it. */
export const loadReplacement = async (
  system: System,
  { index, name }: Partition,
  file: string,
  hasher: Hasher,
): Promise<Replacement> => {
  const infos = new Map<Uint8Array, ProgramInfo>();
  const compile: typeof compileProgram = (...sources) => {
    const compiled = compileProgram(...sources);
    if (compiled.ok) infos.set(compiled.elf, compiled.program);
    return compiled;
  };
  const loaded = await loadSystem(system.configPath, compile, { partition: name, file });
  if (!loaded.ok) throw doesNotFit(name, file, loaded.problems.map(formatProblem));
  const is = loaded.system.partitions[index];
  if (is === undefined || !isDeepStrictEqual(frameOf(loaded.system, index, hasher), frameOf(system, index, hasher))) {
    const hint = "start the module anew to have what was changed";
    throw new Refused("config-changed", "the module's config or another program of it has changed", null, hint);
  }
  const was = system.partitions[index]!;
  const reasons = differencesOf(was.points, is.points);
  if (reasons.length > 0) throw doesNotFit(name, file, reasons);
  const points = was.points.map((point) => relocated(point, is.points));
  return { program: { ...programOf(is), points }, info: infos.get(is.image) ?? null };
};

const doesNotFit = (name: string, file: string, reasons: readonly string[]): Refused =>
  new Refused("does-not-fit", `${file} cannot replace the program of ${name}:\n${reasons.join("\n")}`, "file", FITS);

const FITS = "a program that replaces another has its points and fits into its memory and its slots";

/** All of a module but what a program brings to one of its partitions, and the paths by which files were read. */
const frameOf = (system: System, replaced: number, hasher: Hasher): object => {
  const partitions = system.partitions.map(({ index, engine, image, imagePath, ...partition }) =>
    index === replaced
      ? { ...partition, points: [], areas: null, tasks: [] }
      : { ...partition, image: formatHash(hasher.hash(image)) },
  );
  return { ...system, digest: "", partitions };
};

const differencesOf = (was: readonly Point[], is: readonly Point[]): readonly string[] => {
  const now = new Map(is.map((point) => [point.name, point]));
  const changed = was.flatMap(({ name, type, bytes, direction }) => {
    const point = now.get(name);
    now.delete(name);
    if (point === undefined) return [`it has no point ${name}`];
    if (point.type === type && point.direction === direction) {
      if (point.bytes === bytes) return [];
      return [
        `its point ${name} holds ${lengthOf(point)} characters; the module has it with ${lengthOf({ type, bytes })}`,
      ];
    }
    return [`its point ${name} is ${point.type}, ${point.direction}; the module has it as ${type}, ${direction}`];
  });
  return [...changed, ...[...now.keys()].map((name) => `it has a point ${name}, which the module does not have`)];
};

/** The same point at its new place. */
const relocated = (was: Point, points: readonly Point[]): Point => {
  const { address, bit, initial } = points.find(({ name }) => name === was.name)!;
  return { ...was, address, bit, initial };
};
