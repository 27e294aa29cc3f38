/** This tool's version, as package.json has it. */
import { createRequire } from "node:module";

const { version }: { version: string } = createRequire(import.meta.url)("#package");

export const VERSION = version;
