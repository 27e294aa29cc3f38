/** Z3, as a planner needs it: loading it takes half a second and threads of its own, so whoever opens it closes it. */
import { type Context, init, killThreads } from "z3-solver";

export type Z3 = Context<"planning">;

export interface OpenSolver {
  readonly z3: Z3;
  /** Ends its threads; nothing made from `z3` may be used afterwards. */
  close(): Promise<void>;
}

export const openSolver = async (): Promise<OpenSolver> => {
  // What its threads say when they are ended is for nobody.
  const { Context, em } = await init({ printErr: () => {} });
  return { z3: new Context("planning"), close: () => killThreads(em) };
};
