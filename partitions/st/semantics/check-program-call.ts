/**
 * A PROGRAM that another unit calls or looks into, as in CODESYS and TwinCAT: there is one of it, under its own name. Connections of
 * an instance are such a call (IEC 61131-3 §6.8.1).
 */
import type { Argument, Expression } from "../syntax/ast.ts";
import { type Call, matchArguments } from "./check-call.ts";
import { enabledStatements, takeEnable } from "./check-enable.ts";
import { checkAs } from "./check-expression.ts";
import { qualifiedName } from "./check-member.ts";
import { checkReference } from "./check-reference.ts";
import { checkOutput } from "./check-statement.ts";
import type { CheckedExpression, CheckedStatement, Place } from "./checked.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { Unit, Variable } from "./symbols.ts";
import { BOOL, UNKNOWN } from "./types.ts";

/** Null: the expression names no PROGRAM. */
export const programNamed = (scope: Scope, expression: Expression): Unit | null => {
  const name = qualifiedName(scope, expression);
  const unit = name === null ? null : scope.world.unit(name.key);
  return unit?.kind === "PROGRAM" ? unit : null;
};

export const checkProgramCall = (scope: Scope, given: Call, program: Unit): readonly CheckedStatement[] => {
  const parameters = program.variables.filter(
    ({ section }) => section === "input" || section === "output" || section === "inOut",
  );
  const { call, enable } = takeEnable(scope, given, parameters);
  const found = matchArguments(scope, call, program.name, parameters);
  scope.unit?.calls.add(program);
  const { at } = call;
  const inputs: CheckedStatement[] = [];
  const outputs: CheckedStatement[] = [];
  for (const variable of parameters) {
    const argument = found.get(variable);
    if (variable.section === "inOut") {
      const place = checkInOut(scope, call, variable, argument);
      if (place === null) continue;
      inputs.push({ kind: "assign", at, place: placeOf(variable), value: readOf(place) });
      outputs.push({ kind: "assign", at, place, value: readOf(placeOf(variable)) });
    } else if (argument?.value != null) {
      const { value, negated } = argument;
      if (variable.section === "input")
        inputs.push({
          kind: "assign",
          at,
          place: placeOf(variable),
          value: checkAs(scope, value, variable.type, variable.spelling),
        });
      else {
        const output = checkOutput(scope, value, negated ? not(readOf(placeOf(variable))) : readOf(placeOf(variable)));
        if (output !== null) outputs.push({ kind: "assign", at, ...output });
      }
    }
  }
  const run: CheckedExpression = { kind: "call", type: UNKNOWN, unit: program, receiver: null, arguments: [] };
  return enabledStatements(at, [...inputs, { kind: "evaluate", at, value: run }, ...outputs], enable);
};

/** It has a place of its own in the PROGRAM: it is copied there, and back. */
const checkInOut = (scope: Scope, call: Call, variable: Variable, argument: Argument | undefined): Place | null => {
  const place = checkReference(scope, call, variable, argument);
  if (place === null || place.type.kind !== "block") return place;
  const message = `an instance of ${place.type.name} cannot be the VAR_IN_OUT ${variable.name} of a PROGRAM`;
  scope.world.problems.error(argument?.at ?? call.at, "not-supported", message, "declare it in VAR_GLOBAL");
  return null;
};

const readOf = (place: Place): CheckedExpression => ({ kind: "read", type: place.type, place });
const not = (operand: CheckedExpression): CheckedExpression => ({
  kind: "unary",
  type: BOOL,
  operator: "not",
  operand,
});

const placeOf = (variable: Variable): Place => ({ kind: "variable", type: variable.type, variable });

/** `Program.Variable`; undefined: it is something else. Null: there is no such variable, and that was said. */
export const programMember = (
  scope: Scope,
  { base, member }: Extract<Expression, { kind: "member" }>,
): Place | null | undefined => {
  const program = programNamed(scope, base);
  if (program === null) return undefined;
  const variable = program.variables.find(({ key }) => key === member.key);
  if (variable !== undefined) {
    scope.unit?.programs.add(program);
    return placeOf(variable);
  }
  const hint = didYouMean(
    member.text,
    program.variables.map(({ name }) => name),
  );
  scope.world.problems.error(member.at, "unknown-name", `${program.name} has no variable ${member.text}`, hint);
  return null;
};
