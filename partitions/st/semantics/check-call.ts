/** Calls of functions: the user's, the library's and those built in (IEC 61131-3 §6.6.1.4, §6.6.2). */
import type { Argument, Expression, Name } from "../syntax/ast.ts";
import { enabled, takeEnable } from "./check-enable.ts";
import { checkAs } from "./check-expression.ts";
import { qualifiedName, selfWord } from "./check-member.ts";
import { type Callee, checkCallee, checkMethodCall, ownMethod, refuseInstance } from "./check-method-call.ts";
import { checkPlace } from "./check-place.ts";
import { checkReference } from "./check-reference.ts";
import { checkReferenceFunction, REFERENCE_FUNCTIONS } from "./check-reference-call.ts";
import type { CallArgument, CheckedExpression, FunctionCall } from "./checked.ts";
import { NOTHING } from "./convert.ts";
import { lookUp, type Scope, visibleNames } from "./scope.ts";
import { ownOrExpected } from "./standard-function.ts";
import { checkStandardFunction, STANDARD_NAMES } from "./standard-functions.ts";
import { didYouMean } from "./suggestion.ts";
import type { Unit, Variable } from "./symbols.ts";
import { nameOf, type Type, UNKNOWN } from "./types.ts";

export type Call = Extract<Expression, { kind: "call" }>;

/** A call as an expression. */
export const checkCall = (scope: Scope, call: Call, expected: Type | null = null): CheckedExpression => {
  const callee = calleeOf(scope, call, expected);
  if (callee === null) return NOTHING;
  if (callee.kind === "value") return callee.value;
  if (callee.kind === "method") return checkMethodCall(scope, call, callee);
  refuseInstance(scope, call, callee.target.place);
  return NOTHING;
};

/** What is called; a function, which has no instance, right away. Null: there is nothing to call, and that was said. */
export const calleeOf = (
  scope: Scope,
  call: Call,
  expected: Type | null = null,
): Callee | { readonly kind: "value"; readonly value: CheckedExpression } | null => {
  const { callee } = call;
  const qualified = callee.kind === "member" ? qualifiedName(scope, callee) : null;
  if (qualified !== null && scope.world.unit(qualified.key) !== null)
    return { kind: "value", value: checkFunctionNamed(scope, call, qualified, expected) };
  if (callee.kind !== "name" || isInstance(scope, callee.name) || selfWord(scope, callee) !== null)
    return checkCallee(scope, callee);
  const own = ownMethod(scope, callee.name);
  return own ?? { kind: "value", value: checkFunctionNamed(scope, call, callee.name, expected) };
};

/** A variable that is no instance does not hide the function of its name: LEFT := LEFT(text, 3). */
const isInstance = (scope: Scope, { key }: Name): boolean => {
  const type = lookUp(scope, key)?.type;
  const kind = type?.kind === "pointer" && type.flavour === "REFERENCE TO" ? type.target.kind : type?.kind;
  return kind === "block" || kind === "port" || kind === "unknown";
};

const checkFunctionNamed = (
  scope: Scope,
  call: Call,
  { key, text }: Name,
  expected: Type | null,
): CheckedExpression => {
  const unit = scope.world.unit(key);
  const { call: plain, enable } = takeEnable(scope, call, unit?.variables ?? []);
  if (unit?.kind === "FUNCTION") {
    scope.unit?.calls.add(unit);
    return enabled(checkFunction(scope, plain, unit, unit.name, null), enable);
  }
  const standard = checkReferenceFunction(scope, plain, key) ?? checkStandardFunction(scope, plain, key, expected);
  if (standard !== null && enable === null) return standard;
  // Whether it runs is not known here, so what literals come to has a type.
  if (standard !== null) return enabled(ownOrExpected(scope, { value: standard, at: call.at }, expected), enable);
  refuseCallee(scope, call, text, unit);
  for (const argument of call.arguments) if (argument.value !== null) quietly(scope, argument);
  return NOTHING;
};

