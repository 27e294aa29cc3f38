/**
 * The Structured Text compiler: IEC 61131-3 ed. 3 source → an ELF image for the virtual board.
 *
 * What there is: PROGRAM, FUNCTION, FUNCTION_BLOCK, TYPE (STRUCT, enums, n-dimensional arrays, aliases), all VAR sections,
 * CONSTANT, RETAIN, AT %I/%Q/%M, CONFIGURATION with one TASK and one program instance, the statements of the standard and
 * CONTINUE, BOOL, BYTE … DWORD, SINT … UDINT, REAL, TIME, the standard function blocks and functions. Anything else of the
 * language is refused in words.
 *
 * Decisions where the standard leaves them open:
 * - Integers wrap at their width. REAL to an integer rounds to nearest even and saturates; NaN gives the largest value.
 *   DWORD ↔ REAL transfers the bits (table 25).
 * - AND and OR of BOOLs evaluate their right operand only when it decides (§7.3.2).
 * - An integer divided by zero is 0 and raises NUMERIC_ERROR; `x MOD 0` is 0 (table 29). An index out of bounds raises
 *   APPLICATION_ERROR: a read takes the nearest element, nothing is written, an instance of a block does not run. Both carry
 *   the source line as detail and as `file:line:` in their message.
 * - A scan still running at its next release raises DEADLINE_MISSED, at each release that it misses, with their number as
 *   detail. The next scan is that of the latest release.
 * - FOR evaluates its bounds once; afterwards the variable stands one step beyond the last value.
 * - %IB n is byte n, %IW n bytes 2n…, %ID n bytes 4n…, %IX n.b bit b of byte n, as in CODESYS.
 * - The AT %I/%Q variables of the program, and of VAR_GLOBAL, are the partition's points, by their names. A VAR of type
 *   QUEUE_SEND or QUEUE_RECEIVE in the PROGRAM is a queuing port of its name.
 * - Every scan sees TIME() = n × INTERVAL, the time of its release, however late it runs.
 */
import { link } from "./code/link.ts";
import { STANDARD_LIBRARY } from "./library/index.ts";
import { inOrder, Problems, type StProblem } from "./problems.ts";
import type { ProgramInfo } from "./program-info.ts";
import { analyse } from "./semantics/analyse.ts";
import type { SourceFile } from "./syntax/ast.ts";
import { parse } from "./syntax/parser.ts";
import { fileName, SourceText } from "./syntax/source-text.ts";

export { numberOf, PROBLEM_PAGES, type ProblemPage } from "./problem-codes.ts";
export type { StProblem } from "./problems.ts";
export type { ProgramInfo, ProgramVariable, VariableType } from "./program-info.ts";

export interface CompileOptions {
  /** As problems name it. */
  readonly file: string;
  /** Period of a program without a TASK; 20 ms when left out. */
  readonly defaultIntervalNs?: number;
  /** Period instead of the one that the program gives. */
  readonly intervalNs?: number;
}

export type CompileResult =
  | {
      readonly ok: true;
      readonly elf: Uint8Array;
      readonly program: ProgramInfo;
      readonly warnings: readonly StProblem[];
    }
  | { readonly ok: false; readonly problems: readonly StProblem[] };

const DEFAULT_INTERVAL_NS = 20e6;

/** Reports every problem of the file in one run; never throws for what the source says. */
export const compile = (source: string, options: CompileOptions): CompileResult => {
  const problems = new Problems();
  const file = parse(new SourceText(options.file, source), problems);
  const intervals = {
    defaultIntervalNs: options.defaultIntervalNs ?? DEFAULT_INTERVAL_NS,
    intervalNs: options.intervalNs ?? null,
  };
  const program = analyse(file, parseLibrary(), intervals, problems);
  if (program === null || problems.errors.length > 0) return { ok: false, problems: inOrder(problems.errors) };
  const { elf, info } = link(program, fileName(file));
  return { ok: true, elf, program: info, warnings: inOrder(problems.warnings) };
};

let library: SourceFile | null = null;

/** Parsed once. The library's source is ours: a problem in it is our bug. */
const parseLibrary = (): SourceFile => {
  if (library !== null) return library;
  const problems = new Problems();
  library = parse(new SourceText("standard library", STANDARD_LIBRARY), problems);
  if (problems.errors.length > 0)
    throw new Error(`the standard library does not parse: ${problems.errors[0]!.message}`);
  return library;
};
