/** Calls of ports: the ends of queuing and sampling channels (ARINC 653 P1 §2.3.5.6). */

import type { Call } from "./check-call.ts";
import { checkAs } from "./check-expression.ts";
import { checkPlace, checkWritable } from "./check-place.ts";
import { checkOutput } from "./check-statement.ts";
import type { CheckedStatement, Place } from "./checked.ts";
import { outputsOf, sends } from "./port-types.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { Variable } from "./symbols.ts";
import { BOOL, nameOf, type PortType } from "./types.ts";

export const checkPortCall = (
  scope: Scope,
  call: Call,
  variable: Variable,
  port: PortType,
): CheckedStatement | null => {
  const { problems } = scope.world;
  const request = port.fields[0]!;
  let wanted: ReturnType<typeof checkAs> | null = null;
  let message: Place | null = null;
  let named = false;
  const outputs = [];
  for (const argument of call.arguments) {
    const { name, value } = argument;
    const field = port.fields.find(({ key }) => key === name?.key);
    if (name === null)
      problems.error(
        argument.at,
        "arguments",
        `name the arguments of a ${port.name}`,
        `${request.name} := …, MESSAGE := …`,
      );
    else if (name.key === "MESSAGE" && value !== null) {
      named = true;
      message = checkMessage(scope, value, port);
    } else if (field === request && value !== null) wanted = checkAs(scope, value, BOOL);
    else if (field !== undefined && value !== null && argument.direction === "out") {
      const place: Place = {
        kind: "field",
        type: field.type,
        base: { kind: "variable", type: port, variable },
        field,
        byReference: false,
      };
      const output = checkOutput(scope, value, { kind: "read", type: field.type, place });
      if (output !== null) outputs.push(output);
    } else {
      const names = [request.name, "MESSAGE", ...outputsOf(port)];
      problems.error(
        name.at,
        "unknown-name",
        `${port.name} has no parameter ${name.text}`,
        didYouMean(name.text, names) || `it has ${names.join(", ")}`,
      );
    }
  }
  if (!named)
    problems.error(call.at, "arguments", `MESSAGE of ${variable.name} must be given`, "write MESSAGE := some variable");
  return message === null ? null : { kind: "port", at: call.at, variable, port, request: wanted, message, outputs };
};

const checkMessage = (scope: Scope, value: Parameters<typeof checkPlace>[1], port: PortType): Place | null => {
  const place = checkPlace(scope, value);
  if (place === null) return null;
  if (place.type.kind === "block" || place.type.kind === "port" || place.kind === "bit") {
    scope.world.problems.error(
      value.at,
      "type-mismatch",
      `a message cannot be ${nameOf(place.type)}`,
      "send a variable: a struct, an array or an elementary one",
    );
    return null;
  }
  return sends(port) || checkWritable(scope, place, value.at) ? place : null;
};
