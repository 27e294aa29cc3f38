/** The house keeps its own rules: import directions, a core without Node, one clock, and no file too long to read. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breaches } from "./rooms.ts";
import { ROOT, readSource, readSources } from "./sources.ts";

const TOP_LEVEL = ["README.md", "configs", "hil-tests", "io-bridge", "package.json", "partitions", "runtime"];
const TOOL_FILES = [
  "LICENSE",
  "biome.json",
  "knip.json",
  "package-lock.json",
  "tsconfig.build.json",
  "tsconfig.json",
  "vitest.config.ts",
];
const IGNORED = ["dist", "node_modules", "rig-reports"];
const LONGEST_FILE = 450;

describe("the house", () => {
  const sources = readSources();

  it("sees its rooms", () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.reduce((sum, source) => sum + source.imports.length, 0)).toBeGreaterThan(100);
    for (const source of sources) {
      for (const target of source.imports.filter((path) => path.endsWith(".ts"))) {
        expect(existsSync(join(ROOT, target)), `${source.path} imports ${target}`).toBe(true);
      }
    }
  });

  it("lets data flow one way", () => {
    expect(breaches(sources)).toEqual([]);
  });

  it("has no file too long to be read at one sitting, generated ones aside", () => {
    const long = sources.filter(({ path, lines }) => lines > LONGEST_FILE && !path.includes(".generated."));
    expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  it("opens each file with a sentence on its purpose", () => {
    const silent = sources.filter(({ path, text }) => !path.endsWith(".test.ts") && !/^(#!.*\n)?\/[/*]/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("keeps the top level as it is", () => {
    const names = readdirSync(ROOT).filter((name) => !name.startsWith(".") && !IGNORED.includes(name));
    expect(names.sort()).toEqual([...TOP_LEVEL, ...TOOL_FILES].sort());
  });

  it("names only paths in the README that exist", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const named = [...readme.matchAll(/`((?:runtime|partitions|io-bridge|configs|hil-tests)\/[\w./-]*)`/g)].map(
      (match) => match[1]!,
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe("the check on the rooms", () => {
  const breachesOf = (path: string, text: string) => breaches([readSource(path, text)]);

  it("finds a wrong direction", () => {
    expect(breachesOf("runtime/isa/x.ts", 'import { Hart } from "../hart/hart.ts";')).toHaveLength(1);
    expect(breachesOf("io-bridge/modbus/x.ts", 'export type { A } from "../../runtime/board/board.ts";')).toHaveLength(
      1,
    );
    expect(breachesOf("runtime/hart/x.ts", 'import { decode } from "../isa/index.ts";')).toEqual([]);
  });

  it("finds Node in the core, a socket outside the bridge, and a second clock", () => {
    expect(breachesOf("runtime/board/x.ts", 'import { readFileSync } from "node:fs";')).toHaveLength(1);
    expect(breachesOf("runtime/host/x.ts", 'import net from "node:net";')).toHaveLength(1);
    expect(breachesOf("io-bridge/x.ts", "const now = Date.now();")).toHaveLength(1);
  });

  it("finds a file that belongs to no room", () => {
    expect(breachesOf("runtime/attic/x.ts", "")).toHaveLength(1);
  });
});
