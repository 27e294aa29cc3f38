/** A copy of the waterworks with something changed in its programs: to see that a test notices. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { WATERWORKS } from "./bench/places.ts";

export interface PatchedModule {
  readonly configPath: string;
  remove(): void;
}

/**
 * @param patches by file name in partitions/waterworks: texts and what to put in their place.
 * @throws when a text is not there, for then nothing would be changed.
 */
export const patchedModule = (
  patches: Readonly<Record<string, readonly (readonly [string, string])[]>>,
): PatchedModule => {
  const folder = mkdtempSync(join(tmpdir(), "partita-waterworks-"));
  const partitions = join(folder, "partitions/waterworks");
  const configPath = join(folder, "configs/waterworks.yaml");
  cpSync(join(dirname(WATERWORKS), "../partitions/waterworks"), partitions, { recursive: true });
  cpSync(WATERWORKS, configPath);
  for (const [file, replacements] of Object.entries(patches)) {
    let text = readFileSync(join(partitions, file), "utf8");
    for (const [from, to] of replacements) {
      if (!text.includes(from)) throw new Error(`${file} does not contain: ${from}`);
      text = text.replace(from, to);
    }
    writeFileSync(join(partitions, file), text);
  }
  return { configPath, remove: () => rmSync(folder, { recursive: true }) };
};
