/** Which outputs are written together: neighbours that are due at the same time, and the bits of one register. */
import { LIMIT } from "../protocol.ts";
import type { Output } from "./output.ts";
import { isBitArea } from "./read-plan.ts";

/** Outputs that one turn on the bus writes: neighbours, or bits of one register. */
export interface Writing {
  readonly outputs: readonly [Output, ...Output[]];
  /** Of each output its bit or registers. */
  readonly values: readonly (readonly number[])[];
}

/** By area and address. */
export const inOrder = (outputs: readonly Output[]): readonly Output[] =>
  [...outputs].sort(
    (a, b) => a.mapping.area.localeCompare(b.mapping.area) || a.mapping.address - b.mapping.address || a.mask - b.mask,
  );

/**
 * @param ordered all outputs of a device, by `inOrder`.
 * @param due one of them.
 * @returns the run of outputs that it is written with, all due at `nowMs` and within what one request may write (a longer
 * run begins there, and `due` may come later); null when it has no value that can be written.
 */
export const planWriting = (ordered: readonly Output[], due: Output, nowMs: number): Writing | null => {
  if (due.take() === null) return null;
  const joins = (before: Output | undefined, behind: Output | undefined): boolean =>
    before !== undefined && behind !== undefined && mayJoin(before, behind) && isReady(before) && isReady(behind);
  const isReady = (output: Output): boolean =>
    output === due || (output.recurrence.dueMs <= nowMs && output.take() !== null);
  let low = ordered.indexOf(due);
  let high = low;
  while (joins(ordered[low - 1], ordered[low])) low -= 1;
  while (joins(ordered[high], ordered[high + 1])) high += 1;
  const first = ordered[low]!;
  const limit = isBitArea(first.mapping.area) ? LIMIT.writeBits : LIMIT.writeRegisters;
  const further = ordered.slice(low + 1, high + 1).filter(({ end }) => end - first.mapping.address <= limit);
  const outputs = [first, ...further] as const;
  return { outputs, values: outputs.map((output) => output.take() ?? []) };
};

const mayJoin = (before: Output, behind: Output): boolean => {
  const [a, b] = [before.mapping, behind.mapping];
  if (a.area !== b.area || a.writeVerify !== b.writeVerify) return false;
  if (before.isBit || behind.isBit) return before.isBit && behind.isBit && a.address === b.address;
  return !before.isApart && !behind.isApart && before.end === b.address;
};
