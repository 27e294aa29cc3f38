/** What a test leaves: for a report the evidence of its runs; for whoever has to understand a failure pictures and traces, too. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type {} from "vitest"; // its TaskMeta is what is added to below
import type { Rig } from "./rig.ts";
import type { RunEvidence } from "./run-evidence.ts";

/** What vitest tells a test about itself: its context, as far as it is needed here. */
export interface RunningTest {
  readonly task: {
    readonly name: string;
    readonly file: { readonly filepath: string };
    /** Handed to reporters. */
    readonly meta: { rigRuns?: readonly TestRun[] };
  };
}

/** One rig of a test. */
export interface TestRun extends RunEvidence {
  readonly seed: number;
  /** The command that runs the test again, from the same seed. */
  readonly again: string;
}

declare module "vitest" {
  interface TaskMeta {
    rigRuns?: readonly TestRun[];
  }
}

/** What was recorded of a test that failed: for `partita replay`, and for ui.perfetto.dev. */
const TRACES = ["failure.recording", "failure.json"];

/** Where reports and pictures are left: in the folder in which the tests were started, unless `PARTITA_RIG_REPORTS` names another. */
export const reportsFolder = (): string => process.env["PARTITA_RIG_REPORTS"] ?? "rig-reports";

/** Whatever the test came to. */
export const keepForReport = (rig: Rig, seed: number, { task }: RunningTest): void => {
  task.meta.rigRuns = [...(task.meta.rigRuns ?? []), { seed, again: againCommand(task, seed), ...rig.evidence() }];
};

const folderOf = (test: RunningTest): string => {
  const { name, file } = test.task;
  const words = `${relative(process.cwd(), file.filepath)} ${name}`.replaceAll(/[^A-Za-z0-9]+/g, "-");
  return join(reportsFolder(), words.slice(-120).replace(/^-|-$/g, ""));
};

/** @returns lines for the failure's message: where pictures and traces are, and how to run the test again. */
export const keepEvidence = async (
  rig: Rig,
  seed: number,
  test: RunningTest | undefined,
): Promise<readonly string[]> => {
  if (test === undefined) return [];
  const folder = folderOf(test);
  const { name } = test.task;
  const svg = rig.picture(`${name} (${rig.system.name}, seed ${seed})`);
  const { asPng } = await import("./plot/png.ts");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "failure.svg"), svg);
  writeFileSync(join(folder, "failure.png"), asPng(svg));
  for (const trace of TRACES) await rig.saveTrace(join(folder, trace));
  return [
    `  seen: ${join(folder, "failure.png")} (and .svg)`,
    `  trace: ${TRACES.map((trace) => join(folder, trace)).join(", ")}`,
    `  again: ${againCommand(test.task, seed)}`,
  ];
};

const againCommand = ({ name, file }: RunningTest["task"], seed: number): string =>
  `PARTITA_SEED=${seed} npx vitest run ${relative(process.cwd(), file.filepath)} -t ${quoted(name)}`;

/** For a shell; what vitest would take for a pattern is escaped. */
const quoted = (name: string): string => `'${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("'", "'\\''")}'`;
