/** A report as one HTML file that needs nothing else: it opens from a disk, and prints. */
import { coverageSection } from "./coverage-section.ts";
import { Html, html, type Section } from "./html.ts";
import type { Report } from "./report.ts";
import { matrixSection, requirementsSection } from "./requirement-sections.ts";
import { faultsSection, forcesSection, identitySection, slotsSection } from "./run-sections.ts";
import { summary, testsSection } from "./test-sections.ts";

/** @param sourceOf the text of a file of Structured Text; null: it is gone. */
export const pageOf = (report: Report, sourceOf: (file: string) => string | null): string => {
  const sections = [
    requirementsSection(report),
    matrixSection(report),
    faultsSection(report),
    forcesSection(report),
    slotsSection(report),
    coverageSection(report, sourceOf),
    testsSection(report),
    identitySection(report),
  ].filter((section) => section !== null);
  return htmlPage(report.title, summary(report), sections);
};

/** @param header what stands below the title. */
export const htmlPage = (title: string, header: Html, sections: readonly Section[]): string => {
  const links = sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`);
  const bodies = sections.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>${body}</section>`);
  return `<!DOCTYPE html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>${header}<nav>${links}</nav></header>
<main>
${bodies}
</main>
</body>
</html>
`.text
  }`;
};

const STYLE = `
:root { --ink: #1c2733; --quiet: #667380; --line: #dde3e8; --met: #2a7d46; --failed: #b3261e; --open: #8a6d00; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1.5rem 4rem; color: var(--ink); background: white;
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; font-weight: 600; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; font-weight: 600; margin: 2.5rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
p { margin: .25rem 0 .75rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: .75rem; }
a { color: #1f5fa8; text-decoration: none; }
a:hover { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th { text-align: left; font-weight: 600; color: var(--quiet); }
th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.figures { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures + :not(.figures) { padding-left: .8rem; }
code, pre { font: .82rem/1.45 "DejaVu Sans Mono", ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .6rem .8rem; background: #f6f8fa; overflow-x: auto; white-space: pre-wrap; }
.quiet { color: var(--quiet); }
.id { white-space: nowrap; font-weight: 600; }
.met, .passed { color: var(--met); font-weight: 600; }
.failed { color: var(--failed); font-weight: 600; }
.open, .uncovered, .skipped { color: var(--open); font-weight: 600; }
.matrix { width: auto; font-size: .75rem; margin: 0 0 1rem; }
.matrix caption { text-align: left; white-space: nowrap; padding: .25rem 0; }
.matrix th, .matrix td { padding: .1rem .3rem; text-align: center; }
.matrix th:first-child { text-align: left; white-space: nowrap; padding-right: .8rem; }
.matrix td + td { border-left: 1px solid #f0f3f5; }
.bar { display: inline-block; width: 8rem; height: .6rem; background: #eef1f4; vertical-align: middle; }
.bar i { display: block; height: 100%; background: #1f5fa8; }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; }
figure { margin: .75rem 0; }
svg { max-width: 100%; height: auto; }
.source { white-space: pre; padding: .6rem 0; }
.source span { display: block; padding: 0 .8rem; }
.source .missed { background: #fbe3e1; }
.source .partly { background: #fdf3d4; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  section, figure, tr { break-inside: avoid-page; }
  section:has(details, table) { break-inside: auto; }
  details::details-content { content-visibility: visible; display: block; }
  a { color: inherit; }
}
`;
