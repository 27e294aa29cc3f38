/** Functions that are built in and take many types (IEC 61131-3 §6.6.2.5): shifts, comparison, operators by name, mathematics. */
import type { BinaryOperator } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import type { Call } from "./check-call.ts";
import { checkExpression } from "./check-expression.ts";
import { checkPower, combine, isBitwise, type Operand } from "./check-operator.ts";
import type { CheckedExpression, Held, Holding, Intrinsic } from "./checked.ts";
import { converted, limited } from "./computed.ts";
import { CONVERSION_NAMES, conversionNamed } from "./conversions.ts";
import { asScalar, coerce, NOTHING, withOwnType } from "./convert.ts";
import { DEVICE_FUNCTIONS } from "./device-functions.ts";
import { enumConversion } from "./enum-conversions.ts";
import { libraryCall, realTypeOf } from "./library-call.ts";
import type { Scope } from "./scope.ts";
import { SELECTION_FUNCTIONS } from "./selection-functions.ts";
import { ALL, intrinsic, MANY, ownOrExpected, refuse, type Standard } from "./standard-function.ts";
import { TEMPORAL_FUNCTIONS } from "./temporal-functions.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";
import {
  BOOL,
  type ElementaryType,
  elementaryNamed,
  isNumber,
  rangeOf,
  scalarOf,
  TIME,
  type Type,
  UDINT,
} from "./types.ts";

/** Null: no standard function has this name. */
export const checkStandardFunction = (
  scope: Scope,
  call: Call,
  key: string,
  expected: Type | null,
): CheckedExpression | null => {
  const device = scope.unit?.isLibrary === true ? DEVICE_FUNCTIONS.get(key) : undefined;
  const standard =
    device ?? STANDARD.get(key) ?? conversionNamed(key) ?? enumConversion(scope, key) ?? typedFunction(key);
  if (standard === undefined) return null;
  const operands = operandsOf(scope, call, key, standard, expected);
  if (operands === null || operands.some(({ value }) => value.type.kind === "unknown")) return NOTHING;
  return standard.check(scope, operands, call, expected);
};

const operandsOf = (
  scope: Scope,
  call: Call,
  key: string,
  { parameters, atMost, generic, isTest = false }: Standard,
  expected: Type | null,
): readonly Operand[] | null => {
  const { problems } = scope.world;
  const slots: Operand[] = [];
  for (const [position, { name, value, at, direction }] of call.arguments.entries()) {
    if (value === null || direction === "out") {
      problems.error(at, "arguments", `${key} has no outputs`);
      return null;
    }
    const named = name === null ? position : positionOf(name.key, parameters, atMost);
    const isLikeResult = generic !== undefined && !isTest && named >= generic.from && named < generic.to;
    const operand = { value: checkExpression(scope, value, isLikeResult ? expected : null), at: value.at };
    if (named === -1) {
      problems.error(at, "unknown-name", `${key} has no parameter ${name!.text}`, `it has ${parameters.join(", ")}`);
      return null;
    }
    slots[named] = operand;
  }
  const missing = Array.from(slots).some((slot) => slot === undefined);
  if (slots.length < parameters.length || slots.length > atMost || missing || call.arguments.length !== slots.length) {
    const count = atMost > parameters.length ? `at least ${parameters.length}` : `${parameters.length}`;
    problems.error(
      call.at,
      "arguments",
      `${key} takes ${count} argument${count === "1" ? "" : "s"}: ${parameters.join(", ")}`,
    );
    return null;
  }
  return slots;
};

const positionOf = (name: string, parameters: readonly string[], atMost: number): number => {
  const position = parameters.indexOf(name);
  if (position >= 0 || atMost === parameters.length) return position;
  const last = parameters.at(-1)!;
  const stem = last.replace(/\d+$/, "");
  const number = Number(name.slice(stem.length));
  const lastNumber = Number(last.slice(stem.length));
  if (!name.startsWith(stem) || !Number.isInteger(number)) return -1;
  const found = parameters.length - 1 + number - lastNumber;
  return found < atMost && found >= 0 ? found : -1;
};

/** SHL and SHR fill with zeros, all four work on the bits of IN (IEC 61131-3 table 30). */
const shift = (name: Intrinsic): Standard => ({
  parameters: ["IN", "N"],
  atMost: 2,
  generic: { from: 0, to: 1 },
  check: (scope, [input, count], call) => {
    const value = withOwnType(scope, input!.value, input!.at);
    const type = scalarOf(value.type);
    if (type === null || type === BOOL || !isBitwise(type)) return refuse(scope, input!, "a bit string");
    const distance = withOwnType(scope, count!.value, count!.at);
    const bits = scalarOf(distance.type);
    if (bits === null || bits === BOOL || !isBitwise(bits)) return refuse(scope, count!, "a number of bits");
    return intrinsic(name, type, call, [asScalar(value), distanceOf(distance, bits, count!.at)]);
  },
});

/** What UDINT cannot hold shifts everything out, but a rotation goes by the low bits. */
const distanceOf = (distance: CheckedExpression, type: ElementaryType, at: Span): CheckedExpression =>
  converted(type.bytes === 8 ? limited(type, distance, 0n, rangeOf(UDINT).high, at) : distance, UDINT);

/** `ADD(a, b, c)` is `a + b + c`. */
const operator = (text: BinaryOperator, atMost: number): Standard => ({
  parameters: ["IN1", "IN2"],
  atMost,
  generic: ALL,
  check: (scope, [first, ...rest], call) =>
    rest.reduce((left, right) => ({ value: combine(scope, text, left, right, call.at), at: call.at }), first!).value,
});

