/** What a pass over one function knows of the rest of the program. */
import type { Address, IrFunction } from "./ir.ts";

export interface Callee {
  /** Done with the early passes. */
  readonly fn: IrFunction;
  /** Places in the whole program where it is called. */
  readonly calls: number;
}

export interface Surroundings {
  /** Functions whose early passes are done, by name. */
  readonly callees: ReadonlyMap<string, Callee>;
  /** Another task may come in between any two instructions: nothing is stored that the program does not store. */
  readonly isPreempted: boolean;
  /** Puts bytes among the constants of the image. */
  readonly placeConstant: (bytes: Uint8Array) => Address;
}
