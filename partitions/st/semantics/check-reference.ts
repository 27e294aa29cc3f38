/** Arguments that are passed by reference: VAR_IN_OUT, VAR_OUTPUT of functions, arrays of any length (IEC 61131-3 §6.5.2.2). */
import type { Argument, Expression } from "../syntax/ast.ts";
import type { Call } from "./check-call.ts";
import { checkExpression } from "./check-expression.ts";
import { checkPlace, checkWritable } from "./check-place.ts";
import type { Place } from "./checked.ts";
import { coerce } from "./convert.ts";
import { hasAddress, refersTo } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import type { Variable } from "./symbols.ts";
import { BOOL, nameOf } from "./types.ts";

/** Null for an output that nobody wants, and after a problem. */
export const checkReference = (
  scope: Scope,
  call: Call,
  variable: Variable,
  argument: Argument | undefined,
): Place | null => {
  const { problems } = scope.world;
  const isRead = variable.section === "input" || variable.readOnly;
  if (argument?.value == null) {
    if (variable.section !== "output" && argument === undefined) {
      const what = variable.section === "input" ? `needs ${nameOf(variable.type)}` : "is VAR_IN_OUT";
      const message = `${variable.name} ${what} and must be given`;
      problems.error(call.at, "arguments", message, `write ${variable.name} := some variable`);
    }
    return null;
  }
  const { value } = argument;
  if (isRead) return checkReadOnly(scope, value, variable);
  const place = checkPlace(scope, value);
  if (place === null || !checkWritable(scope, place, value.at)) return null;
  // An output is copied to a bit when the call is over.
  const isCopied = variable.section === "output" && variable.type === BOOL && place.type === BOOL;
  if (!hasAddress(place) && !isCopied) {
    const hint = "pass a BOOL variable and copy it afterwards";
    problems.error(value.at, "arguments", `a single bit cannot be passed to ${variable.name}`, hint);
    return null;
  }
  if (variable.type.kind === "unknown" || refersTo(variable.type, place.type)) return place;
  const message = `${variable.name} needs a variable of type ${nameOf(variable.type)}, this is ${nameOf(place.type)}`;
  problems.error(value.at, "type-mismatch", message);
  return null;
};

/** What is only read may be any value: it gets a place for as long as the call takes. */
const checkReadOnly = (scope: Scope, value: Expression, { type }: Variable): Place | null => {
  const checked = checkExpression(scope, value, type);
  if (checked.kind === "read" && hasAddress(checked.place) && refersTo(type, checked.type)) return checked.place;
  const copied = coerce(scope, checked, type, value.at);
  return copied.type.kind === "unknown" ? null : { kind: "temporary", type, value: copied };
};
