/** Which functions a function calls. */
import { type IrFunction, targetsOf } from "./ir.ts";

const CALLS = new WeakMap<IrFunction, readonly string[]>();

/** Of a function that is not changed any more. */
export const callsIn = (fn: IrFunction): readonly string[] => {
  let calls = CALLS.get(fn);
  if (calls === undefined) {
    calls = fn.blocks.flatMap(({ instructions }) =>
      instructions.flatMap((each) => (each.kind === "call" ? targetsOf(each) : [])),
    );
    CALLS.set(fn, calls);
  }
  return calls;
};
