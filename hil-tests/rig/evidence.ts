/** What a failed test leaves for whoever has to understand it: pictures, and the command that runs it again. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Rig } from "./rig.ts";

/** What vitest tells a test about itself: its context, as far as it is needed here. */
export interface RunningTest {
  readonly task: { readonly name: string; readonly file: { readonly filepath: string } };
}

/** Where it is left: in the folder in which the tests were started, unless `PARTITA_RIG_REPORTS` names another. */
const folderOf = (test: RunningTest): string => {
  const { name, file } = test.task;
  const words = `${relative(process.cwd(), file.filepath)} ${name}`.replaceAll(/[^A-Za-z0-9]+/g, "-");
  return join(process.env["PARTITA_RIG_REPORTS"] ?? "rig-reports", words.slice(-120).replace(/^-|-$/g, ""));
};

/** @returns lines for the failure's message: where the pictures are, and how to run the test again. */
export const keepEvidence = async (
  rig: Rig,
  seed: number,
  test: RunningTest | undefined,
): Promise<readonly string[]> => {
  if (test === undefined) return [];
  const folder = folderOf(test);
  const { name, file } = test.task;
  const svg = rig.picture(`${name} (${rig.system.name}, seed ${seed})`);
  const { asPng } = await import("./plot/png.ts");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "failure.svg"), svg);
  writeFileSync(join(folder, "failure.png"), asPng(svg));
  return [
    `  seen: ${join(folder, "failure.png")} (and .svg)`,
    `  again: PARTITA_SEED=${seed} npx vitest run ${relative(process.cwd(), file.filepath)} -t ${quoted(name)}`,
  ];
};

/** For a shell; what vitest would take for a pattern is escaped. */
const quoted = (name: string): string => `'${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("'", "'\\''")}'`;
