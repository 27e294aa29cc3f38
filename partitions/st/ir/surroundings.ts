/** What a pass over one function knows of the rest of the program. */
import type { Address, IrFunction } from "./ir.ts";

export interface Callee {
  /** Done with the early passes. */
  readonly fn: IrFunction;
  /** Instructions. */
  readonly size: number;
  /** Called at one place in the whole program. */
  readonly isCalledOnce: boolean;
}

export interface Surroundings {
  /** Functions whose early passes are done, by name. */
  readonly callees: Pick<ReadonlyMap<string, Callee>, "get">;
  /** Another task may come in between any two instructions: nothing is stored that the program does not store. */
  readonly isPreempted: boolean;
  /** Puts bytes among the constants of the image. */
  readonly placeConstant: (bytes: Uint8Array) => Address;
}
