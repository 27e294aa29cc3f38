/** Opens a snapshot for a verb that is to go on from it. */
import { readFile } from "node:fs/promises";
import type { Snapshot } from "../host/snapshot.ts";
import { decodeSnapshot } from "../host/snapshot-file.ts";
import type { System } from "../system.ts";
import type { Hasher } from "../trace/index.ts";
import { UserError } from "./environment.ts";

/** A snapshot, and the file that holds it. */
export interface OpenedSnapshot extends Snapshot {
  readonly file: Uint8Array;
}

/** @throws UserError when the file cannot be read, or `system` cannot go on from it. */
export const openSnapshot = async (path: string, system: System, hasher: Hasher): Promise<OpenedSnapshot> => {
  const file = await readFile(path).catch((error: Error) => {
    throw new UserError(`cannot read ${path}: ${error.message}`);
  });
  const snapshot = await decodeSnapshot(file, system, hasher);
  if (typeof snapshot !== "string") return { ...snapshot, file };
  throw new UserError(`${system.name} cannot go on from ${path}: ${snapshot}`);
};
