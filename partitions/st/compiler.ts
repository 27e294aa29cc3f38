/**
 * From sources to an image, as often as asked: a compiler remembers what it read, so that compiling again after a change costs
 * what changed. The result is the same as that of a new one.
 */
import type { CodeMap } from "./code/code-map.ts";
import { type CoverableUnit, coverableOf } from "./code/coverable.ts";
import { LinkMemory, link, type SourceLine } from "./code/link.ts";
import { STANDARD_UNITS } from "./library/index.ts";
import { inOrder, Problems, type StProblem } from "./problems.ts";
import type { ProgramInfo } from "./program-info.ts";
import { analyse, analyseLibrary } from "./semantics/analyse.ts";
import { NOTHING_KEPT } from "./semantics/memory.ts";
import type { StandardUnit } from "./semantics/world.ts";
import type { SymbolFile } from "./symbol-file.ts";
import type { SourceFile, UnitDeclaration } from "./syntax/ast.ts";
import { parse } from "./syntax/parser.ts";
import { SourceText } from "./syntax/source-text.ts";

/** A file of Structured Text; `file` as problems name it. */
export interface SourceInput {
  readonly file: string;
  readonly text: string;
}

export interface CompileOptions {
  /** Files of which the program takes what it uses; the program's own names hide theirs. */
  readonly libraries?: readonly SourceInput[];
  /** The PROGRAM, or its instance, that runs; left out: the one there is. */
  readonly program?: string;
  /** The TEST that is run in its place, by its name; left out: none. */
  readonly test?: string;
  /** Period of a program without a TASK; 20 ms when left out. */
  readonly defaultIntervalNs?: number;
  /** Period instead of the one that the program gives. */
  readonly intervalNs?: number;
  /** False: the code as it is written down, for those who want to compare. True when left out. */
  readonly optimize?: boolean;
  /** Hears each function after each pass over it, in words; `lowered` is what the first pass gets. */
  readonly dump?: (pass: string, text: string) => void;
}

export type CompileResult =
  | {
      readonly ok: true;
      readonly elf: Uint8Array;
      readonly program: ProgramInfo;
      /** What the instruction at this address of the guest belongs to; null: nothing in Structured Text. */
      readonly statementAt: (address: number) => SourceLine | null;
      /** For tools; made when it is asked for. */
      readonly symbols: () => SymbolFile;
      /** Of what is not optimised. */
      readonly codeMap: CodeMap;
      readonly warnings: readonly StProblem[];
    }
  | { readonly ok: false; readonly problems: readonly StProblem[] };

/** Something that a library gives to its users. */
export interface Declared {
  readonly kind: UnitDeclaration["unit"] | "INTERFACE" | "TYPE" | "VAR_GLOBAL";
  readonly name: string;
}

export type LibraryResult =
  | { readonly ok: true; readonly declares: readonly Declared[]; readonly warnings: readonly StProblem[] }
  | { readonly ok: false; readonly problems: readonly StProblem[] };

/** A TEST: its name, without quotes, and where it stands. */
export interface DeclaredTest {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export type TestsResult =
  | {
      readonly ok: true;
      readonly tests: readonly DeclaredTest[];
      readonly warnings: readonly StProblem[];
      /** What of the files tests can reach, in order of declaration. */
      readonly coverable: () => readonly CoverableUnit[];
    }
  | { readonly ok: false; readonly problems: readonly StProblem[] };

const DEFAULT_INTERVAL_NS = 20e6;

export class Compiler {
  /** By the file's name, as it was last read. */
  #read = new Map<string, ReadFile>();
  #kept = NOTHING_KEPT;
  /** Of optimised code and of plain code. */
  readonly #linked = { optimized: new LinkMemory(), plain: new LinkMemory() };

