/** `partita explain`: what a problem code means, with a failing and a corrected example; without one the list of all. */
import type { Command } from "commander";
import { numberOf, PROBLEM_PAGES, type ProblemPage } from "../../partitions/st/index.ts";
import { RULES, type Rule, suggested } from "../config/index.ts";
import { type CliEnvironment, UserError } from "./environment.ts";

export const addExplain = (program: Command, { stdout }: CliEnvironment): void => {
  program
    .command("explain")
    .description("explain a problem that compile or check reports; without a code list all")
    .argument("[code]", "ST0101, or a name like unknown-name or slots-overlap")
    .action((code: string | undefined) => {
      stdout.write(code === undefined ? listOfAll() : explain(code));
    });
};

const listOfAll = (): string => {
  const width = Math.max(...[...PROBLEM_PAGES, ...RULES].map((each) => nameOf(each).length));
  const programs = PROBLEM_PAGES.map((page) => `  ${numberOf(page)}  ${page.name.padEnd(width)}  ${page.title}\n`);
  const configs = RULES.map(({ code, description }) => `  ${code.padEnd(width)}  ${description}\n`);
  return `Structured Text\n${programs.join("")}\nConfig files\n${configs.join("")}`;
};

const nameOf = (each: ProblemPage | Rule): string => ("name" in each ? each.name : each.code);

/** Of a name that is both a program's problem and a config's: both pages. */
const explain = (code: string): string => {
  const wanted = code.toLowerCase();
  const pages = PROBLEM_PAGES.filter((page) => page.name === wanted || numberOf(page).toLowerCase() === wanted);
  const rules = RULES.filter((rule) => rule.code === wanted);
  if (pages.length + rules.length > 0) return [...pages.map(programPage), ...rules.map(configPage)].join("\n");
  const known = [...PROBLEM_PAGES.flatMap((page) => [numberOf(page), page.name]), ...RULES.map((rule) => rule.code)];
  throw new UserError(`there is no problem code ${code}; ${suggested(code, known) ?? "partita explain lists all"}`);
};

const programPage = (page: ProblemPage): string =>
  `${numberOf(page)} ${page.name}: ${page.title}\n\n${page.explanation}\n\n` +
  `Wrong:\n${indented(page.failing)}\n\nRight:\n${indented(page.corrected)}\n`;

const configPage = ({ code, description }: Rule): string => `${code} (config): ${description}\n`;

const indented = (text: string): string => text.replace(/^(?=.)/gm, "    ");
