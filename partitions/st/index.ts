/**
 * The Structured Text compiler: IEC 61131-3 ed. 3 source → an ELF image for the virtual board.
 *
 * The language is that of the standard with what CODESYS and TwinCAT add to it: pointers and references, methods, bit access,
 * strings with a length. What is not there is refused in words.
 *
 * Decisions where the standard leaves them open:
 * - Integers wrap at their width. REAL to an integer rounds to nearest even and saturates; NaN gives the largest value.
 *   DWORD ↔ REAL and LWORD ↔ LREAL transfer the bits (table 25).
 * - TIME and TOD count milliseconds, DATE and DT seconds, in 32 bits; the long ones nanoseconds, in 64 with sign. Days count from
 *   1970-01-01. What is below the unit of a type is cut off; converted to and from numbers they are these counts.
 * - A difference of dates that TIME cannot hold is its nearest end. A TOD goes round at midnight. TIME * REAL is computed in LREAL
 *   and rounded to the nearest count.
 * - A value assigned to a subrange from outside of it raises APPLICATION_ERROR, and the nearest bound is taken, as the range checks
 *   of CODESYS do; a constant one is refused. A variable starts with the lower bound. The counter of a FOR is checked only at its
 *   start.
 * - An integer that the type of an enum holds may stand where a value of the enum is wanted, as in CODESYS; INT_TO_Color and TO_Color
 *   take any. Of one that is none of its values it makes the first, with APPLICATION_ERROR; a constant one is refused.
 * - Implicit conversions are those of figure 12; beyond it DINT, UDINT → REAL and LINT, ULINT → LREAL, with a warning. Two integers
 *   are combined in an integer or not at all.
 * - Literals of real numbers are REAL, unless their place or another operand is LREAL. Functions of nothing but literals are
 *   computed in the type that their place wants.
 * - A bit string counts as the unsigned number that it holds, where a number is wanted, as in CODESYS; BOOL does not.
 * - AND and OR of BOOLs evaluate their right operand only when it decides (§7.3.2). Operands and arguments are computed from left
 *   to right, and stay what they were when their turn came.
 * - An integer divided by zero is 0 and raises NUMERIC_ERROR; `x MOD 0` is 0 (table 29). An index out of bounds raises
 *   APPLICATION_ERROR: a read takes the nearest element, nothing is written, an instance of a block does not run. Both carry
 *   the source line as detail and as `file:line:` in their message.
 * - A scan still running at its next release raises DEADLINE_MISSED, at each release that it misses, with their number as
 *   detail. The next scan is that of the latest release.
 * - Tasks are preemptive by PRIORITY, 0 being the most urgent; of equals the one that waits longest comes first and none interrupts
 *   the other (§6.8.2). Programs without a TASK are a task of their own, less urgent than all others. A scan finds its inputs as
 *   it latched them, whatever more urgent scans latch meanwhile, and what is published is what whole scans have written.
 * - STRING(n) is n bytes and a zero, WSTRING(n) n units of 16 bits and a zero (80 when it does not say), as CODESYS has them. What
 *   does not fit is cut off. `s[1]` is the first character (§6.4.2.1). Positions and lengths outside of a string are taken for
 *   the nearest there are. Numbers are written as decimals, times and dates as literals; of a text that is read the beginning
 *   counts that is one, and none is 0; Infinity and NaN are read as they are written.
 * - POINTER TO counts in bytes and mixes with DWORD and UDINT, as in CODESYS; REF_TO takes REF of its own type or NULL; REFERENCE TO is
 *   bound by REF= and is then another name of the variable. A NULL that is followed raises APPLICATION_ERROR: a read gives zeros,
 *   nothing is written, nothing runs on it. p[i] of a pointer has no bounds.
 * - Methods and properties are PUBLIC where nothing is said, as in CODESYS. A method that is called through a base, a reference or an
 *   interface is that of the instance, and so is the body of a block. A body is not inherited: SUPER^() calls it (§6.6.5).
 * - No unit may lead back to itself, whatever instances there may be (§6.6.1): stacks have a known depth.
 * - EN and ENO belong to every call. With EN FALSE nothing runs, and the result is 0. A unit that declares an EN or ENO of its own has
 *   it as any other parameter (§6.6.1.6). Outputs of a function start anew at each call, and may go to
 *   single bits.
 * - FOR evaluates its bounds once; afterwards the variable stands one step beyond the last value.
 * - %IB n is byte n, %IW n bytes 2n…, %ID n bytes 4n…, %IL n bytes 8n…, %IX n.b bit b of byte n, as in CODESYS.
 * - The AT %I/%Q variables of the program, and of VAR_GLOBAL, are the partition's points, by their names; elements and members of
 *   arrays and structs as levels_3 and pump_speed. AT %I* takes any free place, or the one that VAR_CONFIG gives; in a FUNCTION_BLOCK
 *   each instance has one of its own, the point pump_running.
 * - A VAR of type QUEUE_SEND or QUEUE_RECEIVE in the PROGRAM is a queuing port of its name: REQ sends on its rising edge, EN_R
 *   receives one message a call. SAMPLING_SEND and SAMPLING_RECEIVE are ports of a channel of type samplingMessage: EN_S writes, EN_R
 *   reads in each call; AGE says since when the message could be read, VALID whether the channel calls that fresh. NDR and DONE say
 *   that it was done, ERROR that it could not be, STATUS why: a return code of partitions/sdk/partita.h.
 * - What else the hypervisor does for a guest: WALL_CLOCK(VALID =>), UTC as LDT, as it was at the start of the major frame;
 *   RAISE_APPLICATION_ERROR(MESSAGE, DETAIL); KICK_WATCHDOG(), which the end of each scan does as well. In a system partition
 *   START_PARTITION, STOP_PARTITION, SUSPEND_PARTITION, RESUME_PARTITION of a NAME, RESTART_PARTITION(NAME, COLD),
 *   GET_PARTITION_STATUS(NAME, MODE =>, SUSPENDED =>), GET_MODULE_SCHEDULE() and SET_MODULE_SCHEDULE(SCHEDULE), which count from 0.
 *   Those that give a UINT give a return code, 0 when all is well.
 * - R_EDGE and F_EDGE are found when the body of the block begins that declares them; an input that is FALSE from the start has not
 *   fallen.
 * - A PROGRAM may be called by its name and looked into, as in CODESYS: there is one of it. Where there is no CONFIGURATION the one runs
 *   that nobody calls. Connections of a program instance copy in before each scan and out behind it, and so does its VAR_IN_OUT: no
 *   more urgent task changes under a scan what it works with.
 * - Several instances of a PROGRAM have variables of their own. What is AT a fixed address stands there once (§6.5.5); what is AT %I*
 *   and the ports are the instance's own. The points and ports of the first bear their own names, those of the others the
 *   instance's, too: Second_speed. The first is the one that is called like the PROGRAM, if there is such.
 * - A bound, a length, a case label and whatever else must be known takes a constant of any integer type, when its value fits.
 * - An instance of a block is assigned with all that it keeps; it stays of its class, and its places in the process image stay its own.
 * - target ?= source asks the instance at run time what it is; __QUERYINTERFACE and __QUERYPOINTER are the same with an answer.
 * - %MW2 is a WORD, or an INT or UINT where one is wanted, and so are the other sizes.
 * - Every scan sees TIME() = n × INTERVAL, the time of its release, however late it runs.
 */
