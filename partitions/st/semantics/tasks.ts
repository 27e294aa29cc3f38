/** What runs and when: the program instances of the CONFIGURATION and their tasks (IEC 61131-3 §6.8). */
import type { ConfigurationDeclaration, InstanceDeclaration, Name } from "../syntax/ast.ts";
import { textOf } from "../syntax/source-text.ts";
import { bodiesOf } from "./call-order.ts";
import { connected } from "./connections.ts";
import { onRise } from "./event-task.ts";
import { didYouMean } from "./suggestion.ts";
import type { Instance, Task, Unit } from "./symbols.ts";
import { LEAST_URGENT, MAX_INTERVAL_NS, propertiesOf } from "./task-properties.ts";
import type { ProgramWorld } from "./world.ts";

export interface TaskOptions {
  /** Period of a program without a TASK, nanoseconds. */
  readonly defaultIntervalNs: number;
  /** Period that replaces that of a program with one task, nanoseconds. */
  readonly intervalNs: number | null;
  /** The PROGRAM that runs, by its own name or by that of an instance; null: what the CONFIGURATION says, or the only one. */
  readonly program: string | null;
  /** The TEST that is to be run, by its name with its quotes; null: none is. */
  readonly test: string | null;
}

/** What runs in a partition at most. */
const MOST_TASKS = 32;

/**
 * By urgency, and in the order of declaration among equals. Programs that have no TASK are a task of their own, less urgent than
 * the others. Empty when there is nothing to run; the problems say why. `isWhole`: no declaration was lost, so that what is not
 * there is missing indeed.
 */
export const findTasks = (
  world: ProgramWorld,
  units: readonly Unit[],
  options: TaskOptions,
  isWhole: boolean,
): readonly Task[] => {
  if (options.test !== null) return testTask(units, options.test);
  const [configuration, ...others] = world.configurations;
  for (const { name } of others) {
    world.problems.error(
      name.at,
      "not-supported",
      "more than one CONFIGURATION is not supported",
      "one file is one partition: move it to a file of its own",
    );
  }
  const instances =
    configuration?.instances.filter(({ name, program }) => isNamed(options.program, name, program)) ?? [];
  if (configuration === undefined || (options.program !== null && instances.length === 0)) {
    return bareTask(world, units, options, isWhole);
  }
  const tasks = tasksOf(world, { ...configuration, instances }, units, options, isWhole);
  const [only, ...more] = tasks;
  return only !== undefined && more.length === 0 && options.intervalNs !== null
    ? [{ ...only, intervalNs: options.intervalNs }]
    : tasks;
};

/** Its one scan comes to its end: no release interrupts it. */
const testTask = (units: readonly Unit[], test: string): readonly Task[] => {
  const program = units.find(({ kind, key }) => kind === "TEST" && key === test);
  if (program === undefined) return [];
  return [
    {
      name: null,
      intervalNs: MAX_INTERVAL_NS,
      event: null,
      rank: 0,
      instances: [{ name: test, at: program.at, program, entry: program }],
    },
  ];
};

const isNamed = (wanted: string | null, ...names: readonly Name[]): boolean =>
  wanted === null || names.some(({ key }) => key === wanted.toUpperCase());

const bareTask = (
  world: ProgramWorld,
  units: readonly Unit[],
  options: TaskOptions,
  isWhole: boolean,
): readonly Task[] => {
  const programs = units.filter(({ kind }) => kind === "PROGRAM");
  const wanted = options.program?.toUpperCase() ?? null;
  const [program, second] =
    wanted === null ? withoutCallers(units, programs) : programs.filter(({ key }) => key === wanted);
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
    return [];
  }
  if (second !== undefined) {
    const names = programs.map(({ name }) => name).join(", ");
    const message = `several programs (${names}), and no CONFIGURATION that says which one runs`;
    const hint =
      "add a CONFIGURATION with a TASK and: PROGRAM Instance WITH Task : ProgramType; exec and compile take --program NAME";
    world.problems.error(second.at, "no-program", message, hint);
    return [];
  }
  const intervalNs = options.intervalNs ?? options.defaultIntervalNs;
  return [
    {
      name: null,
      intervalNs,
      event: null,
      rank: 0,
      instances: [{ name: program.name, at: program.at, program, entry: program }],
    },
  ];
};

/** Programs that no other calls; all, when each has a caller. */
const withoutCallers = (units: readonly Unit[], programs: readonly Unit[]): readonly Unit[] => {
  const called = new Set(units.flatMap(bodiesOf).flatMap(({ calls }) => [...calls]));
  const free = programs.filter((program) => !called.has(program));
  return free.length === 0 ? programs : free;
};

