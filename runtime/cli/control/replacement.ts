/** Another program for a partition of a running module: made of a file as the config would have it, and refused where it does not fit. */
import { compileProgram, type ProgramInfo } from "../../../partitions/st/index.ts";
import { type Program, programOf } from "../../hypervisor/index.ts";
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
  if (is === undefined || frameOf(loaded.system, index, hasher) !== frameOf(system, index, hasher)) {
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

/** All of a module but what a program brings to one of its partitions, in one text. */
const frameOf = (system: System, replaced: number, hasher: Hasher): string => {
  const partitions = system.partitions.map(({ index, engine, image, ...partition }) =>
    index === replaced
      ? { ...partition, imagePath: "", points: [], areas: null, tasks: [] }
      : { ...partition, image: formatHash(hasher.hash(image)) },
  );
  return JSON.stringify({ ...system, digest: "", partitions });
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