import { type CompileOptions, type CompileResult, Compiler, type SourceInput } from "./compiler.ts";

export type { CodeMap, CodePlace, SourcePlace } from "./code/code-map.ts";
export type { CoverableUnit } from "./code/coverable.ts";
export { ASSERTION_FAILED, ERROR_EXPECTED } from "./code/partita-device.ts";
export {
  type CompileOptions,
  type CompileResult,
  Compiler,
  type Declared,
  type DeclaredTest,
  type LibraryResult,
  type SourceInput,
} from "./compiler.ts";
export { Coverage, type CoverageShare, type FileCoverage, figuresOf, lcovOf } from "./coverage/index.ts";
export { PASS_NAMES } from "./ir/optimize.ts";
export { numberOf, PROBLEM_PAGES, type ProblemPage } from "./problem-codes.ts";
export type { StProblem } from "./problems.ts";
export type { AssertionInfo, ProgramInfo, ProgramVariable, VariableType } from "./program-info.ts";
export type { SymbolEntry, SymbolFile } from "./symbol-file.ts";

/** One program of one file, which problems name `file`. */
export const compile = (source: string, options: CompileOptions & { readonly file: string }): CompileResult =>
  new Compiler().compile([{ file: options.file, text: source }], options);

/** One program of several files, which takes from the libraries what it uses. */
export const compileProgram = (files: readonly SourceInput[], libraries: readonly SourceInput[] = []): CompileResult =>
  new Compiler().compile(files, { libraries });
