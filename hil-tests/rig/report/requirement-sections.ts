/** What a report says of requirements: each with its verdict, and which test shows which. */
import { type Html, html, type Section, table } from "./html.ts";
import {
  type Outcome,
  type Report,
  type ReportedTest,
  testsOf,
  unknownIds,
  type Verdict,
  verdictOn,
} from "./report.ts";

const WORDS: Readonly<Record<Verdict, string>> = {
  met: "met",
  failed: "not met",
  open: "not run",
  uncovered: "no test",
};

/** What a table calls a test. */
export const linkTo = ({ number, name, outcome }: ReportedTest): Html =>
  html`<a class="${outcome}" href="#test-${number}" title="${name}">T${number}</a> `;

export const requirementsSection = (report: Report): Section | null => {
  if (report.requirements.length === 0) return null;
  const rows = report.requirements.map((requirement) => {
    const verdict = verdictOn(report, requirement);
    return [
      html`<span class="id">${requirement.id}</span>`,
      requirement.partition,
      requirement.text,
      html`<span class="${verdict}">${WORDS[verdict]}</span>`,
      html`${testsOf(report, requirement).map(linkTo)}`,
    ];
  });
  const unknown = unknownIds(report);
  const warning =
    unknown.length === 0 ? null : html`<p class="failed">Tests name what is no requirement: ${unknown.join(", ")}</p>`;
  const body = html`${warning}${table(["Requirement", "Partition", "Text", "Verdict", "Tests"], rows)}`;
  return { id: "requirements", title: "Requirements", body };
};

const MARKS: Readonly<Record<Outcome, string>> = { passed: "●", failed: "✕", skipped: "○" };

/** A table for each file of tests, so that it can be printed: the requirements that its tests show, and which shows which. */
export const matrixSection = (report: Report): Section | null => {
  const showing = report.tests.filter((test) => test.requirements.length > 0);
  if (report.requirements.length === 0 || showing.length === 0) return null;
  const files = [...new Set(showing.map(({ file }) => file))];
  const tables = files.map((file) =>
    matrixOf(
      file,
      showing.filter((test) => test.file === file),
      report,
    ),
  );
  const body = html`<p class="quiet">● passed, ✕ failed, ○ skipped; columns are tests</p>${tables}`;
  return { id: "matrix", title: "Requirements and tests", body };
};

const matrixOf = (file: string, tests: readonly ReportedTest[], { requirements }: Report): Html => {
  const head = tests.map((test) => html`<th>${linkTo(test)}</th>`);
  const shown = requirements.filter(({ id }) => tests.some((test) => test.requirements.includes(id)));
  const rows = shown.map(({ id }) => {
    const cells = tests.map((test) =>
      test.requirements.includes(id) ? html`<td class="${test.outcome}">${MARKS[test.outcome]}</td>` : html`<td></td>`,
    );
    return html`<tr><th>${id}</th>${cells}</tr>`;
  });
  return html`<table class="matrix"><caption><code>${file}</code></caption><thead><tr><th></th>${head}</tr></thead><tbody>
${rows}
</tbody></table>`;
};
