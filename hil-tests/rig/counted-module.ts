/**
 * A module whose Structured Text is counted while it runs: its programs are compiled without optimisation, so that every statement
 * has instructions of its own, and interpreted. Their points and messages are the same; only the cycles that they need are not.
 */
import { type CodeMap, Compiler, type CoverableUnit, Coverage, type FileCoverage } from "../../partitions/st/index.ts";
import { ExecutionCounts, interpretCounting } from "../../runtime/hart/index.ts";
import { engineOf, type StCompilation } from "../../runtime/index.ts";
import type { Partition, System } from "../../runtime/system.ts";
import { loadWith } from "./load.ts";

interface CountedProgram {
  readonly elf: Uint8Array;
  readonly codeMap: CodeMap;
  readonly coverable: readonly CoverableUnit[];
}

export interface CountedModule {
  readonly system: System;
  readonly programs: readonly CountedProgram[];
}

/** Where a test does not say whether to count. */
export const countsByDefault = (): boolean => process.env["PARTITA_COVERAGE"] === "1";

const loaded = new Map<string, Promise<CountedModule>>();

/** Once a process. @throws with every problem of the config. */
export const loadCounted = (configPath: string): Promise<CountedModule> => {
  const known = loaded.get(configPath) ?? load(configPath);
  loaded.set(configPath, known);
  return known;
};

const load = async (configPath: string): Promise<CountedModule> => {
  const programs: CountedProgram[] = [];
  const compiler = new Compiler();
  const compile = (...[sources, libraries]: Parameters<Compiler["findTests"]>): StCompilation => {
    const compiled = compiler.compile(sources, { libraries: libraries ?? [], optimize: false });
    const found = compiler.findTests(sources, libraries);
    if (compiled.ok && found.ok) {
      programs.push({ elf: compiled.elf, codeMap: compiled.codeMap, coverable: found.coverable() });
    }
    return compiled;
  };
  const system = await loadWith(configPath, compile);
  return { system, programs };
};

/** Counts over one run of the module. */
export class RunCounts {
  readonly #programs: ReadonlyMap<Partition, CountedProgram>;
  readonly #counts = new Map<Partition, ExecutionCounts>();

  constructor({ system, programs }: CountedModule) {
    const programOf = (partition: Partition) => programs.find(({ elf }) => isSame(elf, partition.image));
    this.#programs = new Map(
      system.partitions.flatMap((partition) => {
        const program = programOf(partition);
        return program === undefined ? [] : [[partition, program]];
      }),
    );
  }

  /** For `ModuleOptions`. */
  readonly engineOf = (partition: Partition): ReturnType<typeof engineOf> => {
    if (!this.#programs.has(partition)) return engineOf(partition);
    const counts = new ExecutionCounts(partition.image.length);
    this.#counts.set(partition, counts);
    return interpretCounting(counts);
  };

  /** By file. */
  get coverage(): readonly FileCoverage[] {
    const coverage = new Coverage([...this.#programs.values()].flatMap(({ coverable }) => coverable));
    for (const [partition, { codeMap }] of this.#programs) coverage.add(codeMap, this.#counts.get(partition)!);
    return coverage.files;
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
