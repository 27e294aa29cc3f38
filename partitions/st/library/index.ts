/** What comes with the compiler, as source text: a program that declares the same name has its own. */
import { BINARY_CODED_DECIMALS } from "./binary-coded-decimals.ts";
import { DATES } from "./dates.ts";
import { LONG_INTEGERS } from "./long-integers.ts";
import { LONG_MATHEMATICS } from "./long-mathematics.ts";
import { LONG_TRIGONOMETRY } from "./long-trigonometry.ts";
import { MATHEMATICS } from "./mathematics.ts";
import { READ_TEXTS } from "./read-texts.ts";
import { STANDARD_BLOCKS } from "./standard-blocks.ts";
import { STRINGS } from "./strings.ts";
import { TEXTS } from "./texts.ts";

export const STANDARD_LIBRARY = [
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
].join("");
