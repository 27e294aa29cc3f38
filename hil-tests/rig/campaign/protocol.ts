/** What a campaign's threads say to each other. */
import type { System } from "../../../runtime/system.ts";
import type { Entry, Found } from "./campaign-run.ts";

/** What a worker is given when it starts; then it answers one request after the other. */
export interface WorkerJob {
  readonly file: string;
  readonly seed: number;
  /** Compiled once for all. */
  readonly system: System;
}

export type Request =
  | { readonly kind: "try"; readonly indices: readonly number[] }
  | { readonly kind: "shrink"; readonly index: number };

export type Answer =
  | { readonly kind: "tried"; readonly entries: readonly Entry[] }
  | { readonly kind: "shrunk"; readonly found: Found }
  | { readonly kind: "refused"; readonly message: string };
