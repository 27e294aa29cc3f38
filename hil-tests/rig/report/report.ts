/** A report before it is drawn: what tests came to, and what that says of requirements, faults and partitions. */
import { relative } from "node:path";
import type { FileCoverage } from "../../../partitions/st/index.ts";
import type { TestRun } from "../evidence.ts";
import type { UsedImage } from "../run-evidence.ts";
import type { SlotUse } from "../slot-use.ts";
import type { Requirement } from "./requirements.ts";

export type Outcome = "passed" | "failed" | "skipped";

export interface ReportedTest {
  /** From 1, in the order of the report: what tables call it. */
  readonly number: number;
  readonly file: string;
  /** With the suites that it stands in. */
  readonly name: string;
  /** Ids. */
  readonly requirements: readonly string[];
  readonly outcome: Outcome;
  /** Of the host. */
  readonly seconds: number;
  /** Why it failed. */
  readonly messages: readonly string[];
  readonly runs: readonly TestRun[];
}

export interface Tool {
  readonly version: string;
  readonly hash: string;
  readonly node: string;
}

export interface Report {
  readonly title: string;
  /** Wall-clock time at which it was made, ISO 8601. */
  readonly madeAt: string;
  readonly tool: Tool;
  readonly requirements: readonly Requirement[];
  readonly tests: readonly ReportedTest[];
}

/** `open`: its tests were skipped; `uncovered`: it has none. */
export type Verdict = "met" | "failed" | "open" | "uncovered";

export const testsOf = ({ tests }: Report, { id }: Requirement): readonly ReportedTest[] =>
  tests.filter(({ requirements }) => requirements.includes(id));

/** A requirement is met when a test shows it and none denies it. */
export const verdictOn = (report: Report, requirement: Requirement): Verdict => {
  const outcomes = testsOf(report, requirement).map(({ outcome }) => outcome);
  if (outcomes.length === 0) return "uncovered";
  if (outcomes.includes("failed")) return "failed";
  return outcomes.includes("passed") ? "met" : "open";
};

/** Ids that tests name and no file of requirements has. */
export const unknownIds = ({ requirements, tests }: Report): readonly string[] => {
  const known = new Set(requirements.map(({ id }) => id));
  return [...new Set(tests.flatMap((test) => test.requirements))].filter((id) => !known.has(id)).sort();
};

export interface FaultRow {
  readonly kind: string;
  readonly target: string;
  /** With which it was injected. */
  readonly tests: readonly ReportedTest[];
}

/** By kind, then target. */
export const faultRows = ({ tests }: Report): readonly FaultRow[] => {
  const rows = new Map<string, { kind: string; target: string; tests: Set<ReportedTest> }>();
  for (const test of tests) {
    for (const { kind, target } of test.runs.flatMap(({ faults }) => faults)) {
      const key = `${kind} ${target}`;
      const row = rows.get(key) ?? { kind, target, tests: new Set() };
      rows.set(key, { ...row, tests: row.tests.add(test) });
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => ({ ...row, tests: [...row.tests] }));
};

/** One module in one state: of several runs with the same digest one line. */
export interface ModuleRow {
  readonly module: string;
  readonly configPath: string;
  readonly digest: string;
  readonly images: readonly UsedImage[];
  readonly tests: readonly ReportedTest[];
}

export const moduleRows = ({ tests }: Report): readonly ModuleRow[] => {
  const rows = new Map<string, ModuleRow & { readonly tests: ReportedTest[] }>();
  for (const test of tests) {
    for (const { module, configPath, digest, images } of test.runs) {
      const row = rows.get(digest) ?? { module, configPath, digest, images, tests: [] };
      if (!row.tests.includes(test)) row.tests.push(test);
      rows.set(digest, row);
    }
  }
  return [...rows.values()].sort((a, b) => b.tests.length - a.tests.length);
};

/** What was seen of a partition's slots in all runs of its module. */
export interface SlotRow extends SlotUse {
  readonly module: string;
  /** Cycles a second. */
  readonly clock: number;
  /** In which its fullest slot was. */
  readonly fullestIn: ReportedTest;
}

/** The median is that of the run with the greatest one. Runs that count statements are other programs, and left out. */
export const slotRows = ({ tests }: Report): readonly SlotRow[] => {
  const rows = new Map<string, SlotRow>();
  for (const test of tests) {
    for (const { module, clock, slots, coverage } of test.runs) {
      if (coverage !== null) continue;
      for (const use of slots) {
        const key = `${module} ${use.partition}`;
        const seen = { ...use, module, clock, fullestIn: test };
        const before = rows.get(key);
        rows.set(key, before === undefined ? seen : together(before, seen));
      }
    }
  }
  return [...rows.values()];
};

const together = (a: SlotRow, b: SlotRow): SlotRow => ({
  ...(fullness(b) > fullness(a) ? b : a),
  slots: a.slots + b.slots,
  median: Math.max(a.median, b.median),
});

/** 0 … 1. */
export const fullness = ({ most }: SlotUse): number => (most === null ? 0 : most.used / most.duration);

/** Counts of all runs together, by file; its path is the shortest from here. */
export const coverageOf = ({ tests }: Report): readonly FileCoverage[] => {
  const files = new Map<string, FileCoverage>();
  for (const { file: path, ...counts } of tests.flatMap(({ runs }) => runs.flatMap(({ coverage }) => coverage ?? []))) {
    const counted = { file: relative(process.cwd(), path), ...counts };
    const before = files.get(counted.file);
    files.set(counted.file, before === undefined ? counted : sumOf(before, counted));
  }
  return [...files.values()];
};

/** Of the same file twice: its places stand in the same order. */
const sumOf = (a: FileCoverage, b: FileCoverage): FileCoverage => ({
  file: a.file,
  units: a.units.map((unit, at) => ({ ...unit, count: unit.count + b.units[at]!.count })),
  statements: a.statements.map((statement, at) => ({ ...statement, count: statement.count + b.statements[at]!.count })),
  decisions: a.decisions.map((decision, at) => ({
    ...decision,
    taken: decision.taken.map((count, way) => count + b.decisions[at]!.taken[way]!),
  })),
});
