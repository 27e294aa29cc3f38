/** `partita plan`: makes a slot table from what the partitions of a module require, shows it, and writes it into the file. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { loadRequirements, type ModuleRequirements, showDuration, writeSchedule } from "../config/index.ts";
import {
  type Demand,
  hyperperiodOf,
  jobCount,
  openSolver,
  type Plan,
  plan,
  type Requirement,
} from "../planning/index.ts";
import { formatProblem } from "../problem.ts";
import { cycles, type Nanoseconds, toNanoseconds } from "../units.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { durationOption } from "./options.ts";
import { slotPicture } from "./slot-picture.ts";

interface PlanVerbOptions {
  readonly schedule?: string;
  readonly write?: true;
  readonly timeout: Nanoseconds;
  readonly json?: true;
}

type Planned = Plan & { readonly kind: "planned" };

const DEFAULT_TIMEOUT = durationOption("20s");
/** A table with more jobs than this helps nobody: periods without a small common multiple are a mistake. */
const MOST_JOBS = 5000;

export const addPlan = (program: Command, environment: CliEnvironment): void => {
  program
    .command("plan")
    .description("make a slot table from what the partitions require: period, duration, deadline, jitter, order, hart")
    .argument("<module>", "MODULE.yaml; its schedules need not be there yet")
    .option("--schedule <name>", "the schedule that it is to be; left out: the first, or a new one called normal")
    .option("--write", "write the table into the file, in place of that schedule's slots")
    .option("--timeout <time>", "how long to look for each kind of table", durationOption, DEFAULT_TIMEOUT)
    .option("--json", "print the table, or the requirements that clash, as one JSON object")
    .action((path: string, options: PlanVerbOptions) => planModule(path, options, environment));
};

const planModule = async (path: string, options: PlanVerbOptions, environment: CliEnvironment): Promise<void> => {
  const { stdout, stderr, exitWith } = environment;
  const loaded = await loadRequirements(path);
  if (!loaded.ok) {
    for (const problem of loaded.problems) stderr.write(`${formatProblem(problem)}\n`);
    throw new UserError(`${path} has ${counted(loaded.problems.length, "problem")}`);
  }
  const { requirements } = loaded;
  const name = scheduleName(requirements, options);
  const found = await search(requirements, options.timeout);
  if (options.json) stdout.write(`${JSON.stringify(asJson(found, requirements), null, 2)}\n`);
  if (found.kind === "planned") {
    if (!options.json) stdout.write(report(found, requirements, name));
    if (options.write) await write(path, found, requirements, name, environment);
  } else if (found.kind === "clash") {
    if (!options.json) stdout.write(clashReport(found.requirements, requirements));
    exitWith(EXIT.failed);
  } else {
    stderr.write(`${UNKNOWN}\n`);
    exitWith(EXIT.limit);
  }
};

const UNKNOWN =
  "partita: the time ran out before there was a table, or a proof that there is none; try a longer --timeout, or allow some jitter";

const scheduleName = ({ schedules }: ModuleRequirements, { schedule }: PlanVerbOptions): string => {
  if (schedule === undefined) return schedules[0] ?? "normal";
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(schedule)) return schedule;
  throw new UserError(`"${schedule}" cannot be a schedule's name: a name is of letters, digits and _`);
};

const demandsOf = ({ partitions }: ModuleRequirements): readonly Demand[] =>
  partitions.map(({ name, requirement }) => ({ partition: name, ...requirement }));

const search = async (requirements: ModuleRequirements, timeout: Nanoseconds): Promise<Plan> => {
  const demands = demandsOf(requirements);
  const hyperperiod = hyperperiodOf(demands);
  if (jobCount(demands, hyperperiod) > MOST_JOBS) {
    const periods = [...new Set(demands.map(({ period }) => period))].sort((a, b) => a - b);
    const shown = periods.map((period) => showDuration(period, requirements.clock)).join(", ");
    throw new UserError(
      `the periods ${shown} have no common multiple that is small enough for a table; choose periods that divide each other`,
    );
  }
  const { z3, close } = await openSolver();
  try {
    return await plan(z3, demands, { harts: requirements.harts, timeoutMs: timeout / 1e6 });
  } finally {
    await close();
  }
};

