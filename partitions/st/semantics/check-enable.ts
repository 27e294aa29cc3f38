/** EN and ENO, which every call may have (IEC 61131-3 §6.6.1.6): nothing runs while EN is FALSE; ENO says whether it did. */
import type { Argument } from "../syntax/ast.ts";
import type { Call } from "./check-call.ts";
import { checkAs } from "./check-expression.ts";
import { checkPlace, checkWritable } from "./check-place.ts";
import type { CheckedExpression, CheckedStatement, Place } from "./checked.ts";
import { coerce } from "./convert.ts";
import type { Scope } from "./scope.ts";
import type { Variable } from "./symbols.ts";
import { BOOL } from "./types.ts";

interface Enable {
  readonly condition: CheckedExpression;
  /** Where ENO goes; null: nowhere. */
  readonly eno: Place | null;
}

const TRUE: CheckedExpression = { kind: "constant", type: BOOL, value: true };

/** The call without EN and ENO. A unit that declares an EN or ENO of its own has it as any other parameter. */
export const takeEnable = (
  scope: Scope,
  call: Call,
  parameters: readonly Variable[],
): { readonly call: Call; readonly enable: Enable | null } => {
  const isOwn = (key: string) => parameters.some((parameter) => parameter.key === key && parameter.section !== "local");
  const find = (key: string, direction: Argument["direction"]) =>
    isOwn(key) ? undefined : call.arguments.find((each) => each.name?.key === key && each.direction === direction);
  const [en, eno] = [find("EN", "in"), find("ENO", "out")];
  if (en === undefined && eno === undefined) return { call, enable: null };
  const rest = call.arguments.filter((each) => each !== en && each !== eno);
  const condition = en?.value == null ? TRUE : checkAs(scope, en.value, BOOL);
  return { call: { ...call, arguments: rest }, enable: { condition, eno: enoPlace(scope, eno) } };
};

const enoPlace = (scope: Scope, argument: Argument | undefined): Place | null => {
  if (argument?.value == null) return null;
  const place = checkPlace(scope, argument.value);
  if (place === null || !checkWritable(scope, place, argument.value.at)) return null;
  return coerce(scope, TRUE, place.type, argument.value.at).type.kind === "unknown" ? null : place;
};

export const enabled = (value: CheckedExpression, enable: Enable | null): CheckedExpression =>
  enable === null || (value.kind === "constant" && value.type.kind === "unknown")
    ? value
    : { kind: "enabled", type: value.type, ...enable, value };

/** The same of a call that gives no value, with what goes with it. */
export const enabledStatements = (
  at: Call["at"],
  statements: readonly CheckedStatement[],
  enable: Enable | null,
): readonly CheckedStatement[] => {
  if (enable === null) return statements;
  const tell = (value: boolean): readonly CheckedStatement[] =>
    enable.eno === null ? [] : [{ kind: "assign", at, place: enable.eno, value: { ...TRUE, value } }];
  const branch = { at, condition: enable.condition, body: [...statements, ...tell(true)] };
  return [{ kind: "if", at, branches: [branch], otherwise: tell(false) }];
};
