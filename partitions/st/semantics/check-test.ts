/** What a TEST can do that no other unit can: ASSERT_TRUE, ASSERT_FALSE, ASSERT_EQ, ASSERT_NEAR, ASSERT_ERROR, ADVANCE_TIME. */
import type { Argument, Expression } from "../syntax/ast.ts";
import type { Call } from "./check-call.ts";
import { checkAs, checkExpression } from "./check-expression.ts";
import { combine, type Operand } from "./check-operator.ts";
import type { CheckedExpression, CheckedStatement, Place } from "./checked.ts";
import { coerce, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { withOwnLength } from "./strings.ts";
import { didYouMean } from "./suggestion.ts";
import { ASSERTIONS, type Assertion, EXPECTED_ERRORS, hiddenVariable, type Variable } from "./symbols.ts";
import { BOOL, nameOf, scalarOf, stringType, TIME, type Type } from "./types.ts";

type Kind = Assertion["kind"];

const PARAMETERS: Readonly<Record<Kind, readonly string[]>> = {
  ASSERT_TRUE: ["CONDITION"],
  ASSERT_FALSE: ["CONDITION"],
  ASSERT_EQ: ["ACTUAL", "EXPECTED"],
  ASSERT_NEAR: ["ACTUAL", "EXPECTED", "TOLERANCE"],
  ASSERT_ERROR: ["ERROR"],
};

/** Null: it is none of these, or the user's own function of that name. A call with a problem is left out. */
export const checkTestStatement = (scope: Scope, call: Call): readonly CheckedStatement[] | null => {
  if (call.callee.kind !== "name") return null;
  const { key } = call.callee.name;
  const kind = ASSERTIONS.find((each) => each === key);
  if ((kind === undefined && key !== "ADVANCE_TIME") || scope.world.unit(key) !== null) return null;
  if (scope.unit?.kind !== "TEST") {
    const hint = "write TEST 'name' … END_TEST at file level, and run it with: partita test";
    scope.world.problems.error(call.at, "only-in-a-test", `${key} stands outside of a TEST`, hint);
    return [];
  }
  if (kind === undefined) return checkAdvance(scope, call);
  const values = argumentsOf(scope, call, kind, PARAMETERS[kind]);
  if (values === null) return [];
  return kind === "ASSERT_ERROR" ? checkError(scope, call, values[0]!) : checkAssertion(scope, call, kind, values);
};

/**
 * What ran since the test began, or since the last of these, has raised this error, once or more, and no other: so the test goes on
 * as if nothing had happened.
 */
const checkError = (scope: Scope, call: Call, given: Expression): readonly CheckedStatement[] => {
  const key = given.kind === "name" ? given.name.key : "";
  const error = EXPECTED_ERRORS.find((each) => each === key);
  if (error === undefined) {
    const { source, start, end } = given.at;
    const text = source.text.slice(start, end);
    const hint = didYouMean(text, EXPECTED_ERRORS) || `it can be ${EXPECTED_ERRORS.join(", ")}`;
    scope.world.problems.error(given.at, "unknown-name", `${text} is no error of the health monitor`, hint);
    return [];
  }
  const { assertions } = scope.unit!;
  assertions.push({ at: call.at, kind: "ASSERT_ERROR", text: error, values: [] });
  return [{ kind: "expectError", at: call.at, assertion: assertions.length - 1 }];
};

const checkAdvance = (scope: Scope, call: Call): readonly CheckedStatement[] => {
  const values = argumentsOf(scope, call, "ADVANCE_TIME", ["BY"]);
  if (values === null) return [];
  const by = checkAs(scope, values[0]!, TIME);
  if (by.kind === "constant" && typeof by.value === "bigint" && by.value < 0n) {
    scope.world.problems.error(call.at, "value-out-of-range", "time does not go back");
  }
  return [{ kind: "advanceTime", at: call.at, by }];
};

const argumentsOf = (
  scope: Scope,
  call: Call,
  callee: string,
  parameters: readonly string[],
): readonly Expression[] | null => {
  const givenFor = (parameter: string, position: number): Expression | null => {
    const isIt = ({ name }: Argument, at: number) => (name === null ? at === position : name.key === parameter);
    return call.arguments.find(isIt)?.value ?? null;
  };
  const values = parameters.map(givenFor).filter((value) => value !== null);
  if (values.length === parameters.length && call.arguments.length === parameters.length) return values;
  const message = `${callee} takes ${parameters.length === 1 ? "1 argument" : `${parameters.length} arguments`}`;
  scope.world.problems.error(call.at, "arguments", message, `they are ${parameters.join(", ")}`);
  return null;
};

/** Its values are kept where a failure can be told from; then it is seen whether they are right. */
const checkAssertion = (
  scope: Scope,
  call: Call,
  kind: Kind,
  given: readonly Expression[],
): readonly CheckedStatement[] => {
  const values = kind === "ASSERT_NEAR" || kind === "ASSERT_EQ" ? comparedValues(scope, kind, given) : [];
  if (values === null) return [];
  const { assertions, name } = scope.unit!;
  const number = assertions.length;
  const kept = values.map((value, i) => keptIn(`${name}.${number}.${i}`, call, value.type));
  const { source, start, end } = given[0]!.at;
  assertions.push({ at: call.at, kind, text: source.text.slice(start, end).replace(/\s+/g, " "), values: kept });
  const places = kept.map((variable): Place => ({ kind: "variable", type: variable.type, variable }));
  const holds = values.length === 0 ? checkAs(scope, given[0]!, BOOL) : comparison(scope, call, kind, places);
  const failed: CheckedExpression =
    kind === "ASSERT_FALSE" ? holds : { kind: "unary", type: BOOL, operator: "not", operand: holds };
  const { at } = call;
  return [
    ...values.map((value, i): CheckedStatement => ({ kind: "assign", at, place: places[i]!, value })),
    {
      ...{ kind: "if", at, otherwise: [] },
      branches: [{ at, condition: failed, body: [{ kind: "fail", at, assertion: number }] }],
    },
  ];
};

/** Of one type, the one of the actual value where it has one. */
const comparedValues = (
  scope: Scope,
  kind: Kind,
  given: readonly Expression[],
): readonly CheckedExpression[] | null => {
  const [first, ...others] = given as readonly [Expression, ...Expression[]];
  const value = checkExpression(scope, first);
  const actual = longEnough(scope, { value, at: first.at }, others) ?? withOwnType(scope, value, first.at);
  const { type } = actual;
  if (type.kind === "unknown") {
    for (const other of others) checkExpression(scope, other);
    return null;
  }
  const isFit =
    kind === "ASSERT_NEAR" ? scalarOf(type)?.family === "real" : scalarOf(type) !== null || type.kind === "string";
  if (!isFit) {
    const wanted = kind === "ASSERT_NEAR" ? "REAL or LREAL values" : "values that = can compare";
    const hintText = kind === "ASSERT_NEAR" ? "use ASSERT_EQ" : "compare its elements";
    scope.world.problems.error(first.at, "operand-type", `${kind} takes ${wanted}, not ${nameOf(type)}`, hintText);
    return null;
  }
  return [actual, ...others.map((other) => coerce(scope, checkExpression(scope, other, type), type, other.at))];
};

/** A text as a string that holds it and what is expected too, so that none of them is cut off; null: it is no text. */
const longEnough = (scope: Scope, given: Operand, others: readonly Expression[]): CheckedExpression | null => {
  const actual = withOwnLength(scope, given);
  if (actual?.type.kind !== "string") return null;
  const { wide, length } = actual.type;
  const lengths = others.map((other) => {
    const expected = withOwnLength(scope, { value: checkExpression(scope, other), at: other.at });
    return expected?.type.kind === "string" ? expected.type.length : 0;
  });
  return coerce(scope, given.value, stringType(wide, Math.max(length, ...lengths)), given.at);
};

const comparison = (scope: Scope, call: Call, kind: Kind, places: readonly Place[]): CheckedExpression => {
  const [actual, expected, tolerance] = places.map((place) => ({
    value: { kind: "read", type: place.type, place } as const,
    at: call.at,
  }));
  if (kind === "ASSERT_EQ") return combine(scope, "=", actual!, expected!, call.at);
  const difference = combine(scope, "-", actual!, expected!, call.at);
  const distance: CheckedExpression = {
    ...{ kind: "intrinsic", type: difference.type, at: call.at },
    intrinsic: "absolute",
    operands: [difference],
  };
  return combine(scope, "<=", { value: distance, at: call.at }, tolerance!, call.at);
};

const keptIn = (name: string, { at }: Call, type: Type): Variable =>
  hiddenVariable({ at, text: name, key: name }, type, "local");
