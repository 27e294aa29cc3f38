import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../../../partitions/st/index.ts";
import { inspectImage } from "../../board/index.ts";
import { loadSystem } from "../load-system.ts";
import { RULES } from "./index.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const INVALID = join(ROOT, "configs/invalid");

/** Codes of what is found before any rule is asked. */
const BEFORE_RULES = [
  "duplicate-key",
  "file-unreadable",
  "image-malformed",
  "missing-key",
  "not-utf8",
  "unknown-key",
  "wrong-name",
  "wrong-type",
  "wrong-value",
  "yaml-syntax",
];

/** `<code>.yaml`, or `<code>.<variant>.yaml` where one file cannot show it all. */
const files = readdirSync(INVALID).filter((name) => name.endsWith(".yaml"));
const codeOf = (file: string): string => file.split(".")[0]!;

describe("the invalid configs", () => {
  it("are one or more for each rule, and for nothing else", () => {
    const codes = [...RULES.map(({ code }) => code), ...BEFORE_RULES].sort();
    expect([...new Set(files.map(codeOf))].sort()).toEqual(codes);
  });

  it.each(files)("%s has its problem, where it says, and no other", async (file) => {
    const path = join(INVALID, file);
    const [header = ""] = readFileSync(path, "utf8").split("\n");
    const [, code, line, message] = /^# ([\w-]+) · line (\d+) · (.+)$/.exec(header) ?? [];
    expect(code, "the first line names the code").toBe(codeOf(file));
    const loaded = await loadSystem(path, { compileSt: compileProgram, inspectImage });
    const isWarning = RULES.some((rule) => rule.code === code && rule.severity === "warning");
    expect(loaded.ok).toBe(isWarning);
    const found = loaded.ok ? loaded.warnings.filter((warning) => warning.code === code) : loaded.problems;
    const shown = found.map((problem) => ({
      ...problem,
      message: problem.message.replaceAll(ROOT, ""),
    }));
    expect(shown).toEqual([expect.objectContaining({ code, line: Number(line), message })]);
    expect(found[0]?.hint, "a hint says what to do").not.toBe("");
  });
});

describe("the rules", () => {
  it("are named like their files", () => {
    const names = readdirSync(fileURLToPath(new URL(".", import.meta.url)))
      .filter((name) => !name.endsWith(".test.ts") && name !== "index.ts" && name !== "rule.ts")
      .map((name) => name.replace(/\.ts$/, ""));
    expect(RULES.map(({ code }) => code).sort()).toEqual(names.sort());
  });
});
