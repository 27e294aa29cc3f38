/** Functions of times and dates that operators have too, under their own names (IEC 61131-3 table 35). */
import type { BinaryOperator } from "../syntax/ast.ts";
import { combine } from "./check-operator.ts";
import { coerce, NOTHING } from "./convert.ts";
import type { Standard } from "./standard-function.ts";
import { DATE, DT, type ElementaryType, LDATE, LDT, LTIME, LTOD, TIME, TOD } from "./types.ts";

/** The operator, on operands of just these types; `second` null: any number. */
const temporal = (
  name: string,
  operator: BinaryOperator,
  first: ElementaryType,
  second: ElementaryType | null,
): [string, Standard] => [
  name,
  {
    parameters: ["IN1", "IN2"],
    atMost: 2,
    check: (scope, [left, right], call) => {
      const a = { value: coerce(scope, left!.value, first, left!.at), at: left!.at };
      const b = second === null ? right! : { value: coerce(scope, right!.value, second, right!.at), at: right!.at };
      return a.value === NOTHING || b.value === NOTHING ? NOTHING : combine(scope, operator, a, b, call.at);
    },
  },
];

export const TEMPORAL_FUNCTIONS: readonly (readonly [string, Standard])[] = [
  temporal("ADD_TOD_TIME", "+", TOD, TIME),
  temporal("ADD_LTOD_LTIME", "+", LTOD, LTIME),
  temporal("ADD_DT_TIME", "+", DT, TIME),
  temporal("ADD_LDT_LTIME", "+", LDT, LTIME),
  temporal("SUB_DATE_DATE", "-", DATE, DATE),
  temporal("SUB_LDATE_LDATE", "-", LDATE, LDATE),
  temporal("SUB_TOD_TIME", "-", TOD, TIME),
  temporal("SUB_LTOD_LTIME", "-", LTOD, LTIME),
  temporal("SUB_TOD_TOD", "-", TOD, TOD),
  temporal("SUB_LTOD_LTOD", "-", LTOD, LTOD),
  temporal("SUB_DT_TIME", "-", DT, TIME),
  temporal("SUB_LDT_LTIME", "-", LDT, LTIME),
  temporal("SUB_DT_DT", "-", DT, DT),
  temporal("SUB_LDT_LDT", "-", LDT, LDT),
  temporal("MUL_TIME", "*", TIME, null),
  temporal("MULTIME", "*", TIME, null),
  temporal("MUL_LTIME", "*", LTIME, null),
  temporal("DIV_TIME", "/", TIME, null),
  temporal("DIVTIME", "/", TIME, null),
  temporal("DIV_LTIME", "/", LTIME, null),
];
