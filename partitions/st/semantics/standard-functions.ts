/** Functions that are built in and take many types (IEC 61131-3 §6.6.2.5): conversions, selection, shifts, operators by name. */
import type { BinaryOperator } from "../syntax/ast.ts";
import type { Call } from "./check-call.ts";
import { checkExpression, combine, type Operand } from "./check-expression.ts";
import type { CheckedExpression, Intrinsic } from "./checked.ts";
import { coerce, convertTo, NOTHING, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import {
  BOOL,
  commonType,
  DINT,
  type ElementaryType,
  elementaryNamed,
  LATER_TYPES,
  nameOf,
  REAL,
  sameType,
  scalarOf,
  TIME,
  type Type,
  UDINT,
} from "./types.ts";

interface Standard {
  /** Parameter names, in order; the last one repeats (IN1, IN2 …) when `atMost` is beyond them. */
  readonly parameters: readonly string[];
  readonly atMost: number;
  readonly check: (scope: Scope, operands: readonly Operand[], call: Call) => CheckedExpression;
}

/** Null: no standard function has this name. */
export const checkStandardFunction = (scope: Scope, call: Call, key: string): CheckedExpression | null => {
  const standard = STANDARD.get(key) ?? conversionNamed(scope, call, key);
  if (standard === undefined) return null;
  if (standard === "refused") return NOTHING;
  const operands = operandsOf(scope, call, key, standard);
  if (operands === null || operands.some(({ value }) => value.type.kind === "unknown")) return NOTHING;
  return standard.check(scope, operands, call);
};

const operandsOf = (
  scope: Scope,
  call: Call,
  key: string,
  { parameters, atMost }: Standard,
): readonly Operand[] | null => {
  const { problems } = scope.world;
  const slots: Operand[] = [];
  for (const [position, { name, value, at, direction }] of call.arguments.entries()) {
    if (value === null || direction === "out") {
      problems.error(at, "arguments", `${key} has no outputs`);
      return null;
    }
    const named = name === null ? position : positionOf(name.key, parameters, atMost);
    const operand = { value: checkExpression(scope, value), at: value.at };
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

const MANY = 64;

const intrinsic = (
  name: Intrinsic,
  type: Type,
  call: Call,
  operands: readonly CheckedExpression[],
): CheckedExpression =>
  operands.some(({ type: each }) => each.kind === "unknown")
    ? NOTHING
    : { kind: "intrinsic", type, at: call.at, intrinsic: name, operands };

const refuse = (scope: Scope, operand: Operand, wants: string): CheckedExpression => {
  scope.world.problems.error(operand.at, "operand-type", `expected ${wants}, found ${nameOf(operand.value.type)}`);
  return NOTHING;
};

/** All operands in one scalar type; null: there is none, and it was said. */
const unifyAll = (
  scope: Scope,
  operands: readonly Operand[],
): { readonly type: Type; readonly values: readonly CheckedExpression[] } | null => {
  const first = operands[0]!.value.type;
  if (operands.every(({ value }) => sameType(value.type, first)) && first.kind !== "literal") {
    return { type: first, values: operands.map(({ value }) => value) };
  }
  let type: ElementaryType | null = null;
  const typed = operands.filter(({ value }) => value.type.kind !== "literal");
  for (const { value, at } of typed.length === 0
    ? operands.map((operand) => ({ ...operand, value: withOwnType(scope, operand.value, operand.at) }))
    : typed) {
    const scalar = scalarOf(value.type);
    const common: ElementaryType | null = scalar === null ? null : type === null ? scalar : commonType(type, scalar);
    if (common === null) {
      scope.world.problems.error(
        at,
        "operand-type",
        `${nameOf(value.type)} cannot be combined with ${nameOf(type ?? first)} here`,
      );
      return null;
    }
    type = common;
  }
  return { type: type!, values: operands.map(({ value, at }) => coerce(scope, value, type!, at)) };
};

const isOrdered = (type: Type): boolean => scalarOf(type) !== null;
const isNumber = (type: Type): boolean =>
  type.kind === "elementary" && ["signed", "unsigned", "real"].includes(type.family);

const extremum = (name: "minimum" | "maximum"): Standard => ({
  parameters: ["IN1", "IN2"],
  atMost: MANY,
  check: (scope, operands, call) => {
    const unified = unifyAll(scope, operands);
    if (unified === null) return NOTHING;
    if (!isOrdered(unified.type)) return refuse(scope, operands[0]!, "a number");
    return unified.values.reduce((left, right) => intrinsic(name, unified.type, call, [left, right]));
  },
});

/** SHL and SHR fill with zeros, all four work on the bits of IN (IEC 61131-3 table 30). */
const shift = (name: Intrinsic): Standard => ({
  parameters: ["IN", "N"],
  atMost: 2,
  check: (scope, [input, count], call) => {
    const value = withOwnType(scope, input!.value, input!.at);
    const type = scalarOf(value.type);
    if (type === null || type.family === "real" || type.family === "time" || type.family === "bool")
      return refuse(scope, input!, "a bit string");
    const distance = withOwnType(scope, count!.value, count!.at);
    if (!isNumber(distance.type) || distance.type === REAL) return refuse(scope, count!, "a number of bits");
    return intrinsic(name, type, call, [value, convertTo(distance, UDINT)]);
  },
});

/** `ADD(a, b, c)` is `a + b + c`. */
const operator = (text: BinaryOperator, atMost: number): Standard => ({
  parameters: ["IN1", "IN2"],
  atMost,
  check: (scope, [first, ...rest], call) =>
    rest.reduce((left, right) => ({ value: combine(scope, text, left, right, call.at), at: call.at }), first!).value,
});

/** `GT(a, b, c)` is `a > b AND b > c`. */
const comparison = (text: BinaryOperator, atMost = MANY): Standard => ({
  parameters: ["IN1", "IN2"],
  atMost,
  check: (scope, operands, call) => {
    const pairs = operands
      .slice(1)
      .map((right, i) => ({ value: combine(scope, text, operands[i]!, right, call.at), at: call.at }));
    return pairs.reduce((left, right) => ({ value: combine(scope, "AND", left, right, call.at), at: call.at })).value;
  },
});

const STANDARD: ReadonlyMap<string, Standard> = new Map<string, Standard>([
  [
    "ABS",
    {
      parameters: ["IN"],
      atMost: 1,
      check: (scope, [input], call) => {
        const value = withOwnType(scope, input!.value, input!.at);
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
      check: (scope, [input], call) =>
        intrinsic("squareRoot", REAL, call, [coerce(scope, input!.value, REAL, input!.at)]),
    },
  ],
  ["MIN", extremum("minimum")],
  ["MAX", extremum("maximum")],
  [
    "LIMIT",
    {
      parameters: ["MN", "IN", "MX"],
      atMost: 3,
      check: (scope, operands, call) => {
        const unified = unifyAll(scope, operands);
        if (unified === null) return NOTHING;
        return isOrdered(unified.type)
          ? intrinsic("limit", unified.type, call, unified.values)
          : refuse(scope, operands[1]!, "a number");
      },
    },
  ],
  [
    "SEL",
    {
      parameters: ["G", "IN0", "IN1"],
      atMost: 3,
      check: (scope, [condition, ...inputs], call) => {
        const unified = unifyAll(scope, inputs);
        if (unified === null) return NOTHING;
        if (scalarOf(unified.type) === null) return refuse(scope, inputs[0]!, "a scalar");
        return intrinsic("select", unified.type, call, [
          coerce(scope, condition!.value, BOOL, condition!.at),
          ...unified.values,
        ]);
      },
    },
  ],
  [
    "MUX",
    {
      parameters: ["K", "IN0"],
      atMost: MANY,
      check: (scope, [selector, ...inputs], call) => {
        const unified = unifyAll(scope, inputs);
        if (unified === null) return NOTHING;
        if (scalarOf(unified.type) === null) return refuse(scope, inputs[0]!, "a scalar");
        return intrinsic("multiplex", unified.type, call, [
          coerce(scope, selector!.value, DINT, selector!.at),
          ...unified.values,
        ]);
      },
    },
  ],
  ["SHL", shift("shiftLeft")],
  ["SHR", shift("shiftRight")],
  ["ROL", shift("rotateLeft")],
  ["ROR", shift("rotateRight")],
  ["MOVE", { parameters: ["IN"], atMost: 1, check: (scope, [input]) => withOwnType(scope, input!.value, input!.at) }],
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
]);

const conversion = (from: ElementaryType | null, to: ElementaryType, truncate: boolean): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input]) => {
    const own = withOwnType(scope, input!.value, input!.at);
    const value = from === null ? own : coerce(scope, input!.value, from, input!.at);
    if (value.type.kind === "unknown") return NOTHING;
    if (scalarOf(value.type) === null) return refuse(scope, input!, "a scalar");
    return convertTo(value, to, truncate);
  },
});

