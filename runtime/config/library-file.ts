/**
 * A library in one file, as `partita compile --library` writes it: its sources, checked whole, with a digest and the list of what
 * they declare.
 *
 * It holds sources and no machine code. A program is compiled as a whole, so that what it uses of a library is inlined and
 * optimised with it, problems and run-time errors name the library's own lines, and a newer compiler needs no new library. What is
 * saved is the trouble with many files and the check: a library file has no problems of its own.
 */
import { createHash } from "node:crypto";
import type { StSource } from "./tools.ts";

/** Something that the library's users can name. */
export interface LibraryEntry {
  readonly kind: string;
  readonly name: string;
}

interface LibraryFile {
  readonly format: typeof FORMAT;
  /** SHA-256 over the sources, so that a damaged or edited file is refused. */
  readonly digest: string;
  readonly declares: readonly LibraryEntry[];
  readonly sources: readonly StSource[];
}

const FORMAT = "partita-st-library 1";

export const encodeLibrary = (sources: readonly StSource[], declares: readonly LibraryEntry[]): string => {
  const content: LibraryFile = { format: FORMAT, digest: digestOf(sources), declares, sources };
  return `${JSON.stringify(content, null, 1)}\n`;
};

/** The sources as files inside of `path`, or in words what is wrong. */
export const decodeLibrary = (
  path: string,
  text: string,
): { readonly sources: readonly StSource[] } | { readonly reason: string } => {
  const content = parseJson(text);
  if (!isLibrary(content)) {
    return { reason: "it is neither Structured Text (.st) nor a library that `partita compile --library` wrote" };
  }
  if (content.digest !== digestOf(content.sources)) {
    return { reason: "its content does not agree with its digest: compile the library again" };
  }
  return { sources: content.sources.map((source) => ({ ...source, file: `${path}/${source.file}` })) };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const isLibrary = (content: unknown): content is LibraryFile => {
  const { format, digest, sources } = (content ?? {}) as Partial<Record<keyof LibraryFile, unknown>>;
  return format === FORMAT && typeof digest === "string" && Array.isArray(sources) && sources.every(isSource);
};

const isSource = (source: unknown): source is StSource => {
  const { file, text } = (source ?? {}) as Partial<Record<keyof StSource, unknown>>;
  return typeof file === "string" && typeof text === "string";
};

/** Each text with its length before it, so that nothing moves between them unseen. */
const digestOf = (sources: readonly StSource[]): string => {
  const hash = createHash("sha256");
  for (const { file, text } of sources) for (const part of [file, text]) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex");
};
