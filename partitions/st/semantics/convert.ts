/** Giving an expression the type that its place wants (IEC 61131-3 §6.6.1.7). */
import type { Span } from "../syntax/source-text.ts";
import type { CheckedExpression } from "./checked.ts";
import { convertConstant, fits } from "./constants.ts";
import { addressAsNumber, coerceToPointer, pointerHint, reinterpret } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import {
  BOOL,
  DINT,
  type ElementaryType,
  INT,
  INTEGER_LITERAL,
  nameOf,
  REAL,
  REAL_LITERAL,
  rangeOf,
  sameType,
  scalarOf,
  type Type,
  UDINT,
  UNKNOWN,
  widens,
} from "./types.ts";

/** Stands for what was reported already. */
export const NOTHING: CheckedExpression = { kind: "constant", type: UNKNOWN, value: 0n };

export const convertTo = (operand: CheckedExpression, type: ElementaryType, truncate = false): CheckedExpression => {
  if (operand.type === type) return operand;
  if (operand.kind === "constant")
    return { kind: "constant", type, value: convertConstant(operand.value, operand.type, type, truncate) };
  return { kind: "convert", type, operand, truncate };
};

/** The type that a literal has where nothing asks for another: INT when it fits, else DINT, else UDINT; REAL. */
export const withOwnType = (scope: Scope, value: CheckedExpression, at: Span): CheckedExpression => {
  if (value.type === REAL_LITERAL) return coerce(scope, value, REAL, at);
  if (value.type !== INTEGER_LITERAL || value.kind !== "constant" || typeof value.value !== "bigint") return value;
  const number = value.value;
  const type = [INT, DINT, UDINT].find((candidate) => fits(number, candidate));
  if (type !== undefined) return { kind: "constant", type, value: number };
  scope.world.problems.error(
    at,
    "value-out-of-range",
    `${number} needs more than 32 bits`,
    "64-bit integers are not supported yet",
  );
  return NOTHING;
};

/** The value as a `type`; reports and gives NOTHING when that takes a conversion that must be asked for. */
export const coerce = (scope: Scope, value: CheckedExpression, type: Type, at: Span): CheckedExpression => {
  if (value.type.kind === "unknown" || type.kind === "unknown") return NOTHING;
  if (sameType(value.type, type)) return value;
  if (type.kind === "pointer") return coerceToPointer(value, type) ?? mismatch(scope, value, type, at);
  const number = addressAsNumber(value, type);
  if (number !== null) return number;
  const to = type.kind === "elementary" ? type : null;
  if (value.type.kind === "literal") return coerceLiteral(scope, value, type, at);
  const from = value.type.kind === "pointer" ? null : scalarOf(value.type);
  if (to !== null && from !== null && widens(from, to)) {
    if (to === REAL && (from === DINT || from === UDINT)) {
      const message = `${nameOf(from)} to REAL loses digits beyond 16777216`;
      scope.world.problems.warning(
        at,
        "implicit-narrowing",
        message,
        `write ${from.name}_TO_REAL(…) when that is meant`,
      );
    }
    return convertTo(value.type.kind === "enum" ? reinterpret(value, from) : value, to);
  }
  return mismatch(scope, value, type, at);
};

const mismatch = (scope: Scope, value: CheckedExpression, to: Type, at: Span): CheckedExpression => {
  const from = value.type;
  let hint = "";
  if (to.kind === "pointer") hint = pointerHint(value, to);
  else if (from.kind === "elementary" && to.kind === "elementary") hint = `convert it: ${from.name}_TO_${to.name}(…)`;
  else if (to.kind === "enum") hint = `use one of its values, like ${to.name}#${to.values[0]?.name ?? "…"}`;
  scope.world.problems.error(at, "type-mismatch", `expected ${nameOf(to)}, found ${nameOf(from)}`, hint);
  return NOTHING;
};

const coerceLiteral = (scope: Scope, value: CheckedExpression, type: Type, at: Span): CheckedExpression => {
  const to = type.kind === "elementary" ? type : null;
  if (to === null || value.kind !== "constant" || typeof value.value === "string") {
    return mismatch(scope, value, type, at);
  }
  const number = value.value;
  if (to.family === "real") return { kind: "constant", type: to, value: Math.fround(Number(number)) };
  if (typeof number === "bigint" && to.family !== "time") return coerceInteger(scope, number, to, at);
  if (to.family === "time") {
    scope.world.problems.error(
      at,
      "type-mismatch",
      `expected TIME, found ${nameOf(value.type)}`,
      "write a duration with its unit, like T#500ms",
    );
    return NOTHING;
  }
  return mismatch(scope, value, type, at);
};

const coerceInteger = (scope: Scope, number: bigint, to: ElementaryType, at: Span): CheckedExpression => {
  if (!fits(number, to)) {
    const { low, high } = rangeOf(to);
    scope.world.problems.error(
      at,
      "value-out-of-range",
      `${number} does not fit into ${to.name}`,
      `${to.name} holds ${low} to ${high}`,
    );
    return NOTHING;
  }
  return { kind: "constant", type: to, value: to === BOOL ? number === 1n : number };
};
