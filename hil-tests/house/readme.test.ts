/** What the README shows is what the tools print and the config says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { output } from "../end-to-end/program.ts";
import { ROOT } from "./sources.ts";

const AREAS = {
  inputRegister: "input register",
  holdingRegister: "holding register",
  coil: "coil",
  discreteInput: "discrete input",
} as const;

describe("the README", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  let check = "";

  beforeAll(async () => {
    check = await output(process.execPath, "dist/runtime/cli/main.js", "check", "configs/waterworks.yaml");
  });

  it("shows the slot table as `partita check` prints it", () => {
    const [picture] = check.split("\nchannels\n");
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
});
