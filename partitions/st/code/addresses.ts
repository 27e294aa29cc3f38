/** Where everything stands in the data: decided before code is generated, from the start of the data on. */
import type { StaticArea } from "../semantics/symbols.ts";

export type DataArea = StaticArea | "constants" | "runtime" | "zeros";

/** Offsets from the start of the data. */
export type AreaOffsets = Readonly<Record<DataArea, number>>;

/** The global pointer stands this far behind the start of the data, so that its 12-bit offsets reach the first 4 KiB. */
export const POINTER_BIAS = 2048;
