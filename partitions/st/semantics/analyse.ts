/** From trees to a checked program: what is declared, what runs, and every body with its types. */
import type { Problems } from "../problems.ts";
import type { Name, SourceFile, TaskDeclaration } from "../syntax/ast.ts";
import { checkExpression } from "./check-expression.ts";
import { assignsResult, checkStatements } from "./check-statement.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { DirectAddress, Instance, Unit, Variable } from "./symbols.ts";
import { TIME } from "./types.ts";
import { ProgramWorld } from "./world.ts";

export interface Program {
  readonly instance: Instance;
  /** Those that the program calls, directly or not, and itself; called ones first. */
  readonly units: readonly Unit[];
  readonly globals: readonly Variable[];
  /** Every %I, %Q and %M that is named anywhere. */
  readonly addresses: readonly DirectAddress[];
  /** A function of the library with what it calls, in the same order, for operations that come down to it. */
  readonly routine: (key: string) => readonly Unit[];
}

export interface AnalysisOptions {
  /** Period of a program without a TASK, nanoseconds. */
  readonly defaultIntervalNs: number;
  /** Period that replaces every other, nanoseconds. */
  readonly intervalNs: number | null;
  /** The PROGRAM that runs where no CONFIGURATION says it; null: the only one. */
  readonly program: string | null;
}

/** What is compiled together. */
export interface ProgramFiles {
  /** One or more. */
  readonly program: readonly SourceFile[];
  readonly libraries: readonly SourceFile[];
  readonly standard: SourceFile;
}

/** Null when there is nothing to run; the problems say why. */
export const analyse = (files: ProgramFiles, options: AnalysisOptions, problems: Problems): Program | null => {
  const { world, units, calls, routine } = declare(files, problems);
  const isWhole = files.program.every((file) => file.isWhole);
  const instance = findInstance(world, units, options, isWhole);
  const ordered = instance === null ? [] : calls.of(instance.program);
  for (const unit of units) calls.of(unit);
  world.settle();
  if (instance === null) return null;
  return { instance, units: ordered, globals: world.globals(), addresses: world.addresses, routine };
};

/** Of a library: all that its files declare, used or not. */
export const analyseLibrary = (files: ProgramFiles, problems: Problems): void => {
  const { world, units, calls } = declare(files, problems);
  for (const unit of units) calls.of(unit);
  world.settle();
};

/** All declarations of the program's files, and their bodies; of the others what these ask for, without bodies. */
const declare = (files: ProgramFiles, problems: Problems) => {
  const world = new ProgramWorld(files.program[0]!.source, problems);
  for (const file of files.program) world.add(file, "program");
  for (const file of files.libraries) world.add(file, "library");
  world.add(files.standard, "standard");
  const units = world.resolveAll();
  const checked = new Set<Unit>();
  for (const unit of units) checkBody(world, unit, checked);
  const routine = (key: string): readonly Unit[] => {
    const unit = world.unit(key);
    if (unit === null) throw new Error(`the library has no ${key}`);
    return new CallOrder(world, checked).of(unit);
  };
  return { world, units, calls: new CallOrder(world, checked), routine };
};

const checkBody = (world: ProgramWorld, unit: Unit, checked: Set<Unit>): void => {
  if (checked.has(unit)) return;
  checked.add(unit);
  const scope: Scope = { world, unit, names: unit.names };
  unit.body = checkStatements(scope, unit.declaration.body);
  const { result } = unit;
  if (result !== null && !unit.isLibrary && !assignsResult(unit.body, result) && unit.body.length > 0) {
    world.problems.warning(
      unit.at,
      "result-not-assigned",
      `${unit.name} never assigns its result`,
      `assign it: ${unit.name} := …;`,
    );
  }
};

/** Called units before their callers, so that a caller knows what it calls; a cycle is refused (IEC 61131-3 §6.6.1: no recursion). */
class CallOrder {
  readonly #world: ProgramWorld;
  readonly #checked: Set<Unit>;
  readonly #state = new Map<Unit, "open" | "done">();

  constructor(world: ProgramWorld, checked: Set<Unit>) {
    this.#world = world;
    this.#checked = checked;
  }

