/** All warnings about a program unit whose body is checked. */
import type { Problems } from "../../problems.ts";
import type { Unit } from "../symbols.ts";
import { bodyHidden } from "./body-hidden.ts";
import { caseIncomplete } from "./case-incomplete.ts";
import { lifecycleMethod } from "./lifecycle-method.ts";
import { loopVariableChanged } from "./loop-variable-changed.ts";
import { neverAssigned } from "./never-assigned.ts";
import { neverRead } from "./never-read.ts";
import { noEffect } from "./no-effect.ts";
import { outputNeverAssigned } from "./output-never-assigned.ts";
import { realEquality } from "./real-equality.ts";
import { resultNotAssigned } from "./result-not-assigned.ts";
import type { WarningRule } from "./rule.ts";
import { selfAssignment } from "./self-assignment.ts";
import { unreachable } from "./unreachable.ts";
import { unusedVariable } from "./unused-variable.ts";
import { usesOf } from "./uses.ts";

const RULES: readonly WarningRule[] = [
  bodyHidden,
  caseIncomplete,
  lifecycleMethod,
  loopVariableChanged,
  neverAssigned,
  neverRead,
  noEffect,
  outputNeverAssigned,
  realEquality,
  resultNotAssigned,
  selfAssignment,
  unreachable,
  unusedVariable,
];

export const warnAbout = (unit: Unit, problems: Problems): void => {
  const uses = usesOf(unit);
  for (const { name, check } of RULES) {
    for (const { at, message, hint } of check(unit, uses)) problems.warning(at, name, message, hint);
  }
};
