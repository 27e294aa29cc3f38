/** What the README shows is what the tools print and the config says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { output } from "../end-to-end/program.ts";
import { requirePeers } from "../peers.ts";
import { ROOT } from "./sources.ts";

const AREAS = {
  inputRegister: "input register",
  holdingRegister: "holding register",
  coil: "coil",
  discreteInput: "discrete input",
} as const;

describe("the README", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "partita-readme-"));
  let check = "";
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The first fenced block in `language` that holds `word`, written to a file. */
  const example = (language: string, word: string, name: string): string => {
    const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
    const [, , text] = blocks.find(([, tag, body]) => tag === language && body!.includes(word)) ?? [];
    if (text === undefined) throw new Error(`the README has no ${language} example with ${word}`);
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(async () => {
    check = await output(process.execPath, "dist/runtime/cli/main.js", "check", "configs/waterworks.yaml");
  });

  it("shows the slot table as `partita check` prints it", () => {
    const [picture] = check.split("\ntasks\n");
    expect(picture).toContain("hart 0");
    expect(readme).toContain(picture!.trimEnd());
  });

  it("lists every address of the waterworks' SCADA side", () => {
    const config = readFileSync(join(ROOT, "configs/waterworks.yaml"), "utf8");
    const server = config.slice(config.indexOf("modbusServers:"), config.indexOf("  mqtt:"));
    const mappings = [...server.matchAll(/point: ([\w.]+), +area: (\w+), +address: (\d+)/g)];
    expect(mappings.length).toBeGreaterThan(20);
    for (const [, point, area, address] of mappings) {
      expect(readme).toContain(`| ${AREAS[area as keyof typeof AREAS]} | ${address} | \`${point}\` |`);
    }
  });

  it("shows a module and a program that check without a problem", async () => {
    example("iecst", "PROGRAM Control", "control.st");
    const module = example("yaml", "module: pump", "pump.yaml");
    expect(await output(process.execPath, "dist/runtime/cli/main.js", "check", module)).toMatch(/^module pump/);
  });

  it("shows a test that passes", async () => {
    const test = example("iecst", "END_TEST", "delay.st");
    expect(await output(process.execPath, "dist/runtime/cli/main.js", "test", test)).toMatch(/1 test: 1 passed/);
  });

  it("shows a test of the rig that is among ours", () => {
    const test = readFileSync(join(ROOT, "hil-tests/readme.hil.test.ts"), "utf8");
    expect(readme).toContain(test.slice(test.indexOf("\nconst ")));
  });

  it.skipIf(requirePeers("riscv64-unknown-elf-gcc").missing)("shows a C guest that the kit builds", async () => {
    const source = example("c", "partita.h", "drive.c");
    await output("partitions/sdk/build.sh", join(folder, "drive.elf"), source);
    expect(await output("riscv64-unknown-elf-nm", join(folder, "drive.elf"))).toMatch(/ speed$/m);
  });
});
