/** Builds the attacks in C: one image with all of them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ImageFacts, inspectImage } from "../../runtime/board/index.ts";
import { ATTACKS_IN_C } from "./attacks.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What building needs. */
export const BUILD_PEERS = ["riscv64-unknown-elf-gcc"] as const;

/** @returns the ELF's path, and what is in it. */
export const buildAttacks = (folder: string): { readonly file: string; readonly facts: ImageFacts } => {
  const file = `${folder}/attacks.elf`;
  const sources = ["main", ...Object.keys(ATTACKS_IN_C)].map((name) => pathOf(`./guests/${name}.c`));
  // One of the attacks is a recursion without end, and the compiler notices.
  const options = ["-Wno-infinite-recursion"];
  execFileSync("sh", [pathOf("../../partitions/sdk/build.sh"), ...options, file, ...sources], { stdio: "pipe" });
  const facts = inspectImage(readFileSync(file));
  if ("problem" in facts) throw new Error(facts.problem);
  return { file, facts };
};

/** Names of the attacks that an image has, whether the table knows them or not. */
export const attacksIn = ({ symbols }: ImageFacts): readonly string[] =>
  [...symbols.keys()].filter((name) => name.startsWith("attack_")).map((name) => name.slice("attack_".length));
