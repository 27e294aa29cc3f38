/** What comes with the compiler, as source text: a program that declares the same name has its own. */
import { LONG_INTEGERS } from "./long-integers.ts";
import { MATHEMATICS } from "./mathematics.ts";
import { STANDARD_BLOCKS } from "./standard-blocks.ts";

export const STANDARD_LIBRARY = STANDARD_BLOCKS + MATHEMATICS + LONG_INTEGERS;
