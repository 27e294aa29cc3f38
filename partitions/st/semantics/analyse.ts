/** From trees to a checked program: what is declared, what runs, and every body with its types. */
import type { Problems } from "../problems.ts";
import type { SourceFile } from "../syntax/ast.ts";
import { bodiesOf, CallOrder } from "./call-order.ts";
import type { Kept } from "./memory.ts";
import { checkLocations, type Placement, placementOf, type Root } from "./placement.ts";
import { type DirectAddress, type Instance, isStatic, type Task, type Unit, type Variable } from "./symbols.ts";
import { findTasks, type TaskOptions } from "./tasks.ts";
import { ProgramWorld, type StandardUnit } from "./world.ts";

export interface Program {
  /** By urgency; each has a program to run. */
  readonly tasks: readonly Task[];
  /** Those that the programs call, directly or not, and themselves; called ones first. */
  readonly units: readonly Unit[];
  /** PROGRAMs that are no instance, but are called by others, or looked into. */
  readonly called: readonly Unit[];
  /** Places of variables of instances in the process image, and initial values of single instances. */
  readonly placement: Placement;
  /** Function blocks and classes, of which instances may be reached through a reference. */
  readonly classes: readonly Unit[];
  readonly globals: readonly Variable[];
  /** Every %I, %Q and %M that is named anywhere. */
  readonly addresses: readonly DirectAddress[];
  /** A function of the library with what it calls, in the same order, for operations that come down to it. */
  readonly routine: (key: string) => readonly Unit[];
}

/** The instances of all tasks. */
export const instancesOf = ({ tasks }: Pick<Program, "tasks">): readonly Instance[] =>
  tasks.flatMap(({ instances }) => instances);

/** Programs with variables of their own, by the names that these are found under. */
export const programsOf = (
  program: Pick<Program, "tasks" | "called">,
): readonly Pick<Instance, "name" | "program">[] => [
  ...instancesOf(program),
  ...program.called.map((unit) => ({ name: unit.name, program: unit })),
];

/** What the points and ports in a program begin with: those of another instance of a PROGRAM, which is a copy of it, bear its name. */
export const prefixOf = ({ name, program }: Pick<Instance, "name" | "program">): string =>
  program.key === program.name.toUpperCase() ? "" : `${name}.`;

/** What is compiled together. */
export interface ProgramFiles {
  /** One or more. */
  readonly program: readonly SourceFile[];
  readonly libraries: readonly SourceFile[];
  readonly standard: readonly StandardUnit[];
}

/** `program`: null when there is nothing to run; the problems say why. */
export const analyse = (
  files: ProgramFiles,
  options: TaskOptions,
  problems: Problems,
  before: Kept,
): { readonly program: Program | null; readonly kept: Kept } => {
  const { world, units, calls, checked, routine } = declare(files, problems, before);
  const isWhole = files.program.every((file) => file.isWhole);
  const tasks = findTasks(world, units, options, isWhole);
  const instances = tasks.flatMap((task) => task.instances);
  // The body of a connection is there already.
  for (const { entry, program } of instances) if (entry !== program) checked.add(entry);
  const ordered = instances.flatMap(({ entry }) => calls.of(entry));
  for (const unit of units.flatMap(bodiesOf)) calls.of(unit);
  const called = calledPrograms(ordered, instances);
  const roots = () => rootsOf(world, { tasks, units: ordered, called });
  const isAll = tasks.length > 0 && options.program === null && options.test === null;
  const wishes = checkLocations(world, roots(), isAll);
  const kept = world.settle();
  if (tasks.length === 0) return { program: null, kept };
  const program = {
    ...{ tasks, units: ordered, called, placement: placementOf(roots(), wishes), routine },
    ...{ classes: world.classes(), globals: world.globals(), addresses: world.addresses },
  };
  return { program, kept };
};

/** What belongs to a class, and what a class extends, uses the variables that stand there once. */
export const withClasses = (units: readonly Unit[]): readonly Unit[] => {
  const all = new Set(units);
  for (const unit of all) for (const each of [unit.owner, unit.base]) if (each !== null) all.add(each);
  return [...all];
};

/** Variables that may hold located ones, or that VAR_CONFIG may name. */
const rootsOf = (world: ProgramWorld, program: Pick<Program, "tasks" | "units" | "called">): readonly Root[] => {
  const programs = programsOf(program);
  const own = new Set(programs.map((each) => each.program));
  const ofUnit = (unit: Unit): readonly Root[] =>
    unit.variables.filter(isStatic).map((variable) => {
      const path = `${unit.name}.${variable.name}`;
      return { path, name: path, variable };
    });
  return [
    ...world.globals().map((variable) => ({ path: variable.name, name: variable.name, variable })),
    ...programs.flatMap((each) => {
      const kept = each.program.variables.filter(({ section }) => section !== "temp");
      return kept.map((variable) => ({
        ...{ path: `${each.name}.${variable.name}`, name: `${prefixOf(each)}${variable.name}`, variable },
      }));
    }),
    ...withClasses(program.units)
      .filter((unit) => !own.has(unit))
      .flatMap(ofUnit),
  ];
};

const calledPrograms = (units: readonly Unit[], instances: readonly Instance[]): readonly Unit[] => {
  const own = new Set(instances.map(({ program }) => program));
  const named = units.flatMap((unit) => [...(unit.kind === "PROGRAM" ? [unit] : []), ...unit.programs]);
  return [...new Set(named)].filter(
    (program) => !own.has(program) && !instances.some(({ entry }) => entry === program),
  );
};

/** Of a library: all that its files declare, used or not. */
export const analyseLibrary = (files: ProgramFiles, problems: Problems, before: Kept) => {
  const { world, units, calls } = declare(files, problems, before);
  const bodies = units.flatMap(bodiesOf);
  for (const unit of bodies) calls.of(unit);
  const kept = world.settle();
  return { units: bodies, classes: world.classes(), kept };
};

/** All declarations of the program's files, and their bodies; of the others what these ask for, without bodies. */
const declare = (files: ProgramFiles, problems: Problems, before: Kept) => {
  const world = new ProgramWorld(files.program[0]!.source, problems, before);
  for (const file of files.program) world.add(file, "program");
  for (const file of files.libraries) world.add(file, "library");
  world.addStandard(files.standard);
  const units = world.resolveAll();
  const checked = new Set<Unit>();
  const calls = new CallOrder(world, checked);
  for (const unit of units.flatMap(bodiesOf)) calls.check(unit);
  const routine = (key: string): readonly Unit[] => {
    const unit = world.unit(key);
    if (unit === null) throw new Error(`the library has no ${key}`);
    return new CallOrder(world, checked).of(unit);
  };
  return { world, units, calls, checked, routine };
};
