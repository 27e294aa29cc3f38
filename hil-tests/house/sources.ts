/** The TypeScript sources of the house and what each imports, read as text: what the checks on the house look at. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const AREAS = ["runtime", "partitions", "io-bridge", "hil-tests"];

export interface Source {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Files of the house that it imports, from the root. */
  readonly imports: readonly string[];
  /** Modules that it imports by name: `node:fs`, `ajv`. */
  readonly modules: readonly string[];
}

/** A statement at the start of a line (so none in comments or strings), or a dynamic import. */
const IMPORT = /^(?:import|export)\b(?:[\w\s{},*$]*\bfrom)?\s*"([^"]+)"|\bimport\("([^"]+)"\)/gm;

export const readSource = (path: string, text: string): Source => {
  const specifiers = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
  const relative = specifiers.filter((name) => name.startsWith("."));
  return {
    path,
    text,
    lines: text.split("\n").length - 1,
    imports: relative.map((name) => normalize(join(dirname(path), name))),
    modules: specifiers.filter((name) => !name.startsWith(".")),
  };
};

/** All sources, tests included. */
export const readSources = (): readonly Source[] =>
  AREAS.flatMap((area) =>
    readdirSync(join(ROOT, area), { recursive: true, encoding: "utf8" }).map((name) => join(area, name)),
  )
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => readSource(path, readFileSync(join(ROOT, path), "utf8")));
