/** Gives blocks of records that were written in the course of a run another beginning: the snapshot of a moment between two of them. */
import { BlockWriter } from "./blocks.ts";
import type { Hasher } from "./hashes.ts";
import { RECORDING_FORMAT, type RecordingHeader } from "./recording-format.ts";

/**
 * Begins a recording that starts from a snapshot.
 * @param header of the whole run.
 * @returns what takes the payloads of all blocks from that moment on.
 */
export const startingFrom = (
  header: RecordingHeader,
  snapshot: Uint8Array,
  hasher: Hasher,
  sink: (bytes: Uint8Array) => void,
): BlockWriter => {
  const writer = new BlockWriter(RECORDING_FORMAT, hasher, sink);
  const nothing = header.partitions.map(() => null);
  const later: RecordingHeader = { ...header, start: "snapshot", restored: nothing };
  writer.writePayload(new TextEncoder().encode(JSON.stringify(later)));
  writer.writePayload(snapshot);
  return writer;
};
