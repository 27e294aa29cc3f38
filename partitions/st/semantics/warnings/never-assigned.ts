/** A variable that is read, but keeps the zero it starts with. */
import type { Variable } from "../symbols.ts";
import { scalarOf, type Type } from "../types.ts";
import type { WarningRule } from "./rule.ts";

export const neverAssigned: WarningRule = {
  name: "never-assigned",
  *check({ variables }, { read, written, namedOutside, initialised }) {
    for (const variable of variables) {
      if (!startsAsZero(variable) || initialised.has(variable.key) || !read.has(variable)) continue;
      if (written.has(variable) || namedOutside.has(variable.key)) continue;
      yield {
        at: variable.at,
        message: `${variable.name} is read, but never assigned`,
        hint: "assign it, give it an initial value, or make it an input",
      };
    }
  },
};

/** RETAIN variables and points get their values from outside too. */
const startsAsZero = ({ section, initial, constant, readOnly, retain, address, type }: Variable): boolean =>
  (section === "local" || section === "temp" || section === "static") &&
  (initial === null || (initial.bytes.every((byte) => byte === 0) && initial.relocations.length === 0)) &&
  constant === null &&
  !readOnly &&
  !retain &&
  address === null &&
  isOfScalars(type);

/** A STRUCT may have initial values of its own. */
const isOfScalars = (type: Type): boolean =>
  type.kind === "array" ? isOfScalars(type.element) : scalarOf(type) !== null;
