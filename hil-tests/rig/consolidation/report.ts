/** The comparison of a consolidation, for whoever decides on the cut-over: text, JSON, and one page of HTML. */
import type { PointValue } from "../../../runtime/system.ts";
import { formatTime } from "../duration.ts";
import { html, table } from "../report/html.ts";
import { htmlPage } from "../report/page.ts";
import type { OutputAgreement } from "./agreement.ts";
import type { ConsolidationReport, ControllerAgreement } from "./consolidation.ts";

const verdictOf = ({ isSame, latency, controllers }: ConsolidationReport): string => {
  const compared = controllers.reduce((sum, { outputs }) => sum + outputs.length, 0);
  if (isSame) return `all ${compared} outputs are the same as on boards of their own, within ${latency}`;
  const differing = controllers.flatMap(({ outputs }) => outputs).filter(({ difference }) => difference !== null);
  return differing.length === 0 ? "nothing was compared" : `${differing.length} of ${compared} outputs differ`;
};

const valueWords = (value: PointValue): string => (typeof value === "string" ? `'${value}'` : String(value));

const differenceWords = ({ difference }: OutputAgreement): string =>
  difference === null
    ? "same"
    : `at ${formatTime(difference.time)}: ${valueWords(difference.consolidated)}, alone ${valueWords(difference.alone)}`;

const notesOf = ({ silentPorts, outputs }: ControllerAgreement): readonly string[] => [
  ...(outputs.length === 0 ? ["it has no outputs: nothing was compared"] : []),
  ...silentPorts.map((port) => `alone, its port ${port} brought no messages`),
];

export const consolidationText = (report: ConsolidationReport): string => {
  const { module, duration, controllers } = report;
  const lines = controllers.flatMap((controller) => {
    const { partition, image, slots, outputs } = controller;
    const rows = outputs.map(
      (output) =>
        `    ${output.name}: ${differenceWords(output)}; ${output.changes} changes, at most ${milliseconds(output.lag)} later`,
    );
    return [
      `  ${partition} (image ${image}, ${slots} slots)`,
      ...rows,
      ...notesOf(controller).map((note) => `    ${note}`),
    ];
  });
  return [`${module}, ${formatTime(duration)} of virtual time: ${verdictOf(report)}`, ...lines, ""].join("\n");
};

const milliseconds = (seconds: number): string => `${Number((1000 * seconds).toFixed(3))} ms`;

export const consolidationHtml = (report: ConsolidationReport): string => {
  const { module, digest, duration, controllers } = report;
  const sections = controllers.map((controller) => ({
    id: controller.partition,
    title: controller.partition,
    body: html`<p>Image ${controller.image}, ${controller.slots} slots. ${notesOf(controller).join("; ")}</p>
${table(
  ["output", { figures: "compared" }, { figures: "changes" }, { figures: "later, ms" }, "result"],
  controller.outputs.map((output) => [
    ...[output.name, output.compared, output.changes, Number((1000 * output.lag).toFixed(3))],
    differenceWords(output),
  ]),
)}`,
  }));
  const header = html`<p>${verdictOf(report)}; ${formatTime(duration)} of virtual time, config ${digest.slice(0, 16)}.</p>`;
  return htmlPage(`Consolidation of ${module}`, header, sections);
};
