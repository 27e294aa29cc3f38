/** `partita new plant NAME`: a folder with a module, its program, a model of the plant and tests that pass, to begin with. */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { type CliEnvironment, UserError } from "./environment.ts";
import { VERSION } from "./version.ts";

const { resolve: find } = createRequire(import.meta.url);
const PACKAGE = dirname(find("#package"));
/** What is copied: it works as it stands there, and is tested so. */
const STARTER = dirname(find("#starter"));

/** As the package's and the module's name. */
const NAME = /^[a-z][a-z0-9-]*$/;

/** Where the starter's own name stands. */
const NAMED: Readonly<Record<string, readonly (readonly [from: string, to: (name: string) => string])[]>> = {
  "module.yaml": [["module: starter", (name) => `module: ${name}`]],
  "vitest.config.ts": [['title: "starter"', (name) => `title: "${name}"`]],
  "package.json": [['"name": "starter"', (name) => `"name": "${name}"`]],
};

const FILES = [
  ["module.yaml", "the module: its partition, its slot, its wires"],
  ["control.st", "the partition's program"],
  ["tank.ts", "a model of the plant"],
  ["tank.hil.test.ts", "tests of the one with the other"],
  ["requirements.yaml", "what they are to show"],
] as const;

export const addNew = (program: Command, environment: CliEnvironment): void => {
  program
    .command("new")
    .description("write something to begin with")
    .command("plant")
    .description("a folder with a module, its program, a model of the plant and tests that pass")
    .argument("<name>", "small letters, digits and hyphens: the name of the folder and of the module")
    .action((name: string) => newPlant(name, environment));
};

const newPlant = (name: string, { stdout }: CliEnvironment): void => {
  if (!NAME.test(name)) {
    throw new UserError(`${name} is no name for a plant: use small letters, digits and hyphens, a letter first`);
  }
  if (existsSync(name))
    throw new UserError(`${name} exists already, and nothing in it is touched; choose another name`);
  try {
    cpSync(STARTER, name, { recursive: true });
    for (const [file, replacements] of Object.entries(NAMED)) {
      rewrite(join(name, file), (text) => replacements.reduce((all, [from, to]) => all.replace(from, to(name)), text));
    }
    rewrite(join(name, "package.json"), (text) =>
      text.replace('"partita": "0.1.0"', `"partita": "${whereToGetPartita(name)}"`),
    );
  } catch (error) {
    throw new UserError(`${name} cannot be written: ${(error as Error).message}`);
  }
  const width = Math.max(...FILES.map(([file]) => file.length));
  const lines = FILES.map(([file, words]) => `  ${file.padEnd(width)}  ${words}\n`);
  stdout.write(`${name}/\n${lines.join("")}\nNext: cd ${name} && npm install && npm test\n`);
};

const rewrite = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, "utf8")));

/** The version when this one was installed by npm; the folder of a working copy otherwise. */
const whereToGetPartita = (folder: string): string =>
  PACKAGE.split(sep).includes("node_modules") ? `^${VERSION}` : `file:${relative(resolve(folder), PACKAGE)}`;
