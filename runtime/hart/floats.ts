/** What every float instruction does, for interpreter and translator alike. RISC-V Unprivileged 20191213 chapters 11 and 12. */
import type { Effect } from "../isa/index.ts";
import { DOUBLES } from "./doubles.ts";
import type { FloatMeaning } from "./float-rules.ts";
import { SINGLES } from "./singles.ts";

export const floatMeaning = (effect: Extract<Effect, { kind: "float" }>): FloatMeaning =>
  effect.precision === "single" ? SINGLES[effect.operation] : DOUBLES[effect.operation];
