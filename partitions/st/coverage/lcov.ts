/** Coverage in the trace file format of LCOV (geninfo(1), FILES), which genhtml, editors and build servers read. */
import type { CountedDecision, CountedPlace, FileCoverage } from "./coverage.ts";

export const lcovOf = (files: readonly FileCoverage[]): string => files.map(recordOf).join("");

const recordOf = ({ file, units, statements, decisions }: FileCoverage): string => {
  const lines = countsOfLines(statements, decisions);
  const branches = branchesOf(decisions);
  const records = [
    "TN:",
    `SF:${file}`,
    ...units.map(({ name, place }) => `FN:${place.line},${name}`),
    ...units.map(({ name, count }) => `FNDA:${count},${name}`),
    `FNF:${units.length}`,
    `FNH:${units.filter(({ count }) => count > 0).length}`,
    ...branches.map(({ line, block, branch, taken }) => `BRDA:${line},${block},${branch},${taken ?? "-"}`),
    `BRF:${branches.length}`,
    `BRH:${branches.filter(({ taken }) => taken !== null && taken > 0).length}`,
    ...lines.map(([line, count]) => `DA:${line},${count}`),
    `LF:${lines.length}`,
    `LH:${lines.filter(([, count]) => count > 0).length}`,
    "end_of_record",
  ];
  return `${records.join("\n")}\n`;
};

/** A line ran as often as the statement of it that ran most often; one that begins none, of ELSIF or UNTIL, as often as it decided. */
const countsOfLines = (
  statements: readonly CountedPlace[],
  decisions: readonly CountedDecision[],
): readonly (readonly [line: number, count: number])[] => {
  const counts = new Map<number, number>();
  for (const { place, count } of statements) counts.set(place.line, Math.max(counts.get(place.line) ?? 0, count));
  for (const { place, taken } of decisions) if (!counts.has(place.line)) counts.set(place.line, taken[0]! + taken[1]!);
  return [...counts].sort(([a], [b]) => a - b);
};

/** `block` tells the decisions of a line apart; `taken` is null when the decision was never come to. */
const branchesOf = (decisions: readonly CountedDecision[]) => {
  const blocks = new Map<number, number>();
  return decisions.flatMap(({ place: { line }, taken }) => {
    const block = blocks.get(line) ?? 0;
    blocks.set(line, block + 1);
    const isReached = taken.some((count) => count > 0);
    return taken.map((count, branch) => ({ line, block, branch, taken: isReached ? count : null }));
  });
};
