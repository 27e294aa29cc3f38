/** FB_init and its like, which CODESYS calls by itself: here a METHOD runs when it is called (IEC 61131-3 §6.6.5 knows no constructors). */
import type { WarningRule } from "./rule.ts";

const NAMES = new Set(["FB_INIT", "FB_REINIT", "FB_EXIT"]);

export const lifecycleMethod: WarningRule = {
  name: "lifecycle-method",
  *check({ kind, declaration: { name } }) {
    if (kind !== "METHOD" || !NAMES.has(name.key)) return;
    const message = `${name.text} is not called by itself: it is a METHOD like any other`;
    const hint = name.key === "FB_INIT" ? "give the variables initial values, or call it in the first scan" : "call it";
    yield { at: name.at, message, hint };
  },
};
