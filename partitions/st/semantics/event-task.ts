/**
 * `TASK Alarm(SINGLE := tripped, PRIORITY := 0);`: its programs run once for each rise of the BOOL (IEC 61131-3 §6.8.2, table 63). It
 * is looked for at the start of the scan, in every cycle of the shortest INTERVAL: as on a PLC without interrupts from the plant.
 */
import { type Expression, type Name, PLAIN_UNIT, type UnitDeclaration } from "../syntax/ast.ts";
import { checkAs } from "./check-expression.ts";
import type { CheckedExpression, CheckedStatement } from "./checked.ts";
import { unitOf } from "./declare-unit.ts";
import { both, not, placeOf, read } from "./edges.ts";
import { hiddenVariable, type Instance, type Unit, type Variable } from "./symbols.ts";
import { BOOL, UNKNOWN } from "./types.ts";
import type { ProgramWorld } from "./world.ts";

/** The instances of the task that `trigger` releases: the first one looks, for all of them. */
export const onRise = (
  world: ProgramWorld,
  task: Name,
  trigger: Expression,
  instances: readonly Instance[],
): readonly Instance[] => {
  const [before, rose] = ["before", "rose"].map((what) => standing(task, what)) as [Variable, Variable];
  return instances.map((instance, position) => {
    const isFirst = position === 0;
    const entry = { ...entryFor(world, instance), variables: isFirst ? [before, rose] : [] };
    const { at } = trigger;
    const look = isFirst ? detect(checkTrigger(world, entry, trigger), before, rose, at) : [];
    const run = { at, condition: read(rose), body: runOf(entry, instance) };
    entry.body = [...look, { kind: "if", at, branches: [run], otherwise: [] }];
    return { ...instance, entry };
  });
};

/** Two underscores: no unit and no variable of the program has this name. */
const hiddenName = ({ at, text }: Name, what: string): Name => ({
  ...{ at, text: `${text}__${what}` },
  key: `${text.toUpperCase()}__${what.toUpperCase()}`,
});

const entryFor = (world: ProgramWorld, { name, at }: Instance): Unit => {
  const symbol = hiddenName({ at, text: name, key: name.toUpperCase() }, "event");
  const declaration: UnitDeclaration = { ...PLAIN_UNIT, at, unit: "PROGRAM", name: symbol };
  return unitOf(world.space, declaration, true);
};

/** The program, or what its connections have made of a call of it. */
const runOf = (entry: Unit, { at, program, entry: connected }: Instance): readonly CheckedStatement[] => {
  if (connected !== program) {
    for (const unit of connected.calls) entry.calls.add(unit);
    for (const unit of connected.programs) entry.programs.add(unit);
    return connected.body;
  }
  entry.calls.add(program);
  const call: CheckedExpression = { kind: "call", type: UNKNOWN, unit: program, receiver: null, arguments: [] };
  return [{ kind: "evaluate", at, value: call }];
};

const checkTrigger = (world: ProgramWorld, entry: Unit, trigger: Expression): CheckedExpression => {
  const value = checkAs({ world, unit: entry, names: new Map() }, trigger, BOOL);
  if (value.kind === "constant" && value.type === BOOL) {
    const hint = "name a BOOL of VAR_GLOBAL or at %I; for a task that runs in every cycle, write INTERVAL";
    world.problems.error(trigger.at, "event-task", "what never changes releases no task", hint);
  }
  return value;
};

/** The trigger is computed once. */
const detect = (
  trigger: CheckedExpression,
  before: Variable,
  rose: Variable,
  at: Expression["at"],
): readonly CheckedStatement[] => [
  { kind: "assign", at, place: placeOf(rose), value: not(read(before)) },
  { kind: "assign", at, place: placeOf(before), value: trigger },
  { kind: "assign", at, place: placeOf(rose), value: both(read(rose), read(before)) },
];

/** Of a PROGRAM that the user did not write: it stands for the whole run, and is not shown. */
const standing = (task: Name, what: string): Variable => hiddenVariable(hiddenName(task, what), BOOL, "static");
