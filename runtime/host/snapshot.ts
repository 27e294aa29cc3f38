/** A module, or some of its partitions, kept between two major frames: what a snapshot's file holds. */
import { type ModuleState, wholeState } from "../hypervisor/index.ts";

export interface Snapshot {
  /** Frames that were over. */
  readonly frame: number;
  readonly state: ModuleState;
  /** By partition, the running hash of its trace so far: whoever goes on from here goes on with these. */
  readonly hashes: BigUint64Array;
}

/** @param parts of all the board's threads, of the same moment. */
export const wholeSnapshot = (parts: readonly Snapshot[]): Snapshot => {
  const { frame, hashes } = parts[0]!;
  const ofHolder = (index: number): bigint | undefined =>
    parts.find(({ state }) => (state.partitions[index] ?? null) !== null)?.hashes[index];
  return {
    frame,
    state: wholeState(parts.map(({ state }) => state)),
    hashes: BigUint64Array.from(hashes, (hash, index) => ofHolder(index) ?? hash),
  };
};
