/**
 * From a config file to a System: YAML → schema → images → rules → resolved and frozen. All problems of one run are reported
 * together, in the order of their places.
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Problem } from "../problem.ts";
import type { System } from "../system.ts";
import { type Draft, draftModule } from "./draft.ts";
import { decodeText, readBytes } from "./file-bytes.ts";
import { type Finding, toProblem } from "./finding.ts";
import { loadImages } from "./images.ts";
import { TOP } from "./places.ts";
import { requirementsOf, type TimeRequirement } from "./requirements.ts";
import { resolveSystem } from "./resolve.ts";
import { RULES } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";
import { checkShape } from "./shape.ts";
import type { ConfigTools } from "./tools.ts";
import { readYaml } from "./yaml-document.ts";

export type LoadedSystem =
  | {
      readonly ok: true;
      readonly system: System;
      /** Per partition what its config requires of the schedule; null where it requires nothing. */
      readonly requirements: readonly (TimeRequirement | null)[];
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** No module is near this; reading a larger file would only take long. */
const LARGEST_CONFIG = 1 << 20;

/** Never throws for what a file contains. `path` is named in problems as it is given; other files are relative to it. */
export const loadSystem = async (path: string, tools: ConfigTools): Promise<LoadedSystem> => {
  const file = await readBytes(path, tools.readFile);
  if ("reason" in file) return refused(path, "file-unreadable", `it cannot be read: ${file.reason}`, "check the path");
  if (file.bytes.length > LARGEST_CONFIG) {
    const message = `it has ${file.bytes.length} bytes; a config has at most ${LARGEST_CONFIG}`;
    return refused(path, "file-too-large", message, "is this the config file?");
  }
  const text = decodeText(file.bytes);
  if (text === null) return refused(path, "not-utf8", "it is not written in UTF-8", "save it as UTF-8");
  const yaml = readYaml(text);
  if ("findings" in yaml) return { ok: false, problems: inOrder(yaml.findings, path) };

  const { findings, config, whole } = checkShape(yaml.value, yaml.places);
  const loaded = await loadImages(config, path, yaml.places, tools);
  const draft = draftModule(config, yaml.places, loaded.images);
  const problems = inOrder([...findings, ...findingsOf(draft, isStrict)], path, loaded.problems);
  if (problems.length > 0 || whole === null) return { ok: false, problems };
  return {
    ok: true,
    system: resolveSystem(whole, draft, resolve(path), digestOf(file.bytes, draft)),
    requirements: requirementsOf(draft),
    warnings: inOrder(findingsOf(draft, isWarning), path, loaded.warnings).map(asWarning),
  };
};

const refused = (file: string, code: string, message: string, hint: string): LoadedSystem => ({
  ok: false,
  problems: [toProblem({ code, at: { ...TOP, path: "" }, message, hint }, file)],
});

const isWarning = ({ severity }: Rule): boolean => severity === "warning";
const isStrict = (rule: Rule): boolean => !isWarning(rule);
const asWarning = (problem: Problem): Problem => ({ ...problem, severity: "warning" });

const findingsOf = (draft: Draft, included: (rule: Rule) => boolean): readonly Finding[] =>
  RULES.filter(included).flatMap((rule) => [...rule.check(draft)].map((finding) => ({ code: rule.code, ...finding })));

/** The config's own problems by line, then those of the programs in the order of the partitions. */
const inOrder = (findings: readonly Finding[], path: string, others: readonly Problem[] = []): readonly Problem[] => {
  const all = [...findings.map((finding) => toProblem(finding, path)), ...others];
  const own = all.filter(({ file }) => file === path);
  own.sort((a, b) => a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
  return [...own, ...all.filter(({ file }) => file !== path)];
};

/** Over the config's bytes and all images, each with its length before it, so that nothing moves between them unseen. */
const digestOf = (config: Uint8Array, draft: Draft): string => {
  const hash = createHash("sha256");
  const images = [...draft.partitions.values()].map(({ image }) => image?.bytes ?? new Uint8Array());
  for (const bytes of [config, ...images]) hash.update(`${bytes.length}\n`).update(bytes);
  return hash.digest("hex");
};