  /** What `unit` calls, directly or not, and itself, in order; without those that an earlier call gave. */
  of(unit: Unit): readonly Unit[] {
    const ordered: Unit[] = [];
    if (!this.#state.has(unit)) this.#visit(unit, ordered);
    return ordered;
  }

  #visit(unit: Unit, ordered: Unit[]): void {
    checkBody(this.#world, unit, this.#checked);
    this.#state.set(unit, "open");
    for (const callee of unit.calls) {
      if (this.#state.get(callee) === "open") {
        this.#world.problems.error(
          unit.at,
          "recursion",
          `${unit.name} calls ${callee.name}, which leads back to it`,
          "IEC 61131-3 allows no recursion: write a loop",
        );
      } else if (!this.#state.has(callee)) this.#visit(callee, ordered);
    }
    this.#state.set(unit, "done");
    ordered.push(unit);
  }
}

/** `isWhole`: no declaration was lost, so that what is not there is missing indeed. */
const findInstance = (
  world: ProgramWorld,
  units: readonly Unit[],
  options: AnalysisOptions,
  isWhole: boolean,
): Instance | null => {
  const [configuration, ...others] = world.configurations;
  for (const { name } of others) {
    world.problems.error(
      name.at,
      "not-supported",
      "more than one CONFIGURATION is not supported",
      "one file is one partition: move it to a file of its own",
    );
  }
  const named = configuration?.instances.filter(({ name, program }) => isNamed(options.program, name, program)) ?? [];
  if (configuration === undefined || (options.program !== null && named.length === 0))
    return bareInstance(world, units, options, isWhole);
  const [instance, ...more] = named;
  for (const { name } of more) {
    world.problems.error(
      name.at,
      "not-supported",
      "more than one program instance is not supported yet",
      "give each program a partition of its own",
    );
  }
  const [, ...moreTasks] = configuration.tasks;
  for (const { name } of moreTasks) {
    world.problems.error(
      name.at,
      "not-supported",
      "more than one TASK is not supported yet",
      "give each task a partition of its own",
    );
  }
  if (instance === undefined) {
    world.problems.error(
      configuration.name.at,
      "no-program",
      `${configuration.name.text} runs no program`,
      "add: PROGRAM Instance WITH Task : ProgramType;",
    );
    return null;
  }
  const program = units.find(({ key }) => key === instance.program.key);
  if (program?.kind !== "PROGRAM") {
    const hint = didYouMean(
      instance.program.text,
      units.filter(({ kind }) => kind === "PROGRAM").map(({ name }) => name),
    );
    if (isWhole)
      world.problems.error(instance.program.at, "unknown-name", `there is no PROGRAM ${instance.program.text}`, hint);
    return null;
  }
  const intervalNs =
    options.intervalNs ?? taskInterval(world, configuration.tasks, instance.task) ?? options.defaultIntervalNs;
  return { name: instance.name.text, at: instance.name.at, program, intervalNs, configuration };
};

/** By its own name or by that of its PROGRAM; without a wish all are. */
const isNamed = (wanted: string | null, ...names: readonly Name[]): boolean =>
  wanted === null || names.some(({ key }) => key === wanted.toUpperCase());

const bareInstance = (
  world: ProgramWorld,
  units: readonly Unit[],
  options: AnalysisOptions,
  isWhole: boolean,
): Instance | null => {
  const programs = units.filter(({ kind }) => kind === "PROGRAM");
  const [program, second] = programs.filter(
    ({ key }) => options.program === null || key === options.program.toUpperCase(),
  );
  if (program === undefined) {
    const at = { source: world.source, start: 0, end: 0 };
    const names = programs.map(({ name }) => name);
    const [message, hint] =
      options.program === null
        ? ["there is no PROGRAM in this file", "write PROGRAM Main … END_PROGRAM"]
        : [
            `there is no PROGRAM ${options.program}`,
            didYouMean(options.program, names) || `there is ${names.join(", ")}`,
          ];
    if (isWhole) world.problems.error(at, "no-program", message, hint);
    return null;
  }
  if (second !== undefined) {
    const names = programs.map(({ name }) => name).join(", ");
    const message = `several programs (${names}), and no CONFIGURATION that says which one runs`;
    const hint =
      "add a CONFIGURATION with a TASK and: PROGRAM Instance WITH Task : ProgramType; exec and compile take --program NAME";
    world.problems.error(second.at, "no-program", message, hint);
    return null;
  }
  return {
    name: program.name,
    at: program.at,
    program,
    intervalNs: options.intervalNs ?? options.defaultIntervalNs,
    configuration: null,
  };
};

const MTIME_TICK_NS = 100;
/** The start-up code divides by an interval of less than 2^31 mtime ticks. */
const MAX_INTERVAL_NS = 200e9;

/** Null: none is given, or what is given is no interval, which was said. */
const taskInterval = (
  world: ProgramWorld,
  tasks: readonly TaskDeclaration[],
  name: { readonly key: string; readonly text: string; readonly at: Unit["at"] } | null,
): number | null => {
  if (name === null) return null;
  const task = tasks.find((candidate) => candidate.name.key === name.key);
  if (task === undefined) {
    world.problems.error(
      name.at,
      "unknown-name",
      `there is no TASK ${name.text}`,
      didYouMean(
        name.text,
        tasks.map((candidate) => candidate.name.text),
      ),
    );
    return null;
  }
  let interval: number | null = null;
  for (const property of task.properties) {
    if (property.name.key === "INTERVAL") interval = intervalOf(world, property.value);
    else if (property.name.key !== "PRIORITY") {
      world.problems.error(
        property.name.at,
        "not-supported",
        `${property.name.text} of a TASK is not supported yet`,
        "INTERVAL and PRIORITY are",
      );
    }
  }
  if (interval === null && !task.properties.some((property) => property.name.key === "INTERVAL")) {
    world.problems.error(
      task.name.at,
      "no-interval",
      `TASK ${task.name.text} has no INTERVAL`,
      `write TASK ${task.name.text}(INTERVAL := T#20ms, PRIORITY := 0);`,
    );
  }
  return interval;
};

const intervalOf = (world: ProgramWorld, value: TaskDeclaration["properties"][number]["value"]): number | null => {
  // A duration literal keeps its nanoseconds; TIME itself counts whole milliseconds.
  const nanoseconds = value.kind === "duration" ? Number(value.nanoseconds) : timeConstant(world, value);
  if (nanoseconds === null) return null;
  if (nanoseconds > 0 && nanoseconds <= MAX_INTERVAL_NS && nanoseconds % MTIME_TICK_NS === 0) return nanoseconds;
  world.problems.error(
    value.at,
    "bad-interval",
    "an INTERVAL is a whole number of 100 ns ticks, more than 0 and at most 200 s",
  );
  return null;
};

const timeConstant = (world: ProgramWorld, value: TaskDeclaration["properties"][number]["value"]): number | null => {
  const checked = checkExpression({ world, unit: null, names: new Map() }, value);
  if (checked.kind === "constant" && checked.type === TIME) return Number(checked.value) * 1e6;
  if (checked.type.kind !== "unknown")
    world.problems.error(
      value.at,
      "type-mismatch",
      "INTERVAL must be a constant TIME",
      "write a duration, like T#20ms",
    );
  return null;
};