/** What stands in the arguments of an unknown function is checked all the same. */
const quietly = (scope: Scope, { value, direction }: Argument): void => {
  if (value === null) return;
  if (direction === "out") checkPlace(scope, value);
  else checkAs(scope, value, UNKNOWN);
};

const refuseCallee = (scope: Scope, call: Call, text: string, unit: Unit | null): void => {
  const { problems } = scope.world;
  const at = call.callee.at;
  const variable = lookUp(scope, text.toUpperCase());
  if (variable !== null) {
    problems.error(at, "not-callable", `${text} is a ${nameOf(variable.type)} and cannot be called`);
  } else if (unit !== null) {
    problems.error(
      at,
      "not-callable",
      `${text} is a ${unit.kind}`,
      unit.kind === "PROGRAM"
        ? "call it in a statement of its own and read its outputs afterwards"
        : `declare an instance of it: X : ${unit.name}; and call X(…)`,
    );
  } else {
    const hint = didYouMean(text, [...STANDARD_NAMES, ...REFERENCE_FUNCTIONS, ...visibleNames(scope)]);
    problems.error(at, "unknown-name", `there is no function ${text}`, hint);
  }
};

/** The arguments of a function or method, which messages call `name`. */
export const checkFunction = (
  scope: Scope,
  call: Call,
  unit: Unit,
  name: string,
  receiver: FunctionCall["receiver"],
): FunctionCall => {
  const parameters = unit.variables.filter(
    ({ section }) => section === "input" || section === "output" || section === "inOut",
  );
  const given = matchArguments(scope, call, name, parameters);
  const list = parameters.map((variable): CallArgument => {
    const argument = given.get(variable);
    if (variable.byReference)
      return { kind: "reference", variable, place: checkReference(scope, call, variable, argument) };
    if (argument?.value == null) return { kind: "value", variable, value: defaultOf(variable) };
    return { kind: "value", variable, value: checkAs(scope, argument.value, variable.type, variable.spelling) };
  });
  return { kind: "call", type: unit.result?.type ?? UNKNOWN, unit, receiver, arguments: list };
};

/** An input left out has its initial value. */
const defaultOf = (variable: Variable): CheckedExpression => ({
  kind: "read",
  type: variable.type,
  place: { kind: "variable", type: variable.type, variable },
});

/** Which argument is for which parameter. Unnamed ones go by order, VAR_OUTPUTs only when named or after all inputs. */
export const matchArguments = (
  scope: Scope,
  call: Call,
  callee: string,
  parameters: readonly Variable[],
): ReadonlyMap<Variable, Argument> => {
  const { problems } = scope.world;
  const given = new Map<Variable, Argument>();
  const ordered = [
    ...parameters.filter(({ section }) => section !== "output"),
    ...parameters.filter(({ section }) => section === "output"),
  ];
  let position = 0;
  for (const argument of call.arguments) {
    const { name, at } = argument;
    const variable = name === null ? ordered[position++] : parameters.find(({ key }) => key === name.key);
    if (variable === undefined) {
      if (name === null)
        problems.error(at, "arguments", `${callee} takes ${ordered.length} argument${ordered.length === 1 ? "" : "s"}`);
      else {
        const near = didYouMean(
          name.text,
          parameters.map((parameter) => parameter.name),
        );
        const hint =
          near !== "" ? near : `it has ${parameters.map((parameter) => parameter.name).join(", ") || "none"}`;
        problems.error(name.at, "unknown-name", `${callee} has no parameter ${name.text}`, hint);
      }
      if (argument.value !== null) quietly(scope, argument);
    } else if (given.has(variable)) {
      problems.error(at, "arguments", `${variable.name} is given twice`);
    } else if (name !== null && (argument.direction === "out") !== (variable.section === "output")) {
      const arrow = variable.section === "output" ? "=>" : ":=";
      problems.error(
        at,
        "arguments",
        `${variable.name} is ${variable.section === "output" ? "an output" : "an input"} of ${callee}`,
        `write ${variable.name} ${arrow} …`,
      );
      given.set(variable, { ...argument, value: null });
    } else given.set(variable, argument);
  }
  return given;
};
