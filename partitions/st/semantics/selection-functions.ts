/** Functions that choose among their inputs (IEC 61131-3 table 32): SEL, MUX and MOVE take anything, MIN, MAX and LIMIT what has an order. */
import type { Call } from "./check-call.ts";
import type { Operand } from "./check-operator.ts";
import type { CheckedExpression, Intrinsic } from "./checked.ts";
import { converted, limited } from "./computed.ts";
import { asScalar, coerce, NOTHING, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import {
  ALL,
  intrinsic,
  MANY,
  ownOrExpected,
  refuse,
  type Standard,
  type Unified,
  unifyAll,
} from "./standard-function.ts";
import { isText, textCall } from "./strings.ts";
import { longEnough, textsOf } from "./text-functions.ts";
import { BOOL, DINT, isInteger, nameOf, rangeOf, type StringType, sameType, scalarOf, type Type } from "./types.ts";

const isReference = ({ kind }: Type): boolean => kind === "pointer" || kind === "interface";

/** What a text literal becomes among these: a character where one is wanted, else a string. */
const areTexts = (operands: readonly Operand[], expected: Type | null): boolean =>
  operands.some(({ value }) => value.type.kind === "string") ||
  (operands.every(({ value }) => isText(value.type)) && expected?.kind !== "elementary");

const coerceAll = (scope: Scope, operands: readonly Operand[], type: Type): Unified | null => {
  const values = operands.map(({ value, at }) => coerce(scope, value, type, at));
  return values.includes(NOTHING) ? null : { type, values };
};

/** All operands in one type, of whatever kind; null: there is none, and it was said. Texts keep their lengths. */
const unifyAny = (scope: Scope, operands: readonly Operand[], expected: Type | null): Unified | null => {
  if (areTexts(operands, expected)) {
    const texts = textsOf(scope, operands);
    return texts === null ? null : { type: longEnough(texts.types, false), values: texts.values };
  }
  const types = operands.map(({ value }) => value.type);
  const reference = [expected, ...types].find((type) => type !== null && isReference(type));
  if (reference != null) return coerceAll(scope, operands, reference);
  if (expected !== null && operands.every(({ value }) => isText(value.type)))
    return coerceAll(scope, operands, expected);
  const whole = types.find((type) => type.kind !== "literal" && scalarOf(type) === null);
  if (whole === undefined) return unifyAll(scope, operands, expected);
  if (whole.kind === "port" || whole.kind === "open array") {
    refuse(scope, operands[types.indexOf(whole)]!, "a value that can be assigned");
    return null;
  }
  const other = operands.find(({ value }) => !sameType(value.type, whole));
  if (other === undefined) return { type: whole, values: operands.map(({ value }) => value) };
  refuse(scope, other, nameOf(whole));
  return null;
};

/** The text that `chosen` is, up to its end: it may be shorter than its type. */
const ownText = (scope: Scope, chosen: CheckedExpression): CheckedExpression =>
  chosen.type.kind === "string" ? textCall(scope, "COPY", chosen.type, [chosen]) : chosen;

/** Which of `count` inputs it is, as a DINT; beyond them the nearest, of whatever integer type it is. */
const positionOf = (scope: Scope, { value, at }: Operand, count: number): CheckedExpression => {
  const own = asScalar(withOwnType(scope, value, at));
  const type = scalarOf(own.type);
  if (type === null || !isInteger(type) || rangeOf(type).high <= rangeOf(DINT).high)
    return coerce(scope, value, DINT, at);
  return converted(limited(type, own, 0n, BigInt(count - 1), at), DINT);
};

const truthOf = (scope: Scope, { value, at }: Operand): CheckedExpression => coerce(scope, value, BOOL, at);

/** SEL and MUX: the first operand says which of the others it is. */
const choice = (
  name: Intrinsic,
  parameters: readonly string[],
  atMost: number,
  selectorOf: (scope: Scope, operand: Operand, count: number) => CheckedExpression,
): Standard => ({
  parameters,
  atMost,
  generic: { from: 1, to: MANY },
  check: (scope, [selector, ...inputs], call, expected) => {
    const unified = unifyAny(scope, inputs, expected);
    const chosen = selectorOf(scope, selector!, inputs.length);
    if (unified === null || chosen === NOTHING) return NOTHING;
    return ownText(scope, intrinsic(name, unified.type, call, [chosen, ...unified.values]));
  },
});

/** What of two is the lesser or the greater. */
type Choose = (left: CheckedExpression, right: CheckedExpression) => CheckedExpression;

const chooser = (scope: Scope, which: "minimum" | "maximum", type: Type, call: Call): Choose =>
  type.kind === "string"
    ? (left, right) => textCall(scope, which === "minimum" ? "LESSER" : "GREATER", type, [left, right])
    : (left, right) => intrinsic(which, type, call, [left, right]);

/** Null: these have no order among them, and it was said. */
const unifyOrdered = (scope: Scope, operands: readonly Operand[], expected: Type | null): Unified | null => {
  if (areTexts(operands, expected)) return unifyAny(scope, operands, expected);
  const address = operands.find(({ value }) => isReference(value.type));
  if (address === undefined) return unifyAll(scope, operands, expected);
  refuse(scope, address, "a value that has an order");
  return null;
};

const extremum = (which: "minimum" | "maximum"): Standard => ({
  parameters: ["IN1", "IN2"],
  atMost: MANY,
  generic: ALL,
  check: (scope, operands, call, expected) => {
    const unified = unifyOrdered(scope, operands, expected);
    return unified === null ? NOTHING : unified.values.reduce(chooser(scope, which, unified.type, call));
  },
});

const limit: Standard = {
  parameters: ["MN", "IN", "MX"],
  atMost: 3,
  generic: ALL,
  check: (scope, operands, call, expected) => {
    const unified = unifyOrdered(scope, operands, expected);
    if (unified === null) return NOTHING;
    const { type, values } = unified;
    return type.kind === "string" ? limitText(scope, type, call, values) : intrinsic("limit", type, call, values);
  },
};

const limitText = (
  scope: Scope,
  type: StringType,
  call: Call,
  [low, value, high]: readonly CheckedExpression[],
): CheckedExpression => {
  const raised = chooser(scope, "maximum", type, call)(low!, value!);
  return chooser(scope, "minimum", type, call)(raised, high!);
};

export const SELECTION_FUNCTIONS: readonly (readonly [string, Standard])[] = [
  ["MIN", extremum("minimum")],
  ["MAX", extremum("maximum")],
  ["LIMIT", limit],
  ["SEL", choice("select", ["G", "IN0", "IN1"], 3, truthOf)],
  ["MUX", choice("multiplex", ["K", "IN0"], MANY, positionOf)],
  [
    "MOVE",
    {
      parameters: ["IN"],
      atMost: 1,
      generic: ALL,
      check: (scope, [input], _call, expected) => ownOrExpected(scope, input!, expected),
    },
  ],
];
