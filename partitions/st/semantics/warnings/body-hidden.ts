/** A block without a body hides that of what it extends: a body is not inherited (IEC 61131-3 §6.6.5.5.1). */
import type { WarningRule } from "./rule.ts";

export const bodyHidden: WarningRule = {
  name: "body-hidden",
  *check({ kind, base, name, declaration, modifiers }) {
    if (kind !== "FUNCTION_BLOCK" || declaration.unit === "CLASS" || modifiers.abstract || base === null) return;
    if (declaration.body.length > 0 || base.declaration.body.length === 0) return;
    const message = `a call of ${name} does nothing: it has no body, and that of ${base.name} is not inherited`;
    yield { at: declaration.name.at, message, hint: "write SUPER^(); as its body" };
  },
};
