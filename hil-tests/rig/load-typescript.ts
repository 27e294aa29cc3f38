/** Loads what a TypeScript file of the user exports by default, also where Node does not strip types itself. */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { createJiti } from "jiti";

/** @throws when there is no such file, or it cannot be executed. */
export const loadTypescript = (file: string): Promise<unknown> => {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`there is no ${relative(process.cwd(), path)}`);
  return createJiti(import.meta.url).import(path, { default: true });
};
