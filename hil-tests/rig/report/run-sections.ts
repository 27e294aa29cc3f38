/** What a report says of how tests were run: faults and forces, use of slots, and what exactly it was that ran. */
import { relative } from "node:path";
import { formatTime } from "../duration.ts";
import { type Html, html, type Section, table } from "./html.ts";
import { faultRows, fullness, moduleRows, type Outcome, type Report, type ReportedTest, slotRows } from "./report.ts";
import { linkTo } from "./requirement-sections.ts";

export const faultsSection = (report: Report): Section | null => {
  const rows = faultRows(report).map(({ kind, target, tests }) => {
    const count = (outcome: Outcome): number => tests.filter((test) => test.outcome === outcome).length;
    return [kind, html`<code>${target}</code>`, count("passed"), count("failed"), html`${tests.map(linkTo)}`];
  });
  if (rows.length === 0) return null;
  const columns = ["Fault", "Of", { figures: "Handled as required" }, { figures: "Not so" }, "Tests"];
  return { id: "faults", title: "Faults and outcomes", body: table(columns, rows) };
};

export const forcesSection = ({ tests }: Report): Section | null => {
  const rows = tests.flatMap((test) =>
    test.runs.flatMap(({ forces }) =>
      forces.map(({ channel, value, time }) => [html`<code>${channel}</code>`, value, formatTime(time), linkTo(test)]),
    ),
  );
  if (rows.length === 0) return null;
  return { id: "forces", title: "Forces used", body: table(["Channel", "Value", { figures: "From" }, "Test"], rows) };
};

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const bar = (share: number): Html => html`<span class="bar"><i style="width:${(share * 100).toFixed(1)}%"></i></span>`;

export const slotsSection = (report: Report): Section | null => {
  const rows = slotRows(report).map((row) => {
    const us = (count: number): string => `${((count * 1e6) / row.clock).toFixed(2)} µs`;
    const share = fullness(row);
    return [
      ...[row.module, row.partition, row.slots.toLocaleString("en"), percent(row.median)],
      row.most === null ? "–" : `${us(row.most.used)} of ${us(row.most.duration)}`,
      ...[percent(share), bar(share), linkTo(row.fullestIn)],
    ];
  });
  if (rows.length === 0) return null;
  const figures = ["Slots", "Median", "Fullest slot", "Share"].map((title) => ({ figures: title }));
  const body = html`<p class="quiet">Observed over all tests, not the worst case: that nobody saw.</p>
${table(["Module", "Partition", ...figures, "", "In"], rows)}`;
  return { id: "slots", title: "Execution against slots", body };
};

export const identitySection = (report: Report): Section => {
  const { tool } = report;
  const modules = moduleRows(report).map(({ module, configPath, digest, images, tests }) => {
    const rows = images.map(({ partition, path, hash }) => [
      ...[partition, html`<code>${relative(process.cwd(), path)}</code>`, html`<code>${hash}</code>`],
    ]);
    return html`<h3>${module}</h3>
<p><code>${relative(process.cwd(), configPath)}</code>, ${counted(tests)}, SHA-256 of config and images <code>${digest}</code></p>
${table(["Partition", "Image", "XXH64"], rows)}`;
  });
  const body = html`<p>Partita ${tool.version} on Node ${tool.node}; XXH64 of the tool's own files <code>${tool.hash}</code></p>
${modules}`;
  return { id: "identity", title: "What ran", body };
};

const counted = (tests: readonly ReportedTest[]): string => (tests.length === 1 ? "1 test" : `${tests.length} tests`);
