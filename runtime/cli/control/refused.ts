/** A request that cannot be met, on its way to the one place that makes an answer of it. */
import type { ControlError } from "../../../io-bridge/control/index.ts";

export class Refused extends Error {
  override readonly name = "Refused";
  readonly error: ControlError;

  constructor(code: string, what: string, where: string | null, hint: string) {
    super(what);
    this.error = { code, what, where, hint };
  }
}
