/** Reads the partitions' images, compiling the programs among them, and reports what cannot be read, compiled or understood. */
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Problem } from "../problem.ts";
import { type Finding, toProblem } from "./finding.ts";
import type { ModuleConfig, PartitionConfig } from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";
import type { Place, Places } from "./places.ts";
import type { ConfigTools, ImageFacts } from "./tools.ts";

export interface LoadedImage {
  /** Of the program or image file, as the user would name it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly facts: ImageFacts;
}

export interface LoadedImages {
  /** By partition. */
  readonly images: ReadonlyMap<string, LoadedImage>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

type Attempt =
  | { readonly ok: true; readonly image: LoadedImage; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const loadImages = async (
  config: Partly<ModuleConfig>,
  configPath: string,
  places: Places,
  tools: ConfigTools,
): Promise<LoadedImages> => {
  const images = new Map<string, LoadedImage>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  /** A program that two partitions run is compiled, and its problems are reported, once. */
  const attempts = new Map<string, Attempt>();
  for (const [name, partition] of Object.entries(config.partitions ?? {})) {
    const source = sourceOf(partition);
    if (source === null) continue;
    const path = isAbsolute(source.path) ? source.path : normalize(join(dirname(configPath), source.path));
    const known = attempts.get(`${source.kind} ${path}`);
    const loader = { configPath, path, at: places.of(partition, source.kind), tools };
    const attempt = known ?? (await (source.kind === "program" ? loadProgram(loader) : loadElf(loader)));
    attempts.set(`${source.kind} ${path}`, attempt);
    if (attempt.ok) images.set(name, attempt.image);
    if (known !== undefined) continue;
    if (attempt.ok) warnings.push(...attempt.warnings);
    else problems.push(...attempt.problems);
  }
  return { images, problems, warnings };
};

/** null when there is not exactly one of the two, which a rule says, or when it is unusable. */
const sourceOf = ({ program, image }: Partly<PartitionConfig>): { kind: "program" | "image"; path: string } | null => {
  if (typeof program === "string" && image === undefined) return { kind: "program", path: program };
  if (typeof image === "string" && program === undefined) return { kind: "image", path: image };
  return null;
};

interface Loader {
  readonly configPath: string;
  readonly path: string;
  readonly at: Place;
  readonly tools: ConfigTools;
}

const failure = ({ at, configPath }: Loader, finding: Omit<Finding, "at">): Attempt => ({
  ok: false,
  problems: [toProblem({ at, ...finding }, configPath)],
});

const loadProgram = async (loader: Loader): Promise<Attempt> => {
  const { path, tools } = loader;
  const file = await readBytes(path, tools);
  if ("reason" in file) return unreadable(loader, file.reason);
  const source = decodeText(file.bytes);
  if (source === null) {
    const message = `the program ${path} is not written in UTF-8`;
    return failure(loader, { code: "not-utf8", message, hint: "save it as UTF-8" });
  }
  const compiled = tools.compileSt(source, { file: path });
  if (!compiled.ok) return { ok: false, problems: compiled.problems };
  return inspected(loader, compiled.elf, compiled.warnings);
};

const loadElf = async (loader: Loader): Promise<Attempt> => {
  const file = await readBytes(loader.path, loader.tools);
  if ("reason" in file) return unreadable(loader, file.reason);
  // Any file would do as a flat binary; in a module that can only be a mistake.
  if (ELF_MAGIC.every((byte, at) => file.bytes[at] === byte)) return inspected(loader, file.bytes, []);
  return malformed(loader, "it is no ELF file");
};

/** System V gABI, chapter 4: the first bytes of every ELF file. */
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

const unreadable = (loader: Loader, reason: string): Attempt =>
  failure(loader, {
    code: "file-unreadable",
    message: `${loader.path} cannot be read: ${reason}`,
    hint: "paths are relative to the config file",
  });

const inspected = (loader: Loader, bytes: Uint8Array, warnings: readonly Problem[]): Attempt => {
  const facts = loader.tools.inspectImage(bytes);
  if (!("problem" in facts)) return { ok: true, image: { path: loader.path, bytes, facts }, warnings };
  return malformed(loader, facts.problem);
};

const malformed = (loader: Loader, problem: string): Attempt =>
  failure(loader, {
    code: "image-malformed",
    message: `the image ${loader.path} cannot be used: ${problem}`,
    hint: /\.st$/i.test(loader.path)
      ? "Structured Text is given as `program:`"
      : "an image is a static 32-bit RISC-V ELF executable, linked for RAM at 0x8000_0000",
  });

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "this user may not read it",
  ENOTDIR: "its path leads through a file",
  ENAMETOOLONG: "its name is too long",
};

/** The file's bytes, or in words why they cannot be had. */
export const readBytes = async (
  path: string,
  tools: ConfigTools,
): Promise<{ readonly bytes: Uint8Array } | { readonly reason: string }> => {
  try {
    return { bytes: await (tools.readFile ?? readFile)(path) };
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return { reason: REASONS[code] ?? message };
  }
};

/** @returns null when the bytes are not UTF-8. */
export const decodeText = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};