/** `INT_TO_REAL`, `TO_REAL`, `TRUNC`, `TRUNC_INT`, `REAL_TRUNC_DINT`. */
const conversionNamed = (scope: Scope, call: Call, key: string): Standard | "refused" | undefined => {
  if (key === "TRUNC") return conversion(REAL, DINT, true);
  const [, from, verb, to] = /^(?:(\w+)_)?(TO|TRUNC)_(\w+)$/.exec(key) ?? [];
  if (to === undefined) return undefined;
  for (const name of [from, to]) {
    if (name === undefined || !(LATER_TYPES.has(name) || name === "STRING" || name === "WSTRING")) continue;
    scope.world.problems.error(call.callee.at, "not-supported", `${name} is not supported yet`);
    return "refused";
  }
  const target = elementaryNamed(to);
  const source = from === undefined ? null : elementaryNamed(from);
  if (target === null || (from !== undefined && source === null)) return undefined;
  return conversion(verb === "TRUNC" ? REAL : source, target, verb === "TRUNC");
};

const CONVERSION_NAMES = ["BOOL", "INT", "DINT", "UINT", "UDINT", "REAL", "TIME", "WORD", "DWORD"].flatMap(
  (from, _i, all) => all.filter((to) => to !== from).map((to) => `${from}_TO_${to}`),
);
/** For "did you mean". */
export const STANDARD_NAMES: readonly string[] = [...STANDARD.keys(), "TRUNC", ...CONVERSION_NAMES];
