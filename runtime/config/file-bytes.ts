/** Files as a config or a command names them: their bytes, or in words why they cannot be had. */
import { readFile } from "node:fs/promises";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "this user may not read it",
  ENOTDIR: "its path leads through a file",
  ENAMETOOLONG: "its name is too long",
};

/** Rejects as `node:fs` does. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

export const readBytes = async (
  path: string,
  read: ReadFile = readFile,
): Promise<{ readonly bytes: Uint8Array } | { readonly reason: string }> => {
  try {
    return { bytes: await read(path) };
  } catch (error) {
    return { reason: reasonOf(error as NodeJS.ErrnoException) };
  }
};

export const reasonOf = ({ code = "", message }: NodeJS.ErrnoException): string => REASONS[code] ?? message;

/** @returns null when the bytes are not UTF-8. */
export const decodeText = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};
