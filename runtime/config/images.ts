/** Reads the partitions' images, compiling the programs among them, and reports what cannot be read, compiled or understood. */
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Problem } from "../problem.ts";
import { readBytes } from "./file-bytes.ts";
import { type Finding, toProblem } from "./finding.ts";
import type { ModuleConfig, PartitionConfig } from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";
import type { Place, Places } from "./places.ts";
import { readLibraries, readSources } from "./st-sources.ts";
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
    const folder = dirname(configPath);
    const file = tools.replacement?.partition === name ? tools.replacement.file : null;
    const guest = file === null ? guestOf(partition, folder) : replacementOf(partition, file, folder);
    if (guest === null) continue;
    const key = JSON.stringify(guest);
    const known = attempts.get(key);
    const loader = { configPath, path: guest.path, at: places.of(partition, guest.kind), tools };
    const attempt = known ?? (await (guest.kind === "program" ? loadProgram(loader, guest) : loadElf(loader)));
    attempts.set(key, attempt);
    if (attempt.ok) images.set(name, attempt.image);
    if (known !== undefined) continue;
    if (attempt.ok) warnings.push(...attempt.warnings);
    else problems.push(...attempt.problems);
  }
  return { images, problems, warnings };
};

interface ProgramGuest {
  readonly kind: "program";
  /** Of the first file: what messages call the program. */
  readonly path: string;
  readonly files: readonly string[];
  readonly libraries: readonly string[];
}

type Guest = ProgramGuest | { readonly kind: "image"; readonly path: string };

/** Paths as the user would name them; null when there is not exactly one of the two, which a rule says, or when it is unusable. */
const guestOf = (
  { program, libraries, image }: Pick<Partly<PartitionConfig>, "program" | "libraries" | "image">,
  folder: string,
): Guest | null => {
  const inFolder = (path: string) => (isAbsolute(path) ? path : normalize(join(folder, path)));
  const usable = (paths: readonly (string | null)[]) => paths.flatMap((path) => (path === null ? [] : inFolder(path)));
  if (program !== undefined && program !== null && image === undefined) {
    const [first, ...more] = usable(typeof program === "string" ? [program] : program);
    const files = first === undefined ? [] : [first, ...more];
    return first === undefined ? null : { kind: "program", path: first, files, libraries: usable(libraries ?? []) };
  }
  if (typeof image === "string" && program === undefined) return { kind: "image", path: inFolder(image) };
  return null;
};

/** `file` instead of what the partition has; a program takes the same libraries. */
const replacementOf = ({ libraries = [] }: Partly<PartitionConfig>, file: string, folder: string): Guest | null =>
  guestOf(/\.st$/i.test(file) ? { program: file, libraries } : { image: file }, folder);

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

const loadProgram = async (loader: Loader, { files, libraries }: ProgramGuest): Promise<Attempt> => {
  const { at, configPath, tools } = loader;
  const own = await readSources(files, tools.readFile);
  const taken = await readLibraries(libraries, tools.readFile);
  const unusable = [...own.unusable, ...taken.unusable];
  if (unusable.length > 0) {
    const hintOf = { "file-unreadable": RELATIVE, "not-utf8": "save it as UTF-8" } as const;
    const problems = unusable.map(({ code, message }) =>
      toProblem({ at, code, message, hint: hintOf[code] }, configPath),
    );
    return { ok: false, problems };
  }
  const compiled = tools.compileSt(own.sources, taken.sources);
  if (!compiled.ok) return { ok: false, problems: compiled.problems };
  return inspected(loader, compiled.elf, compiled.warnings);
};

const RELATIVE = "paths are relative to the config file";

const loadElf = async (loader: Loader): Promise<Attempt> => {
  const file = await readBytes(loader.path, loader.tools.readFile);
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
    hint: RELATIVE,
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
