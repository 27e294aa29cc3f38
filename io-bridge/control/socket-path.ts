/** Where control sockets are: in a folder that belongs to the user alone, one for each running module, by its name. */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SUFFIX = ".control";
/** sun_path has 108 bytes on Linux, a zero included (unix(7)). */
const LONGEST_PATH = 107;

/** `$XDG_RUNTIME_DIR/partita` (XDG Base Directory Specification), or `partita-UID` among the temporary files. */
const controlFolder = (): string => {
  const { XDG_RUNTIME_DIR: own } = process.env;
  return own === undefined || own === "" ? join(tmpdir(), `partita-${process.getuid?.() ?? 0}`) : join(own, "partita");
};

export const socketPathOf = (module: string): string => join(controlFolder(), `${module}${SUFFIX}`);

/** Names of the modules whose sockets are there, running or not. */
export const modulesWithSockets = (): readonly string[] => {
  try {
    return readdirSync(controlFolder())
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .sort();
  } catch {
    return [];
  }
};

/** Makes the folder. @returns what keeps it from being used, in words; null: nothing. */
export const prepareFolder = (): string | null => {
  const folder = controlFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory()) return `${folder} is no folder`;
    if (found.uid !== (process.getuid?.() ?? found.uid)) return `${folder} belongs to another user`;
    if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return null;
  } catch (error) {
    return `${folder} cannot be made: ${error instanceof Error ? error.message : error}`;
  }
};

/** @returns why there can be no socket of this path; null: there can. */
export const unusablePath = (path: string): string | null =>
  Buffer.byteLength(path) <= LONGEST_PATH
    ? null
    : `its path has ${Buffer.byteLength(path)} bytes, and a socket's at most ${LONGEST_PATH}`;
