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
import { type CompileOptions, type CompileResult, Compiler, type SourceInput } from "./compiler.ts";

export {
  type CompileOptions,
  type CompileResult,
  Compiler,
  type Declared,
  type DeclaredTest,
  type LibraryResult,
  type SourceInput,
} from "./compiler.ts";
export { PASS_NAMES } from "./ir/optimize.ts";
export { numberOf, PROBLEM_PAGES, type ProblemPage } from "./problem-codes.ts";
export type { StProblem } from "./problems.ts";
export type { AssertionInfo, ProgramInfo, ProgramVariable, VariableType } from "./program-info.ts";

/** One program of one file, which problems name `file`. */
export const compile = (source: string, options: CompileOptions & { readonly file: string }): CompileResult =>
  new Compiler().compile([{ file: options.file, text: source }], options);

/** One program of several files, which takes from the libraries what it uses. */
export const compileProgram = (files: readonly SourceInput[], libraries: readonly SourceInput[] = []): CompileResult =>
  new Compiler().compile(files, { libraries });