/** `GT(a, b, c)` is `a > b AND b > c`, where each is computed once, and all are. */
const comparison = (text: BinaryOperator, atMost = MANY): Standard => ({
  parameters: ["IN1", "IN2"],
  atMost,
  generic: ALL,
  isTest: true,
  check: (scope, operands, call) => {
    const held: Holding[] = [];
    const compared = operands.length === 2 ? operands : operands.map((operand) => holdOperand(operand, held));
    const pairs = compared
      .slice(1)
      .map((right, i) => ({ value: combine(scope, text, compared[i]!, right, call.at), at: call.at }));
    const { value } = pairs.reduce((left, right) => ({
      value: combine(scope, "AND", left, right, call.at),
      at: call.at,
    }));
    return held.length === 0 || value.type.kind === "unknown" ? value : { kind: "holding", type: BOOL, held, value };
  },
});

/** What is not known or simply read gets a name, under which it is used. */
const holdOperand = ({ value, at }: Operand, held: Holding[]): Operand => {
  const isPlain = value.kind === "constant" || (value.kind === "read" && value.place.kind === "variable");
  if (isPlain) return { value, at };
  const as: Held = { type: value.type };
  held.push({ as, value });
  return { value: { kind: "held", type: value.type, as }, at };
};

/** SIN and the like: the library has one of REAL and one of LREAL. */
const mathematical = (name: string, parameters: readonly string[] = ["IN"]): [string, Standard] => [
  name,
  {
    parameters,
    atMost: parameters.length,
    check: (scope, operands, _call, expected) => {
      const type = realTypeOf(operands, expected);
      const values = operands.map(({ value, at }) => coerce(scope, value, type, at));
      return libraryCall(scope, `${name}_${type.name}`, values);
    },
  },
];

const STANDARD: ReadonlyMap<string, Standard> = new Map<string, Standard>([
  [
    "ABS",
    {
      parameters: ["IN"],
      atMost: 1,
      generic: ALL,
      check: (scope, [input], call, expected) => {
        const value = ownOrExpected(scope, input!, expected);
        return isNumber(value.type)
          ? intrinsic("absolute", value.type, call, [value])
          : refuse(scope, input!, "a number");
      },
    },
  ],
  [
    "SQRT",
    {
      parameters: ["IN"],
      atMost: 1,
      generic: ALL,
      check: (scope, [input], call, expected) => {
        const type = realTypeOf([input!], expected);
        return intrinsic("squareRoot", type, call, [coerce(scope, input!.value, type, input!.at)]);
      },
    },
  ],
  mathematical("EXP"),
  mathematical("LN"),
  mathematical("LOG"),
  mathematical("SIN"),
  mathematical("COS"),
  mathematical("TAN"),
  mathematical("ASIN"),
  mathematical("ACOS"),
  mathematical("ATAN"),
  mathematical("ATAN2", ["Y", "X"]),
  [
    "EXPT",
    {
      parameters: ["IN1", "IN2"],
      atMost: 2,
      check: (scope, [base, exponent], _call, expected) => checkPower(scope, base!, exponent!, expected),
    },
  ],
  ["SHL", shift("shiftLeft")],
  ["SHR", shift("shiftRight")],
  ["ROL", shift("rotateLeft")],
  ["ROR", shift("rotateRight")],
  ["TIME", { parameters: [], atMost: 0, check: (_scope, _operands, call) => intrinsic("time", TIME, call, []) }],
  ["ADD", operator("+", MANY)],
  ["MUL", operator("*", MANY)],
  ["SUB", operator("-", 2)],
  ["DIV", operator("/", 2)],
  ["MOD", operator("MOD", 2)],
  ["AND", operator("AND", MANY)],
  ["OR", operator("OR", MANY)],
  ["XOR", operator("XOR", MANY)],
  ["GT", comparison(">")],
  ["GE", comparison(">=")],
  ["EQ", comparison("=")],
  ["LE", comparison("<=")],
  ["LT", comparison("<")],
  ["NE", comparison("<>", 2)],
  ...SELECTION_FUNCTIONS,
  ...TEMPORAL_FUNCTIONS,
  ...TEXT_FUNCTIONS,
]);

/** ed. 3 names a function of one type by that type: `ADD_INT`, `MAX_REAL`, `SHL_WORD` (IEC 61131-3 §6.6.1.5). */
const typedFunction = (key: string): Standard | undefined => {
  const [, name, suffix] = /^([A-Z]+)_([A-Z_]+)$/.exec(key) ?? [];
  const standard = name === undefined ? undefined : STANDARD.get(name);
  const type = suffix === undefined ? null : elementaryNamed(suffix);
  if (standard?.generic === undefined || type === null) return undefined;
  const { generic, check } = standard;
  return {
    ...standard,
    check: (scope, operands, call, expected) => {
      const typed = operands.map(({ value, at }, i) => ({
        value: i >= generic.from && i < generic.to ? coerce(scope, value, type, at) : value,
        at,
      }));
      return typed.some(({ value }) => value.type.kind === "unknown") ? NOTHING : check(scope, typed, call, expected);
    },
  };
};

/** For "did you mean". */
export const STANDARD_NAMES: readonly string[] = [...STANDARD.keys(), ...CONVERSION_NAMES];
