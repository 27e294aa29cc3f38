/** The passes over one function, in their order. */
import { tidyBlocks } from "./blocks.ts";
import { removeDeadCode } from "./dead-code.ts";
import type { IrFunction } from "./ir.ts";
import { shareValues } from "./local-values.ts";
import { splitLongs, usesLongs } from "./split-longs.ts";

export const optimize = (fn: IrFunction): void => {
  tidyBlocks(fn);
  shareValues(fn);
  if (usesLongs(fn)) {
    removeDeadCode(fn);
    splitLongs(fn);
    shareValues(fn);
  }
  removeDeadCode(fn);
  tidyBlocks(fn);
};
