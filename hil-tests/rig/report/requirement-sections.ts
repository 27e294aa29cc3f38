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

/** Only tests that show a requirement, and every requirement. */
export const matrixSection = (report: Report): Section | null => {
  const columns = report.tests.filter((test) => test.requirements.length > 0);
  if (report.requirements.length === 0 || columns.length === 0) return null;
  const head = columns.map(
    (test) => html`<th><a href="#test-${test.number}" title="${test.name}">${test.number}</a></th>`,
  );
  const rows = report.requirements.map(({ id }) => {
    const cells = columns.map(({ requirements, outcome }) =>
      requirements.includes(id) ? html`<td class="${outcome}">${MARKS[outcome]}</td>` : html`<td></td>`,
    );
    return html`<tr><th>${id}</th>${cells}</tr>`;
  });
  const body = html`<p class="quiet">● passed, ✕ failed, ○ skipped; columns are tests</p>
<div class="wide"><table class="matrix"><thead><tr><th>Requirement</th>${head}</tr></thead><tbody>
${rows}
</tbody></table></div>`;
  return { id: "matrix", title: "Requirements and tests", body };
};