const MANNER_WORDS: Readonly<Record<Planned["manner"], string>> = {
  periodic: "all slots lie whole periods apart",
  shifted: "slots lie where there is room within their periods",
  divided: "long durations are divided into several slots",
};

const report = (found: Planned, requirements: ModuleRequirements, name: string): string => {
  const { clock, harts, partitions } = requirements;
  const { majorFrame, slots, manner } = found;
  const indexOf = (partition: string): number => partitions.findIndex((one) => one.name === partition);
  const pictured = slots.map((slot) => ({
    hart: slot.hart,
    partition: indexOf(slot.partition),
    start: cycles(slot.start),
    duration: cycles(slot.duration),
  }));
  const picture = slotPicture({
    clock,
    harts,
    partitions,
    schedule: { majorFrame: cycles(majorFrame), slots: pictured },
  });
  const frame = showDuration(majorFrame, clock);
  const title = `schedule ${name} · major frame ${frame} · ${counted(slots.length, "slot")} · ${MANNER_WORDS[manner]}\n`;
  const rows = slots.map(
    ({ partition, hart, start, duration }) =>
      `  hart ${hart}  ${showDuration(start, clock).padStart(11)}  ${showDuration(duration, clock).padStart(11)}  ${partition}\n`,
  );
  return `${title}\n${picture}\n${rows.join("")}`;
};

const clashReport = (clash: readonly Requirement[], { partitions, clock, harts }: ModuleRequirements): string => {
  const show = (time: number): string => showDuration(time, clock);
  const lines = clash.map(({ partition, kind, of }) => {
    const { period, duration, deadline, jitter, hart } = partitions.find(({ name }) => name === partition)!.requirement;
    const words = {
      duration: `needs ${show(duration)} in every ${show(period)}`,
      deadline: `has had it ${show(deadline)} after the start of each period`,
      jitter: `starts at most ${show(jitter ?? 0)} apart, seen from the starts of its periods`,
      after: `comes after ${of}`,
      hart: `is on hart ${hart}`,
    };
    return `  ${partition} ${words[kind]}\n`;
  });
  const where = harts === 1 ? "one hart" : counted(harts, "hart");
  return `no slot table on ${where} keeps all of these:\n${lines.join("")}without any one of them there may be one: relax one, or add a hart\n`;
};

const write = async (
  path: string,
  { majorFrame, slots }: Planned,
  { text, clock }: ModuleRequirements,
  name: string,
  { stdout }: CliEnvironment,
): Promise<void> => {
  const show = (time: number): string => showDuration(time, clock);
  const written = writeSchedule(text, {
    name,
    majorFrame: show(majorFrame),
    slots: slots.map(({ partition, hart, start, duration }) => {
      return { partition, start: show(start), duration: show(duration), hart };
    }),
  });
  if (written === null) {
    const message = `${path} is laid out so that a schedule cannot be written into it; write the keys under \`schedules:\` on lines of their own`;
    throw new UserError(message, EXIT.failed);
  }
  await writeFile(path, written).catch((error: Error) => {
    throw new UserError(`the table cannot be written: ${error.message}`);
  });
  stdout.write(`\nwritten into ${path}\n`);
};

const asJson = (found: Plan, { clock }: ModuleRequirements): object => {
  const ns = (time: number): number => toNanoseconds(cycles(time), clock);
  if (found.kind !== "planned") return { ok: false, ...found };
  const slots = found.slots.map(({ partition, hart, start, duration }) => {
    return { partition, hart, startNs: ns(start), durationNs: ns(duration) };
  });
  return { ok: true, kind: found.kind, manner: found.manner, majorFrameNs: ns(found.majorFrame), slots };
};
