/**
 * What comes with the compiler, as source text: a program that declares the same name has its own. It is cut into its units, so
 * that only those are read that a program asks for.
 */
import { BINARY_CODED_DECIMALS } from "./binary-coded-decimals.ts";
import { DATES } from "./dates.ts";
import { HYPERVISOR } from "./hypervisor.ts";
import { LONG_INTEGERS } from "./long-integers.ts";
import { LONG_MATHEMATICS } from "./long-mathematics.ts";
import { LONG_TRIGONOMETRY } from "./long-trigonometry.ts";
import { MATHEMATICS } from "./mathematics.ts";
import { READ_TEXTS } from "./read-texts.ts";
import { REAL_TEXTS } from "./real-texts.ts";
import { STANDARD_BLOCKS } from "./standard-blocks.ts";
import { STRINGS } from "./strings.ts";
import { TEXTS } from "./texts.ts";

/** What IEC 61131-3 has, and all that it needs: a library as any user could write it. */
export const IEC_LIBRARY: string = [
  STANDARD_BLOCKS,
  MATHEMATICS,
  LONG_MATHEMATICS,
  LONG_TRIGONOMETRY,
  LONG_INTEGERS,
  DATES,
  BINARY_CODED_DECIMALS,
  STRINGS,
  TEXTS,
  READ_TEXTS,
  REAL_TEXTS,
].join("");

/** With what only the compiler's own library can do: reach the device. */
export const STANDARD_LIBRARY: string = IEC_LIBRARY + HYPERVISOR;

/** The text of each FUNCTION and FUNCTION_BLOCK by its name, in capitals. */
export const STANDARD_UNITS: ReadonlyMap<string, string> = new Map(
  [...STANDARD_LIBRARY.matchAll(/^(FUNCTION|FUNCTION_BLOCK) (\w+)[\s\S]*?^END_\1$/gm)].map(([text, , name]) => [
    name!,
    text,
  ]),
);
