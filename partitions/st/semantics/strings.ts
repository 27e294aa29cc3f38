/** Strings as values: their lengths, what literals become, how they are passed and compared (IEC 61131-3 §6.4.2.1, §6.4.4.7). */
import type { Span } from "../syntax/source-text.ts";
import type { CallArgument, CheckedExpression, Comparison, Place } from "./checked.ts";
import { foldComparison } from "./constants.ts";
import { type Image, zeros } from "./image.ts";
import type { Scope } from "./scope.ts";
import {
  BOOL,
  DINT,
  nameOf,
  STRING_LITERAL,
  type StringType,
  stringType,
  type Type,
  UNKNOWN,
  WSTRING_LITERAL,
} from "./types.ts";

interface Operand {
  readonly value: CheckedExpression;
  readonly at: Span;
}

const isLiteral = (type: Type): boolean => type === STRING_LITERAL || type === WSTRING_LITERAL;

export const isText = (type: Type): boolean => type.kind === "string" || isLiteral(type);

/** The characters of a string that is known, with the zero behind them; what is behind that is zero too. */
const imageOfText = (text: string, { wide, length, bytes }: StringType): Image => {
  const image = zeros(bytes);
  const view = new DataView(image.bytes.buffer);
  for (let i = 0; i < Math.min(text.length, length); i++) {
    const code = text.charCodeAt(i);
    if (wide) view.setUint16(2 * i, code, true);
    else view.setUint8(i, code);
  }
  return image;
};

const known = (text: string, type: StringType): CheckedExpression => ({
  ...{ kind: "aggregate", type, parts: [] },
  image: imageOfText(text, type),
});

export const emptyText = (wide: boolean): CheckedExpression => known("", stringType(wide, 0));

/** Characters of a byte each: others need a WSTRING. */
const hasOnlyBytes = (scope: Scope, text: string, at: Span): boolean => {
  const other = [...text].find((character) => character.charCodeAt(0) > 0xff);
  if (other === undefined) return true;
  const message = `${other} is no character of a STRING, which holds bytes`;
  scope.world.problems.error(at, "value-out-of-range", message, 'use a WSTRING: "…" in double quotes');
  return false;
};

/** The value as a string of this type; null: it is no text of its kind, and nothing was said. */
export const coerceToString = (
  scope: Scope,
  value: CheckedExpression,
  type: StringType,
  at: Span,
): CheckedExpression | null => {
  if (value.kind === "constant" && typeof value.value === "string") {
    if (value.type !== (type.wide ? WSTRING_LITERAL : STRING_LITERAL)) return null;
    if (!type.wide && !hasOnlyBytes(scope, value.value, at)) return null;
    if (value.value.length > type.length) {
      const message = `${nameOf(type)} holds ${type.length} characters: the rest of this text is cut off`;
      scope.world.problems.warning(at, "implicit-narrowing", message, "use a longer string");
    }
    return known(value.value, type);
  }
  if (value.type.kind !== "string" || value.type.wide !== type.wide) return null;
  return textCall(scope, "COPY", type, [value]);
};

/** A text as a string as long as it is; null: it is none, and nothing was said. */
export const withOwnLength = (scope: Scope, { value, at }: Operand): CheckedExpression | null => {
  if (value.type.kind === "string") return value;
  if (value.kind !== "constant" || typeof value.value !== "string" || !isLiteral(value.type)) return null;
  return coerceToString(scope, value, stringType(value.type === WSTRING_LITERAL, value.value.length), at);
};

/** A value that is only read, where someone who needs its address finds it. */
const placeOf = (value: CheckedExpression): Place =>
  value.kind === "read" ? value.place : { kind: "temporary", type: value.type, value };

const wordFor = (wide: boolean): string => (wide ? "WSTRING" : "STRING");

/** A call of the library's function of that name for strings of the kind of `texts`. */
const routineCall = (
  scope: Scope,
  key: string,
  type: Type,
  texts: readonly CheckedExpression[],
  numbers: readonly CheckedExpression[],
): CheckedExpression => {
  const unit = scope.world.unit(key);
  if (unit === null || [...texts, ...numbers].some((each) => each.type.kind === "unknown")) {
    return { kind: "constant", type: UNKNOWN, value: 0n };
  }
  scope.unit?.calls.add(unit);
  const [text, number] = [texts.values(), numbers.values()];
  const list = unit.variables
    .filter(({ section }) => section === "input" || section === "inOut")
    .map((variable): CallArgument => {
      if (variable.byReference) return { kind: "reference", variable, place: placeOf(text.next().value!) };
      return { kind: "value", variable, value: number.next().value! };
    });
  return { kind: "call", type, unit, receiver: null, arguments: list };
};

/** A text of up to `type.length` characters, made of others and of numbers: `name` is the library's function for it. */
export const textOf = (
  scope: Scope,
  name: string,
  type: StringType,
  texts: readonly CheckedExpression[],
  numbers: readonly CheckedExpression[] = [],
): CheckedExpression => routineCall(scope, `PARTITA_${name}`, type, texts, [capacity(type), ...numbers]);

/** The same by the one of two functions that is for strings of this kind. */
export const textCall = (
  scope: Scope,
  name: string,
  type: StringType,
  texts: readonly CheckedExpression[],
  numbers: readonly CheckedExpression[] = [],
): CheckedExpression => textOf(scope, `${name}_${wordFor(type.wide)}`, type, texts, numbers);

/** A number that is found in texts, as a DINT. */
export const textNumber = (scope: Scope, name: string, texts: readonly CheckedExpression[]): CheckedExpression => {
  const [{ type }] = texts as [CheckedExpression];
  return routineCall(scope, `PARTITA_${name}_${wordFor(type.kind === "string" && type.wide)}`, DINT, texts, []);
};

/** What a text says, as a value of the type that the library's function `name` gives. */
export const readText = (
  scope: Scope,
  name: string,
  type: Type,
  text: CheckedExpression,
  numbers: readonly CheckedExpression[] = [],
): CheckedExpression => routineCall(scope, `PARTITA_${name}`, type, [text], numbers);

const capacity = ({ length }: StringType): CheckedExpression => ({
  kind: "constant",
  type: DINT,
  value: BigInt(length),
});

/** Character by character, the shorter one first where it ends (§6.6.2.5.7). Null: these are no texts of one kind. */
export const compareTexts = (
  scope: Scope,
  operator: Comparison,
  left: Operand,
  right: Operand,
): CheckedExpression | null => {
  if (!isText(left.value.type) || !isText(right.value.type)) return null;
  const [a, b] = [left.value, right.value];
  if (a.kind === "constant" && b.kind === "constant" && a.type === b.type) {
    return { kind: "constant", type: BOOL, value: foldComparison(operator, a.value, b.value) };
  }
  const [x, y] = [withOwnLength(scope, left), withOwnLength(scope, right)];
  if (x?.type.kind !== "string" || y?.type.kind !== "string" || x.type.wide !== y.type.wide) return null;
  const order = textNumber(scope, "COMPARE", [x, y]);
  return {
    kind: "compare",
    type: BOOL,
    at: null,
    operator,
    left: order,
    right: { kind: "constant", type: DINT, value: 0n },
  };
};
