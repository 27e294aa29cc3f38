/** The requirements that tests are to show, as a YAML file lists them: `REQ-INTAKE-1: { partition: intake, text: … }`. */
import { readFileSync } from "node:fs";
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";

export interface Requirement {
  readonly id: string;
  /** Who keeps it; `module` when it is a matter of all. */
  readonly partition: string;
  readonly text: string;
}

/** Letters, digits and hyphens: an id ends where the next word begins. */
const ID = /\bREQ-[A-Z0-9]+(?:-[A-Z0-9]+)*\b/g;

/** The ids in a test's name, each once. */
export const requirementsIn = (name: string): readonly string[] => [...new Set(name.match(ID) ?? [])];

/** @throws an Error that names every problem of the file with its line. */
export const readRequirements = (path: string): readonly Requirement[] => {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines });
  const problems: string[] = [];
  const report = (offset: number, message: string): void => {
    problems.push(`${path}:${lines.linePos(offset).line}: ${message}`);
  };
  for (const { pos, message } of [...document.errors, ...document.warnings]) report(pos[0], message.split("\n")[0]!);
  const requirements = document.errors.length > 0 ? [] : requirementsOf(document.contents, report);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return requirements;
};

type Report = (offset: number, message: string) => void;

const requirementsOf = (contents: Node | null, report: Report): readonly Requirement[] => {
  if (!isMap(contents)) {
    report(contents?.range?.[0] ?? 0, "write one requirement or more: `REQ-PUMP-1: { partition: pump, text: … }`");
    return [];
  }
  return contents.items.map(({ key, value }) => {
    const id = isScalar(key) ? String(key.value) : "";
    const at = (isScalar(key) ? key.range?.[0] : undefined) ?? 0;
    if (requirementsIn(id)[0] !== id)
      report(at, `"${id}" is no id of a requirement; write capitals and digits: REQ-PUMP-1`);
    const fields: Record<string, unknown> = isMap(value) ? value.toJSON() : {};
    for (const name of Object.keys(fields)) {
      if (name !== "partition" && name !== "text")
        report(at, `${id} has "${name}"; a requirement has partition and text`);
    }
    return { id, partition: textOf(fields, "partition", id, at, report), text: textOf(fields, "text", id, at, report) };
  });
};

const textOf = (fields: Record<string, unknown>, name: string, id: string, at: number, report: Report): string => {
  const value = fields[name];
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  report(at, `${id} needs a ${name}`);
  return "";
};