  /** Reports every problem of all files in one run; never throws for what a source says. */
  compile(sources: readonly SourceInput[], options: CompileOptions = {}): CompileResult {
    const { files, problems } = this.#readAll(sources, options.libraries ?? []);
    const wishes = {
      defaultIntervalNs: options.defaultIntervalNs ?? DEFAULT_INTERVAL_NS,
      intervalNs: options.intervalNs ?? null,
      program: options.program ?? null,
      test: options.test === undefined ? null : keyOfTest(options.test),
    };
    const { program, kept } = analyse(files, wishes, problems, this.#kept);
    this.#kept = kept;
    if (program === null || problems.errors.length > 0) return { ok: false, problems: inOrder(problems.errors) };
    const { elf, info, codeMap, symbols, statementAt } = link(
      program,
      options,
      this.#linked[options.optimize === false ? "plain" : "optimized"],
    );
    return { ok: true, elf, program: info, codeMap, symbols, statementAt, warnings: ownWarnings(problems, sources) };
  }

  /** The TESTs of the files, in the order in which they stand there; or every problem of the files. */
  findTests(sources: readonly SourceInput[], libraries: readonly SourceInput[] = []): TestsResult {
    const { files, problems } = this.#readAll(sources, libraries);
    const { units, classes, kept } = analyseLibrary(files, problems, this.#kept);
    this.#kept = kept;
    if (problems.errors.length > 0) return { ok: false, problems: inOrder(problems.errors) };
    return {
      ...{ ok: true, tests: files.program.flatMap(testsOf), warnings: ownWarnings(problems, sources) },
      coverable: () => coverableOf(units, classes),
    };
  }

  /** Checks all that the files declare, used or not; they may use other libraries. */
  checkLibrary(sources: readonly SourceInput[], libraries: readonly SourceInput[] = []): LibraryResult {
    const { files, problems } = this.#readAll(sources, libraries);
    this.#kept = analyseLibrary(files, problems, this.#kept).kept;
    if (problems.errors.length > 0) return { ok: false, problems: inOrder(problems.errors) };
    return {
      ok: true,
      declares: files.program.flatMap((file) => declared(file)),
      warnings: ownWarnings(problems, sources),
    };
  }

  /** Files whose text is still the same are not read again. */
  #readAll(sources: readonly SourceInput[], libraries: readonly SourceInput[]) {
    const problems = new Problems();
    const read = new Map<string, ReadFile>();
    const parsed = ({ file, text }: SourceInput): SourceFile => {
      const known = read.get(file) ?? this.#read.get(file);
      const fresh = known?.file.source.text === text ? known : readFile(file, text);
      read.set(file, fresh);
      problems.add(fresh.problems);
      return fresh.file;
    };
    const files = { program: sources.map(parsed), libraries: libraries.map(parsed), standard: STANDARD };
    this.#read = read;
    return { files, problems };
  }
}

interface ReadFile {
  readonly file: SourceFile;
  readonly problems: Problems;
}

const readFile = (name: string, text: string): ReadFile => {
  const problems = new Problems();
  return { file: parse(new SourceText(name, text), problems), problems };
};

/** Warnings of a library are for those who write it. */
const ownWarnings = ({ warnings }: Problems, sources: readonly SourceInput[]): readonly StProblem[] => {
  const own = new Set(sources.map(({ file }) => file));
  return inOrder(warnings.filter(({ file }) => own.has(file)));
};

const keyOfTest = (name: string): string => `'${name}'`;

const testsOf = ({ declarations, source }: SourceFile): readonly DeclaredTest[] =>
  declarations.flatMap((declaration) => {
    if (declaration.kind !== "unit" || declaration.unit !== "TEST") return [];
    const { line } = source.position(declaration.at.start);
    return [{ name: declaration.name.text.slice(1, -1), file: source.file, line }];
  });

const declared = ({ declarations }: Pick<SourceFile, "declarations">, space = ""): readonly Declared[] =>
  declarations.flatMap((declaration): readonly Declared[] => {
    switch (declaration.kind) {
      case "namespace":
        return declared(declaration, `${space}${declaration.name.text}.`);
      case "unit":
        return declaration.unit === "TEST"
          ? []
          : [{ kind: declaration.unit, name: `${space}${declaration.name.text}` }];
      case "interface":
        return [{ kind: "INTERFACE", name: `${space}${declaration.name.text}` }];
      case "type":
        return [{ kind: "TYPE", name: `${space}${declaration.name.text}` }];
      case "globals":
        return declaration.section.variables.map(({ name }) => ({ kind: "VAR_GLOBAL", name: `${space}${name.text}` }));
      default:
        return [];
    }
  });

const LIBRARY_NAME = "standard library";

/** Each is read once, when first asked for. The library's source is ours: a problem in it is our bug. */
const STANDARD: readonly StandardUnit[] = [...STANDARD_UNITS].map(([key, text]) => {
  let declaration: UnitDeclaration | null = null;
  const read = (): UnitDeclaration => {
    const { file, problems } = readFile(LIBRARY_NAME, text);
    const [unit] = file.declarations;
    if (unit?.kind === "unit" && problems.errors.length === 0) return unit;
    throw new Error(`${key} of the library does not parse: ${problems.errors[0]?.message}`);
  };
  const at = { source: new SourceText(LIBRARY_NAME, text), start: 0, end: 0 };
  return {
    name: { key, text: key, at },
    get declaration() {
      declaration ??= read();
      return declaration;
    },
  };
});
