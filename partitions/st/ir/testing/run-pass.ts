/** One pass over a function that stands there as text. */
import type { IrFunction } from "../ir.ts";
import { printFunction } from "../print.ts";
import type { Surroundings } from "../surroundings.ts";
import { parseFunction } from "./parse-ir.ts";

const SURROUNDINGS: Surroundings = {
  callees: new Map(),
  isPreempted: false,
  placeConstant: () => ({ base: { kind: "static", area: "constants" }, offset: 400 }),
};

/** @returns the function as it is printed afterwards, without its first line and without indentation. */
export const afterPass = (
  pass: (fn: IrFunction, surroundings: Surroundings) => void,
  text: string,
  surroundings: Partial<Surroundings> = {},
): string => {
  const fn = parseFunction(text);
  pass(fn, { ...SURROUNDINGS, ...surroundings });
  return bodyOf(fn);
};

export const bodyOf = (fn: IrFunction): string => plain(printFunction(fn)).split("\n").slice(1).join("\n");

/** Lines without indentation and comments, to compare with. */
export const plain = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.replace(/;.*/, "").trim())
    .filter((line) => line !== "")
    .join("\n");