const tasksOf = (
  world: ProgramWorld,
  configuration: ConfigurationDeclaration,
  units: readonly Unit[],
  options: TaskOptions,
  isWhole: boolean,
): readonly Task[] => {
  const { problems } = world;
  const found = configuration.instances.flatMap((declared) => {
    const instance = instanceOf(world, declared, units, isWhole);
    return instance === null ? [] : [{ task: declared.task, instance, connections: declared.connections }];
  });
  const instances = separate(world, found).map((each) => ({
    ...each,
    instance: connected(world, each.instance, each.connections),
  }));
  if (configuration.instances.length === 0) {
    problems.error(
      configuration.name.at,
      "no-program",
      `${configuration.name.text} runs no program`,
      "add: PROGRAM Instance WITH Task : ProgramType;",
    );
  }
  const names = configuration.tasks.map(({ name }) => name);
  for (const { task } of instances) {
    if (task === null || names.some(({ key }) => key === task.key)) continue;
    const hint = didYouMean(
      task.text,
      names.map(({ text }) => text),
    );
    problems.error(task.at, "unknown-name", `there is no TASK ${task.text}`, hint);
  }
  const free = instances.filter(({ task }) => task === null).map(({ instance }) => instance);
  const others = {
    ...{ name: null, event: null, intervalNs: options.defaultIntervalNs, priority: LEAST_URGENT },
    instances: free,
  };
  const declared = configuration.tasks.map((task) => ({
    ...propertiesOf(world, task),
    task: task.name,
    instances: instances.filter((each) => each.task?.key === task.name.key).map(({ instance }) => instance),
  }));
  const periodic = [...declared, others].filter(({ instances: own }) => own.length > 0);
  const periods = periodic.flatMap(({ intervalNs }) => intervalNs ?? []);
  const cycleNs = periods.length === 0 ? options.defaultIntervalNs : Math.min(...periods);
  const timed = declared.map(({ intervalNs, priority, trigger, task, instances: own }) => ({
    ...{ name: task.text, priority, intervalNs: intervalNs ?? cycleNs, event: trigger && textOf(trigger.at) },
    instances: trigger === null ? own : onRise(world, task, trigger, own),
  }));
  const used = [...timed, others].filter((task) => task.instances.length > 0);
  for (const task of configuration.tasks.slice(MOST_TASKS)) {
    problems.error(task.name.at, "too-large", `a partition has at most ${MOST_TASKS} tasks`, "use another partition");
  }
  used.sort((a, b) => a.priority - b.priority);
  return used.map(({ priority, ...task }) => ({
    ...task,
    rank: used.findIndex((other) => other.priority === priority),
  }));
};

const instanceOf = (
  world: ProgramWorld,
  { name, program: wanted }: InstanceDeclaration,
  units: readonly Unit[],
  isWhole: boolean,
): Instance | null => {
  const program = units.find(({ key }) => key === wanted.key);
  if (program?.kind === "PROGRAM") return { name: name.text, at: name.at, program, entry: program };
  const programs = units.filter(({ kind }) => kind === "PROGRAM").map((unit) => unit.name);
  const hint = didYouMean(wanted.text, programs);
  if (isWhole) world.problems.error(wanted.at, "unknown-name", `there is no PROGRAM ${wanted.text}`, hint);
  return null;
};

/** Each instance of a program has variables of its own. Those at an address stand in one place, as all that has this address does. */
const separate = <T extends { readonly instance: Instance }>(
  world: ProgramWorld,
  instances: readonly T[],
): readonly T[] => {
  const names = new Set<string>();
  const originals = originalsOf(instances.map(({ instance }) => instance));
  return instances.map((each) => {
    const { name, at, program } = each.instance;
    if (names.has(name.toUpperCase())) world.problems.error(at, "duplicate-name", `${name} is declared twice`);
    names.add(name.toUpperCase());
    if (originals.get(program) === each.instance) return each;
    warnOfShared(world, each.instance);
    const copy = world.copyOf(program, name);
    return { ...each, instance: { ...each.instance, program: copy, entry: copy } };
  });
};

/** Of each program the instance that is no copy of it: the one of its own name, or else the first. */
const originalsOf = (instances: readonly Instance[]): ReadonlyMap<Unit, Instance> => {
  const originals = new Map<Unit, Instance>();
  for (const instance of instances) {
    const { name, program } = instance;
    if (!originals.has(program) || name.toUpperCase() === program.key) originals.set(program, instance);
  }
  return originals;
};

/** Of outputs the instances undo each other's values. */
const warnOfShared = ({ problems }: ProgramWorld, { name, at, program }: Instance): void => {
  const shared = program.variables.find(({ address }) => address?.area === "output" && address.isFloating !== true);
  if (shared === undefined) return;
  problems.warning(
    at,
    "shared-address",
    `${name} writes to the same address as another instance of ${program.name}: ${shared.name} stands there once`,
    "declare it AT %Q*: each instance has a place of its own, which VAR_CONFIG can give",
  );
};
