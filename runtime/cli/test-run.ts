/** One TEST in a partition of its own: the image runs one scan, and says what failed in it. */
import {
  ASSERTION_FAILED,
  type AssertionInfo,
  type DeclaredTest,
  ERROR_EXPECTED,
  type ProgramInfo,
} from "../../partitions/st/index.ts";
import { PARTITA_ERROR_CODES, parseImage, RAM_BASE } from "../board/index.ts";
import { type EngineFactory, interpret } from "../hart/index.ts";
import type { Clock } from "../host/clock.ts";
import { describeFault } from "./fault-words.ts";
import { ProgramRun } from "./program-run.ts";
import { jsonOf, ProgramMemory } from "./program-values.ts";

export interface TestOutcome {
  readonly test: DeclaredTest;
  /** Host time that it took. */
  readonly seconds: number;
  /** All that is wrong is that it had not ended when its time was over. */
  readonly isHung: boolean;
  /** null: it passed. */
  readonly failure: TestFailure | null;
}

export interface TestFailure {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

interface Raised {
  readonly code: number;
  readonly message: string;
}

/** RAM is what the image takes and so much more, in bytes: to clear it takes longer than most tests. */
const SPARE_MEMORY = 64 << 10;
/** A test that has not ended by then hangs: 2 s of the board. */
const MOST_CYCLES = 2e8;
interface Compiled {
  readonly elf: Uint8Array;
  readonly program: ProgramInfo;
}

export interface TestRunOptions {
  /** Left out: the interpreter. */
  readonly engine?: EngineFactory;
  /** It has so many cycles of the board to end. */
  readonly maxCycles?: number;
}

export const runTest = (
  test: DeclaredTest,
  { elf, program }: Compiled,
  clock: Clock,
  { engine = interpret, maxCycles = MOST_CYCLES }: TestRunOptions = {},
): TestOutcome => {
  const begin = clock.monotonicMs();
  let failure: TestFailure | null = null;
  /** Errors that no ASSERT_ERROR has met yet. */
  let pending: Raised[] = [];
  const hear = (code: number, detail: number, message: string): void => {
    if (code !== ASSERTION_FAILED && code !== ERROR_EXPECTED) {
      pending.push({ code, message });
      return;
    }
    const assertion = program.assertions[detail]!;
    if (code === ERROR_EXPECTED) {
      failure ??= unmet(assertion, pending);
      pending = [];
    } else if (pending.length === 0 || expectsMore(program, detail)) failure ??= failureOf(assertion, run);
  };
  const run = new ProgramRun({
    elf,
    program,
    engine,
    memoryBytes: memoryFor(elf),
    raiseError: hear,
  });
  const end = run.runScans(1, maxCycles);
  const [unexpected] = pending;
  if (unexpected !== undefined) failure ??= raised(test, unexpected);
  const isHung = end === "limit" && failure === null;
  if (isHung) failure = { ...test, message: "it has not ended after 2 s of the board's time" };
  if (end === "fault") failure ??= { ...test, message: `it stopped: ${describeFault(run.board.fault!)}` };
  return { test, seconds: (clock.monotonicMs() - begin) / 1000, isHung, failure };
};

const memoryFor = (elf: Uint8Array): number => {
  const image = parseImage(elf);
  return "problem" in image ? SPARE_MEMORY : alignUp(image.end - RAM_BASE, SPARE_MEMORY) + SPARE_MEMORY;
};

const alignUp = (bytes: number, step: number): number => Math.ceil(bytes / step) * step;

const failureOf = ({ file, line, kind, text, values }: AssertionInfo, { board }: ProgramRun): TestFailure => {
  const memory = new ProgramMemory(board.ram, RAM_BASE);
  const [actual, expected, tolerance] = values.map((value) => jsonOf(memory.read(value)));
  const messages: Readonly<Record<AssertionInfo["kind"], string>> = {
    ASSERT_TRUE: `${text} is FALSE`,
    ASSERT_FALSE: `${text} is TRUE`,
    ASSERT_EQ: `${text} is ${actual}, expected ${expected}`,
    ASSERT_NEAR: `${text} is ${actual}, expected ${expected} ± ${tolerance}`,
    ASSERT_ERROR: `${text} was not raised`,
  };
  return { file, line, message: messages[kind] };
};

/** Whether an ASSERT_ERROR stands behind this assertion: what was raised so far may be meant. */
const expectsMore = ({ assertions }: ProgramInfo, position: number): boolean =>
  assertions.slice(position + 1).some(({ kind }) => kind === "ASSERT_ERROR");

/** What keeps an ASSERT_ERROR from being met; null: nothing does. */
const unmet = ({ file, line, text }: AssertionInfo, pending: readonly Raised[]): TestFailure | null => {
  const other = pending.find(({ code }) => nameOf(code) !== text);
  if (other !== undefined)
    return { file, line, message: `expected ${text}, but ${nameOf(other.code)} was raised: ${other.message}` };
  return pending.length > 0 ? null : { file, line, message: `expected ${text}, but nothing was raised` };
};

const nameOf = (code: number): string =>
  Object.entries(PARTITA_ERROR_CODES).find(([, value]) => value === code)?.[0] ?? `error ${code}`;

/** An error that the test does not expect fails it; the message of a runtime error begins with its place. */
const raised = (test: DeclaredTest, { code, message }: Raised): TestFailure => {
  const name = nameOf(code);
  const [, file, line, rest] = /^(.*):(\d+): (.*)$/.exec(message) ?? [];
  return rest === undefined
    ? { ...test, message: `${message} (${name})` }
    : { file: file!, line: Number(line), message: `${rest} (${name})` };
};
