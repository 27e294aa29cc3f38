/** Which Partita it was that ran: its version, and a hash of its own files, for a version says nothing of what was changed since. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHasher, formatHash } from "../../../runtime/trace/index.ts";
import type { Tool } from "./report.ts";

/** Sources where tests run from sources, what was built of them elsewhere. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ROOMS = ["runtime", "partitions", "hil-tests/rig"];

export const thisTool = async (): Promise<Tool> => {
  const { version }: { version: string } = createRequire(import.meta.url)("#package");
  const stream = (await createHasher()).stream();
  for (const path of codeFiles()) stream.add(new TextEncoder().encode(path)).add(readFileSync(join(ROOT, path)));
  return { version, hash: formatHash(stream.digest()), node: process.versions.node };
};

const codeFiles = (): readonly string[] =>
  ROOMS.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" }).map((name) => join(room, name)),
  )
    .filter((path) => extname(path) === extname(import.meta.url) && !path.includes(".test."))
    .sort();
