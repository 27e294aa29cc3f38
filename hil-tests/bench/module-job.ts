/** What the process that runs a module for its figures is told, and what it says (it is a process of its own: module-run.ts). */

export interface ModuleJob {
  /** Paths of the config files of the modules, which are run in turn, a stretch at a time: what else the host does hits all alike. */
  readonly configs: readonly string[];
  /**
   * Host time from the first slot on before anything counts; longer where something is to count and the speed still rises:
   * compiling in the background is to be over.
   */
  readonly warmUpSeconds: number;
  /** Board cycles of each module that count; 0: none, only the start is looked at. */
  readonly cycles: number;
}

/** A stretch of the warm-up. */
export interface Sample {
  /** Host time from the end of the first slot to the end of this stretch. */
  readonly seconds: number;
  /** Instructions a second in this stretch, in millions. */
  readonly mips: number;
}

/** What was done, and the host time it took. */
export interface Stretch {
  readonly seconds: number;
  readonly instructions: number;
  readonly slots: number;
}

export interface ModuleFigures {
  /** Host time from the start of loading to the end of the first slot, of the first module. */
  readonly firstSlotSeconds: number;
  /** Of all modules together. */
  readonly samples: readonly Sample[];
  /** Of each module, all that counts. */
  readonly measured: readonly Stretch[];
  /** The most memory that the process ever had (resident). */
  readonly peakMemoryBytes: number;
}

export type ModuleMessage =
  | { readonly kind: "firstSlot" }
  | { readonly kind: "done"; readonly figures: ModuleFigures }
  | { readonly kind: "failed"; readonly reason: string };
