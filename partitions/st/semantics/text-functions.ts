/** Functions of strings (IEC 61131-3 §6.6.2.5.7, table 29): LEN, LEFT, RIGHT, MID, CONCAT, INSERT, DELETE, REPLACE, FIND. */

import type { Span } from "../syntax/source-text.ts";
import type { Operand } from "./check-operator.ts";
import type { CheckedExpression } from "./checked.ts";
import { computed } from "./computed.ts";
import { coerce, convertTo, NOTHING } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { MANY, refuse, type Standard } from "./standard-function.ts";
import { emptyText, textCall, textNumber, withOwnLength } from "./strings.ts";
import { DINT, INT, type StringType, stringType } from "./types.ts";

/** What a function makes of texts is cut off here, unless one of them is longer. */
const LONGEST = 255;

interface Texts {
  readonly values: readonly CheckedExpression[];
  readonly types: readonly StringType[];
}

/** Of one kind, narrow or wide; null: they are not, and it was said. */
export const textsOf = (scope: Scope, operands: readonly Operand[]): Texts | null => {
  const values: CheckedExpression[] = [];
  const types: StringType[] = [];
  for (const operand of operands) {
    const value = withOwnLength(scope, operand);
    const wanted = types[0]?.wide ? "a WSTRING" : types.length === 0 ? "a text" : "a STRING";
    if (value?.type.kind !== "string" || (types.length > 0 && types[0]!.wide !== value.type.wide)) {
      if (operand.value.type.kind !== "unknown") refuse(scope, operand, wanted);
      return null;
    }
    values.push(value);
    types.push(value.type);
  }
  return { values, types };
};

export const longEnough = (types: readonly StringType[], isJoined: boolean): StringType => {
  const lengths = types.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const sum = isJoined ? lengths.reduce((total, length) => total + length, 0) : longest;
  return stringType(types[0]!.wide, Math.min(sum, Math.max(LONGEST, longest)));
};

const numbersOf = (scope: Scope, operands: readonly Operand[]): readonly CheckedExpression[] =>
  operands.map(({ value, at }) => coerce(scope, value, DINT, at));

/** A text made of the first operands, which are texts, and of numbers. `arrange` brings the numbers into the library's order. */
const making = (
  name: string,
  parameters: readonly string[],
  texts: number,
  arrange: (numbers: readonly CheckedExpression[], at: Span) => readonly CheckedExpression[] = (numbers) => numbers,
): Standard => ({
  parameters,
  atMost: parameters.length,
  check: (scope, operands, call) => {
    const found = textsOf(scope, operands.slice(0, texts));
    const numbers = numbersOf(scope, operands.slice(texts));
    if (found === null || numbers.some(({ type }) => type.kind === "unknown")) return NOTHING;
    return textCall(scope, name, longEnough(found.types, texts > 1), found.values, arrange(numbers, call.at));
  },
});

const counting = (name: string, parameters: readonly string[]): Standard => ({
  parameters,
  atMost: parameters.length,
  check: (scope, operands, call) => {
    const found = textsOf(scope, operands);
    return found === null ? NOTHING : convertTo(textNumber(scope, name, found.values), INT, call.at);
  },
});

const number = (value: bigint): CheckedExpression => ({ kind: "constant", type: DINT, value });

const concat: Standard = {
  parameters: ["IN1", "IN2"],
  atMost: MANY,
  check: (scope, operands) => {
    const found = textsOf(scope, operands);
    if (found === null) return NOTHING;
    const type = longEnough(found.types, true);
    return found.values.reduce((before, next) => textCall(scope, "CONCAT", type, [before, next]));
  },
};

/** DELETE(IN, L, P): nothing in the place of these characters. */
const deletion: Standard = {
  parameters: ["IN", "L", "P"],
  atMost: 3,
  check: (scope, [text, ...others]) => {
    const found = textsOf(scope, [text!]);
    const numbers = numbersOf(scope, others);
    if (found === null || numbers.some(({ type }) => type.kind === "unknown")) return NOTHING;
    const [type] = found.types as readonly [StringType];
    return textCall(scope, "REPLACE", type, [...found.values, emptyText(type.wide)], numbers);
  },
};

export const TEXT_FUNCTIONS: readonly (readonly [string, Standard])[] = [
  ["LEN", counting("LEN", ["IN"])],
  ["FIND", counting("FIND", ["IN1", "IN2"])],
  ["LEFT", making("LEFT", ["IN", "L"], 1)],
  ["RIGHT", making("RIGHT", ["IN", "L"], 1)],
  ["MID", making("MID", ["IN", "L", "P"], 1)],
  ["CONCAT", concat],
  ["DELETE", deletion],
  ["REPLACE", making("REPLACE", ["IN1", "IN2", "L", "P"], 2)],
  // Behind the P-th character: none is replaced from the one after it on.
  [
    "INSERT",
    making("REPLACE", ["IN1", "IN2", "P"], 2, ([position], at) => [
      number(0n),
      computed("add", DINT, position!, number(1n), at),
    ]),
  ],
];
