/** The Structured Text that a program is made of: its own files, and all files of the libraries on its search path. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { decodeText, type ReadFile, readBytes, reasonOf } from "./file-bytes.ts";
import { decodeLibrary } from "./library-file.ts";
import type { StSource } from "./tools.ts";

/** A file that cannot be used, and why. */
export interface Unusable {
  readonly code: "file-unreadable" | "not-utf8";
  readonly path: string;
  readonly message: string;
}

export interface StSources {
  readonly sources: readonly StSource[];
  readonly unusable: readonly Unusable[];
}

/** Each file once, in order. */
export const readSources = async (paths: readonly string[], read?: ReadFile): Promise<StSources> =>
  merged(await Promise.all([...new Set(paths)].map((path) => readSource(path, read))));

/** `paths`: folders (with all .st files below), .st files and library files. */
export const readLibraries = async (paths: readonly string[], read?: ReadFile): Promise<StSources> => {
  const found = await Promise.all([...new Set(paths)].map((path) => readLibrary(path, read)));
  const seen = new Set<string>();
  const { sources, unusable } = merged(found);
  return { sources: sources.filter(({ file }) => !seen.has(file) && seen.add(file)), unusable };
};

const merged = (parts: readonly StSources[]): StSources => ({
  sources: parts.flatMap(({ sources }) => sources),
  unusable: parts.flatMap(({ unusable }) => unusable),
});

const unreadable = (path: string, reason: string): StSources => ({
  sources: [],
  unusable: [{ code: "file-unreadable", path, message: `${path} cannot be read: ${reason}` }],
});

const readText = async (path: string, read?: ReadFile): Promise<{ readonly text: string } | StSources> => {
  const found = await readBytes(path, read);
  if ("reason" in found) return unreadable(path, found.reason);
  const text = decodeText(found.bytes);
  if (text !== null) return { text };
  return { sources: [], unusable: [{ code: "not-utf8", path, message: `${path} is not written in UTF-8` }] };
};

const readSource = async (path: string, read?: ReadFile): Promise<StSources> => {
  const found = await readText(path, read);
  return "text" in found ? { sources: [{ file: path, text: found.text }], unusable: [] } : found;
};

const readLibrary = async (path: string, read?: ReadFile): Promise<StSources> => {
  if (isStFile(path)) return readSource(path, read);
  const folder = await filesBelow(path);
  if (folder !== null) return "reason" in folder ? unreadable(path, folder.reason) : readSources(folder.files, read);
  const found = await readText(path, read);
  if (!("text" in found)) return found;
  const library = decodeLibrary(path, found.text);
  return "reason" in library ? unreadable(path, library.reason) : { sources: library.sources, unusable: [] };
};

const isStFile = (path: string): boolean => /\.st$/i.test(path);

/** The .st files of a folder and those below it, in the order of their names; null: it is no folder. */
const filesBelow = async (
  path: string,
): Promise<{ readonly files: readonly string[] } | { readonly reason: string } | null> => {
  try {
    if (!(await stat(path)).isDirectory()) return null;
    const entries = await readdir(path, { recursive: true });
    return {
      files: entries
        .filter(isStFile)
        .sort()
        .map((entry) => join(path, entry)),
    };
  } catch (error) {
    return { reason: reasonOf(error as NodeJS.ErrnoException) };
  }
};
