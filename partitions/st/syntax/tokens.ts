/** The words of Structured Text (IEC 61131-3 §6.1). */
import type { Span } from "./source-text.ts";

export type Token =
  | {
      readonly kind: "name";
      readonly at: Span;
      readonly text: string /** In capitals, for comparing. */;
      readonly upper: string;
    }
  | { readonly kind: "integer"; readonly at: Span; readonly text: string; readonly value: bigint }
  | { readonly kind: "real"; readonly at: Span; readonly text: string; readonly value: number }
  /** The part of `T#1h5ms` behind the `#`. */
  | { readonly kind: "duration"; readonly at: Span; readonly text: string; readonly nanoseconds: bigint }
  /** The part of `D#2024-01-31` or `TOD#12:00:00` behind the `#`. */
  | { readonly kind: "date"; readonly at: Span; readonly text: string }
  | {
      readonly kind: "string";
      readonly at: Span;
      readonly text: string;
      readonly value: string;
      readonly wide: boolean;
      /** False: its end is missing, which was said. */
      readonly closed: boolean;
    }
  /** `%IX0.3`. */
  | { readonly kind: "direct"; readonly at: Span; readonly text: string }
  | { readonly kind: "symbol"; readonly at: Span; readonly text: string }
  /** `cutShort`: an open comment took the rest of the text with it. */
  | { readonly kind: "end"; readonly at: Span; readonly text: ""; readonly cutShort: boolean };

/** Longest first. */
export const SYMBOLS: readonly string[] = [":=", "=>", "?=", "<=", ">=", "<>", "**", "..", ..."+-*/()[]=<>:;,.#&^"];

/** Words that can never name anything; all other keywords are names where the grammar allows one. */
export const RESERVED: ReadonlySet<string> = new Set(
  `IF THEN ELSIF ELSE END_IF CASE OF END_CASE FOR TO BY DO END_FOR WHILE END_WHILE REPEAT UNTIL END_REPEAT EXIT RETURN CONTINUE
   VAR VAR_INPUT VAR_OUTPUT VAR_IN_OUT VAR_TEMP VAR_STAT VAR_INST VAR_GLOBAL VAR_EXTERNAL VAR_CONFIG END_VAR FUNCTION END_FUNCTION FUNCTION_BLOCK
   END_FUNCTION_BLOCK PROGRAM END_PROGRAM TYPE END_TYPE STRUCT END_STRUCT END_UNION ARRAY CONFIGURATION END_CONFIGURATION
   END_RESOURCE END_CLASS END_METHOD END_PROPERTY END_GET END_SET END_ACTION END_ACTIONS END_INTERFACE
   END_NAMESPACE END_TEST AND OR XOR NOT MOD AND_THEN OR_ELSE TRUE FALSE NULL`.split(/\s+/),
);

/** Prefixes of duration and date literals. */
export const DURATION_PREFIXES: ReadonlySet<string> = new Set(["T", "TIME", "LT", "LTIME"]);
export const DATE_PREFIXES: ReadonlySet<string> = new Set(
  "D DATE LD LDATE TOD TIME_OF_DAY LTOD LTIME_OF_DAY DT DATE_AND_TIME LDT LDATE_AND_TIME".split(" "),
);
