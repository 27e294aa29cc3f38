/** What a config's partitions require, read without its images and whatever its schedules are: they may not be there yet. */
import type { Problem } from "../problem.ts";
import { type Hertz, hertz } from "../units.ts";
import { type Draft, draftModule } from "./draft.ts";
import { decodeText, type ReadFile, readBytes } from "./file-bytes.ts";
import { type Finding, toProblem } from "./finding.ts";
import { TOP } from "./places.ts";
import { requirementsOf, type TimeRequirement } from "./requirements.ts";
import { afterOtherPeriod } from "./rules/after-other-period.ts";
import { deadlineOutOfRange } from "./rules/deadline-out-of-range.ts";
import { quantityNotWhole } from "./rules/quantity-not-whole.ts";
import { quantityTooLarge } from "./rules/quantity-too-large.ts";
import { quantityZero } from "./rules/quantity-zero.ts";
import type { Rule } from "./rules/rule.ts";
import { checkShape } from "./shape.ts";
import { readYaml } from "./yaml-document.ts";

export interface ModuleRequirements {
  readonly module: string;
  /** As it was read. */
  readonly text: string;
  /** Ticks a second: the board's clock. */
  readonly clock: Hertz;
  readonly harts: number;
  readonly partitions: readonly { readonly name: string; readonly requirement: TimeRequirement }[];
  /** Names, in the order of the file. */
  readonly schedules: readonly string[];
}

export type LoadedRequirements =
  | { readonly ok: true; readonly requirements: ModuleRequirements }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What can be wrong with requirements themselves. */
const RULES: readonly Rule[] = [afterOtherPeriod, deadlineOutOfRange, quantityNotWhole, quantityTooLarge, quantityZero];

/** Never throws for what a file contains. */
export const loadRequirements = async (path: string, read?: ReadFile): Promise<LoadedRequirements> => {
  const file = await readBytes(path, read);
  const refused = (code: string, message: string, hint: string): LoadedRequirements => ({
    ok: false,
    problems: [toProblem({ code, at: { ...TOP, path: "" }, message, hint }, path)],
  });
  if ("reason" in file) return refused("file-unreadable", `it cannot be read: ${file.reason}`, "check the path");
  const text = decodeText(file.bytes);
  if (text === null) return refused("not-utf8", "it is not written in UTF-8", "save it as UTF-8");
  const yaml = readYaml(text);
  const failed = (findings: readonly Finding[]): LoadedRequirements => ({
    ok: false,
    problems: findings.map((finding) => toProblem(finding, path)),
  });
  if ("findings" in yaml) return failed(yaml.findings);
  const schedules = standInFor(yaml.value);
  const { findings, config } = checkShape(yaml.value, yaml.places);
  const draft = draftModule(config, yaml.places, new Map());
  const broken = RULES.flatMap((rule) => [...rule.check(draft)].map((finding) => ({ code: rule.code, ...finding })));
  const problems = [...findings, ...broken, ...silent(draft)];
  if (problems.length > 0 || draft.clock === null) return failed(problems);
  const requirements = requirementsOf(draft);
  return {
    ok: true,
    requirements: {
      module: config.module ?? "",
      text,
      clock: hertz(draft.clock),
      harts: config.board.harts ?? 1,
      partitions: [...draft.partitions.keys()].flatMap((name, at) => {
        const requirement = requirements[at] ?? null;
        return requirement === null ? [] : [{ name, requirement }];
      }),
      schedules,
    },
  };
};

/** Puts a schedule that nobody looks at in the place of those that are to be made. @returns the names of those that were there. */
const standInFor = (value: unknown): readonly string[] => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const { schedules } = value as { readonly schedules?: unknown };
  const slot = { partition: "none", start: "0 ms", duration: "1 ms" };
  Object.assign(value, { schedules: { none: { majorFrame: "1 ms", slots: [slot] } } });
  return typeof schedules === "object" && schedules !== null ? Object.keys(schedules) : [];
};

function* silent({ partitions, places, config }: Draft): Generator<Finding> {
  for (const { name, config: partition } of partitions.values()) {
    if (partition.requires !== undefined) continue;
    yield {
      code: "nothing-required",
      at: places.ofKey(config.partitions ?? {}, name),
      message: `${name} does not say what it requires of a slot table`,
      hint: "add what it needs, like `requires: { period: 20 ms, duration: 4 ms }`",
    };
  }
}
