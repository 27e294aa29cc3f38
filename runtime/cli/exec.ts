/** `partita exec`: one image, or one Structured Text program, alone on one virtual board, unpaced (design.md §7). */
import { type Command, InvalidArgumentError, Option } from "commander";
import { inParts, parseQuantity } from "../config/index.ts";
import type { EngineKind } from "../system.ts";
import type { Nanoseconds } from "../units.ts";
import { type CliEnvironment, UserError } from "./environment.ts";
import { execImage } from "./exec-image.ts";
import { durationOption, engineOption, libraryPathOption } from "./options.ts";

/** The options of `exec`, read; one that was not given is not there. */
export interface ExecOptions {
  readonly engine: EngineKind;
  /** Bytes of RAM. */
  readonly memory: number;
  readonly maxCycles?: number;
  /** Leave and re-enter the guest every so many cycles. */
  readonly slice?: number;
  /** Boot arguments for the device tree. */
  readonly append?: string;
  /** A file for the statistics. */
  readonly stats?: string;
  readonly scans: number;
  /** Between two scans, whatever the program says. */
  readonly period?: Nanoseconds;
  /** Names of variables, as given. */
  readonly watch?: readonly string[];
  /** Paths of libraries. */
  readonly libraryPath: readonly string[];
  /** The PROGRAM that runs, where no CONFIGURATION says it. */
  readonly program?: string;
  /** Values given to variables before the first scan, in order. */
  readonly set: readonly { readonly name: string; readonly value: string }[];
}

const PAGE_BYTES = 4096;
const MOST_MEMORY = 2 ** 31;

export const addExec = (program: Command, environment: CliEnvironment): void => {
  program
    .command("exec")
    .description("run one image (ELF, or flat at 0x80000000) or one .st program alone on a virtual board, unpaced")
    .argument("<files...>", "IMAGE, or PROGRAM.st and the other files that make it")
    .addOption(engineOption("what executes the guest; it cannot tell").default("translator"))
    .addOption(new Option("--memory <size>", "RAM of the board").argParser(memorySize).default(16 * 2 ** 20, "16MiB"))
    .option("--max-cycles <n>", "end after n cycles, with exit status 3", positiveInteger)
    .option("--slice <n>", "leave and re-enter the guest every n cycles", positiveInteger)
    .option("--append <bootargs>", "IMAGE: text for bootargs in the device tree's /chosen")
    .option("--stats <file>", "write statistics as JSON")
    .option("--scans <n>", "PROGRAM.st: end after n scans, the first at t = 0", positiveInteger, 1)
    .option(
      "--period <time>",
      "PROGRAM.st: time between two scans (default: its TASK's INTERVAL, or 10ms)",
      durationOption,
    )
    .option("--watch <names>", "PROGRAM.st: variables to print after the last scan, as in A,B", names)
    .addOption(
      new Option(
        "--set <assignment>",
        "PROGRAM.st: a variable's value before the first scan, as in X=1; again for more",
      )
        .argParser(assignment)
        .default([], "none"),
    )
    .addOption(libraryPathOption())
    .addOption(new Option("--program <name>", "PROGRAM.st: the PROGRAM that runs, where no CONFIGURATION says it"))
    .action(async (files: string[], options: ExecOptions, command: Command) => {
      const [file = "", ...more] = files;
      const isProgram = isSt(file);
      const stranger = more.find((other) => !isProgram || !isSt(other));
      if (stranger !== undefined)
        throw new UserError(`${stranger}: one image runs alone, or files of Structured Text (.st)`);
      refuseOptions(isProgram ? ONLY_FOR.image : ONLY_FOR.program, file, command);
      // Loaded when asked for: an image needs no compiler.
      if (!isProgram) await execImage(file, options, environment);
      else await (await import("./exec-program.ts")).execProgram(files, options, environment);
    });
};

const isSt = (file: string): boolean => /\.st$/i.test(file);

/** Options that mean nothing to the other kind of guest. */
const ONLY_FOR = {
  image: { options: ["append"], kind: "an image" },
  program: {
    options: ["scans", "period", "watch", "set", "libraryPath", "program"],
    kind: "a Structured Text program (PROGRAM.st)",
  },
} as const;

/** @throws UserError when one of them was given. */
const refuseOptions = ({ options, kind }: (typeof ONLY_FOR)[keyof typeof ONLY_FOR], file: string, command: Command) => {
  const given = options
    .filter((name) => command.getOptionValueSource(name) === "cli")
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (given.length > 0) throw new UserError(`${given.join(", ")}: only for ${kind}, and ${file} is none`);
};

const positiveInteger = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It is no whole number from 1 to 2^53.");
  }
  return value;
};

const memorySize = (text: string): number => {
  const quantity = parseQuantity(text, "size");
  const bytes = quantity === null ? null : inParts(quantity, 1);
  if (bytes === null) throw new InvalidArgumentError("It is no size; write it as 16MiB or 256KiB.");
  if (bytes === 0 || bytes % PAGE_BYTES !== 0 || bytes >= MOST_MEMORY) {
    throw new InvalidArgumentError("RAM is a whole number of 4 KiB pages, and less than 2 GiB.");
  }
  return bytes;
};

const names = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

const assignment = (text: string, before: ExecOptions["set"]): ExecOptions["set"] => {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write it as NAME=VALUE.");
  return [...before, { name, value: value.trim() }];
};
