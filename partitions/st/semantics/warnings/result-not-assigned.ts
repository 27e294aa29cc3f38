/** A FUNCTION whose result nobody sets (IEC 61131-3 §6.6.2.2). */
import type { WarningRule } from "./rule.ts";

export const resultNotAssigned: WarningRule = {
  name: "result-not-assigned",
  *check({ result, body, at, name }, { written }) {
    if (result === null || body.length === 0 || written.has(result)) return;
    yield { at, message: `${name} never assigns its result`, hint: `assign it: ${result.name} := …;` };
  },
};
