/** What a TASK says of itself: INTERVAL or SINGLE, and PRIORITY (IEC 61131-3 §6.8.2, table 63). */
import type { Expression, TaskDeclaration } from "../syntax/ast.ts";
import { checkExpression } from "./check-expression.ts";
import { INTEGER_LITERAL, isInteger, TIME } from "./types.ts";
import type { ProgramWorld } from "./world.ts";

/** Less urgent than any that says so: 0 is the most urgent. */
export const LEAST_URGENT = 65_536;

interface TaskProperties {
  /** Null: `trigger` releases it. */
  readonly intervalNs: number | null;
  readonly trigger: Expression | null;
  readonly priority: number;
}

/** What is wrong is reported, and any value put in its place. */
export const propertiesOf = (world: ProgramWorld, { name, properties }: TaskDeclaration): TaskProperties => {
  const { problems } = world;
  const given = (key: string): Expression | null => properties.find((each) => each.name.key === key)?.value ?? null;
  const [interval, trigger, priority] = [given("INTERVAL"), given("SINGLE"), given("PRIORITY")];
  for (const { name: property } of properties) {
    if (["INTERVAL", "SINGLE", "PRIORITY"].includes(property.key)) continue;
    problems.error(
      property.at,
      "not-supported",
      `${property.text} of a TASK is not supported`,
      "INTERVAL, SINGLE and PRIORITY are",
    );
  }
  if (interval === null && trigger === null) {
    const hint = `write TASK ${name.text}(INTERVAL := T#20ms, PRIORITY := 0);`;
    problems.error(name.at, "no-interval", `TASK ${name.text} has no INTERVAL`, hint);
  }
  if (interval !== null && trigger !== null) {
    const hint = "an event is looked for in each cycle of the shortest INTERVAL of the others: leave this one out";
    problems.error(interval.at, "event-task", `TASK ${name.text} has both an INTERVAL and an event`, hint);
  }
  return {
    intervalNs: trigger !== null ? null : ((interval && intervalOf(world, interval)) ?? MAX_INTERVAL_NS),
    trigger,
    priority: (priority && priorityOf(world, priority)) ?? LEAST_URGENT - 1,
  };
};

const MTIME_TICK_NS = 100;
/** The start-up code divides by an interval of less than 2^31 mtime ticks. */
export const MAX_INTERVAL_NS = 200e9;

const intervalOf = (world: ProgramWorld, value: Expression): number | null => {
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

const timeConstant = (world: ProgramWorld, value: Expression): number | null => {
  const checked = checkExpression({ world, unit: null, names: new Map() }, value);
  if (checked.kind === "constant" && checked.type === TIME) return Number(checked.value) * 1e6;
  if (checked.type.kind !== "unknown") {
    world.problems.error(
      value.at,
      "type-mismatch",
      "INTERVAL must be a constant TIME",
      "write a duration, like T#20ms",
    );
  }
  return null;
};

const priorityOf = (world: ProgramWorld, value: Expression): number | null => {
  const checked = checkExpression({ world, unit: null, names: new Map() }, value);
  const isNumber = checked.type === INTEGER_LITERAL || isInteger(checked.type);
  if (checked.kind === "constant" && isNumber && typeof checked.value === "bigint") {
    if (checked.value >= 0n && checked.value < LEAST_URGENT - 1) return Number(checked.value);
  }
  if (checked.type.kind !== "unknown") {
    world.problems.error(
      value.at,
      "value-out-of-range",
      `a PRIORITY is a constant from 0, the most urgent, to ${LEAST_URGENT - 2}`,
    );
  }
  return null;
};
