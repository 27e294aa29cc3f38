/** What a report says of tests: the verdict on top, and each test with its plots, its hashes and the command that repeats it. */

import { formatTime } from "../duration.ts";
import type { TestRun } from "../evidence.ts";
import { Html, html, type Section, table } from "./html.ts";
import { type Report, type ReportedTest, verdictOn } from "./report.ts";

export const summary = (report: Report): Html => {
  const { tests, requirements } = report;
  const failed = tests.filter(({ outcome }) => outcome === "failed").length;
  const skipped = tests.filter(({ outcome }) => outcome === "skipped").length;
  const met = requirements.filter((requirement) => verdictOn(report, requirement) === "met").length;
  const virtual = tests.flatMap(({ runs }) => runs).reduce((sum, { time }) => sum + time, 0);
  const parts = [
    failed === 0
      ? html`<span class="passed">all ${tests.length - skipped} tests passed</span>`
      : html`<span class="failed">${failed} of ${tests.length} tests failed</span>`,
    ...(skipped === 0 ? [] : [html`<span class="skipped">${skipped} skipped</span>`]),
    ...(requirements.length === 0
      ? []
      : [
          html`<span class="${met === requirements.length ? "met" : "failed"}">${met} of ${requirements.length} requirements met</span>`,
        ]),
    html`${formatTime(virtual)} of virtual time`,
    html`<span class="quiet">${report.madeAt}</span>`,
  ];
  return html`<p>${parts.flatMap((part, at) => (at === 0 ? [part] : [html` · `, part]))}</p>`;
};

export const testsSection = ({ tests }: Report): Section => {
  const files = [...new Set(tests.map(({ file }) => file))];
  const parts = files.map((file) => {
    const own = tests.filter((test) => test.file === file);
    return html`<h3><code>${file}</code></h3>${own.map(testOf)}`;
  });
  return { id: "tests", title: "Tests", body: html`${parts}` };
};

const testOf = ({ number, name, outcome, seconds, messages, runs }: ReportedTest): Html => {
  const figures = html`<span class="quiet"> · ${seconds.toFixed(2)} s</span>`;
  const failures = messages.map((message) => html`<pre>${message}</pre>`);
  const open = new Html(outcome === "failed" ? " open" : "");
  return html`<details id="test-${number}"${open}>
<summary>T${number} <span class="${outcome}">${outcome}</span> ${name}${figures}</summary>
${failures}${runs.map(runOf)}</details>`;
};

const runOf = ({ module, seed, time, frames, faults, hashes, plots, again }: TestRun): Html => {
  const injected = faults.map(({ words, time: at }) => html`<li>${formatTime(at)}: <code>${words}</code></li>`);
  const rows = Object.entries(hashes).map(([partition, hash]) => [partition, html`<code>${hash}</code>`]);
  return html`<p>Module ${module}, seed ${seed}, ${formatTime(time)} of virtual time in ${frames} frames.</p>
${injected.length === 0 ? null : html`<p>Injected:</p><ul>${injected}</ul>`}
${plots.map((plot) => html`<figure>${new Html(plot)}</figure>`)}
${table(["Partition", "Hash of the run"], rows)}
<pre>${again}</pre>`;
};
