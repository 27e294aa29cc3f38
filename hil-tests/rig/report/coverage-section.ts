/** What a report says of Structured Text: how much of each file the tests ran, and which lines none came to. */
import { type FileCoverage, figuresOf } from "../../../partitions/st/index.ts";
import { Html, html, type Section, table } from "./html.ts";
import { coverageOf, type Report } from "./report.ts";

/** null when nothing was counted. Files that are gone, copies that a test changed, are left out. */
export const coverageSection = (report: Report, sourceOf: (file: string) => string | null): Section | null => {
  const files = coverageOf(report).flatMap((coverage) => {
    const text = sourceOf(coverage.file);
    return text === null ? [] : [{ coverage, text }];
  });
  if (files.length === 0) return null;
  const rows = files.map(({ coverage }) => {
    const { statements, branches } = figuresOf(coverage);
    const shares = [statements, branches].flatMap(({ covered, total }) => [
      `${covered} of ${total}`,
      total === 0 ? "–" : `${((100 * covered) / total).toFixed(1)} %`,
    ]);
    return [html`<code>${coverage.file}</code>`, ...shares];
  });
  const columns = ["File", ...["Statements", "", "Branches", ""].map((title) => ({ figures: title }))];
  const listings = files.map(({ coverage, text }) => listingOf(coverage, text));
  const body = html`<p class="quiet">Red lines were never run; of yellow ones a decision only ever went some of its ways.</p>
${table(columns, rows)}
${listings}`;
  return { id: "coverage", title: "Coverage of Structured Text", body };
};

const listingOf = (coverage: FileCoverage, text: string): Html => {
  const remarks = remarksOn(coverage);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line, at) => {
      const { count, isPartly } = remarks.get(at + 1) ?? { count: null, isPartly: false };
      const kind = count === 0 ? "missed" : isPartly ? "partly" : "";
      const margin = `${count === null ? "" : shorten(count)}`.padStart(6);
      return html`<span class="${kind}">${String(at + 1).padStart(4)} ${margin}  ${line}</span>`;
    });
  return html`<details><summary><code>${coverage.file}</code>, line by line</summary>
<pre class="source">${new Html(lines.map((line) => line.text).join(""))}</pre></details>`;
};

interface Remark {
  /** How often the statement of the line ran that ran most often. */
  readonly count: number;
  readonly isPartly: boolean;
}

const remarksOn = ({ statements, decisions }: FileCoverage): ReadonlyMap<number, Remark> => {
  const remarks = new Map<number, Remark>();
  for (const { place, count } of statements) {
    remarks.set(place.line, { count: Math.max(remarks.get(place.line)?.count ?? 0, count), isPartly: false });
  }
  for (const { place, taken } of decisions) {
    const before = remarks.get(place.line) ?? { count: taken.reduce((sum, way) => sum + way, 0), isPartly: false };
    remarks.set(place.line, { ...before, isPartly: before.isPartly || taken.includes(0) });
  }
  return remarks;
};

/** 12 345 as 12k: the margin is narrow. */
const shorten = (count: number): string => {
  if (count < 10_000) return String(count);
  return count < 1e7 ? `${Math.floor(count / 1000)}k` : `${Math.floor(count / 1e6)}M`;
};
