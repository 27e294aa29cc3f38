/** Readers of option values that several verbs share; a wrong value is named with what would be right. */
import { InvalidArgumentError, Option } from "commander";
import { inParts, parseQuantity } from "../config/index.ts";
import { ENGINES } from "../system.ts";
import { type Nanoseconds, nanoseconds } from "../units.ts";

/** `30s`, `1.5 min`, `20ms`: more than nothing, and a whole number of nanoseconds. */
export const durationOption = (text: string): Nanoseconds => {
  const quantity = parseQuantity(text, "duration");
  const count = quantity === null ? null : inParts(quantity, 1e9);
  if (count === null || count === 0) throw new InvalidArgumentError("A duration looks like 30s, 20ms or 5min.");
  return nanoseconds(count);
};

/** A time counted from power-on, in parts if need be: `0s`, `90s`, `1h2min3.5s`; `m` is a minute, too, as in TIME literals. */
export const momentOption = (text: string): Nanoseconds => {
  const parts = text.match(/\d+(?:\.\d+)?\s*[a-z]+/g) ?? [];
  const counts = parts.map((part) => {
    const quantity = parseQuantity(part.replace(/(?<=[\d\s])m$/, "min"), "duration");
    return quantity === null ? null : inParts(quantity, 1e9);
  });
  const isWhole = parts.join("") === text.replaceAll(/(?<=[a-z])\s+/g, "").trim() && parts.length > 0;
  if (!isWhole || counts.includes(null)) throw new InvalidArgumentError("A moment looks like 90s, 12min3.2s or 1h.");
  return nanoseconds(counts.reduce<number>((sum, count) => sum + count!, 0));
};

/** `--engine`, read as an EngineKind. */
export const engineOption = (description: string): Option =>
  new Option("--engine <engine>", description).choices(ENGINES);

export const libraryPathOption = (): Option =>
  new Option(
    "--library-path <path>",
    "where the program takes what it does not declare: a folder of .st files, one of them, or a library file; again for more",
  )
    .argParser((path: string, before: readonly string[]) => [...before, path])
    .default([], "none");

export const ENGINE_OF_ALL = "what executes all partitions, instead of what the config says; no guest can tell";
