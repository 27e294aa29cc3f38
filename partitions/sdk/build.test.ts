/** What the C kit's build script promises: variables that only the config names stay, and its headers are found from anywhere. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { inspectImage } from "../../runtime/board/index.ts";
import { loadSystem } from "../../runtime/config/index.ts";
import { compileProgram } from "../st/index.ts";

const peers = requirePeers("riscv64-unknown-elf-gcc");

const TAKER = `#include <stdint.h>
#include "partita.h"
volatile uint8_t level_valid;
volatile float level = 1.5f;
volatile uint16_t history[4] = {1};
volatile uint32_t counters[100], spare_a, spare_b, spare_c;
const uint32_t unused_table[64] = {1};
int unused_function(int x) { return x + 1; }
uint32_t leading(uint32_t x) { return __builtin_clz(x); }
int main(void) { return leading(partita_read(PARTITA_MODE)); }
`;

describe.skipIf(peers.missing)("a C guest", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-sdk-"));
  const elf = join(folder, "taker.elf");
  afterAll(() => rmSync(folder, { recursive: true }));

  const symbols = () => {
    writeFileSync(join(folder, "taker.c"), TAKER);
    execFileSync(join(import.meta.dirname, "build.sh"), ["taker.elf", "taker.c"], { cwd: folder });
    const facts = inspectImage(readFileSync(elf));
    if ("problem" in facts) throw new Error(facts.problem);
    return facts.symbols;
  };

  it("keeps the variables that its code does not use, with the kit's headers found from any folder", () => {
    const found = symbols();
    expect(found.get("level_valid")).toMatchObject({ size: 1, kind: "object" });
    expect(found.get("level")).toMatchObject({ size: 4, kind: "object" });
    expect([found.get("history")?.size, found.get("counters")?.size]).toEqual([8, 400]);
  });

  it("leaves out code and constants that nothing uses", () => {
    const found = symbols();
    expect(found.get("main")?.kind).toBe("function");
    expect([found.has("unused_function"), found.has("unused_table")]).toEqual([false, false]);
  });

  it("is not built of two files of one name, of which one would be lost", () => {
    mkdirSync(join(folder, "other"));
    writeFileSync(join(folder, "taker.c"), TAKER);
    writeFileSync(join(folder, "other/taker.c"), "int other;");
    const build = () =>
      execFileSync(join(import.meta.dirname, "build.sh"), ["twice.elf", "taker.c", "other/taker.c"], {
        cwd: folder,
        stdio: "pipe",
      });
    expect(build).toThrow("two files are called taker.c");
  });

  it("has its variables, and nothing else of it, suggested for a symbol that is not there", async () => {
    expect(symbols().has("__clz_tab")).toBe(true);
    const hintFor = async (symbol: string): Promise<string | undefined> => {
      const module = [
        "module: taking",
        "partitions:",
        `  taker: { image: taker.elf, memory: 64 KiB, points: { p: { symbol: ${symbol}, type: BOOL, direction: input } } }`,
        "schedules: { normal: { majorFrame: 1 ms, slots: [{ partition: taker, start: 0 ms, duration: 1 ms }] } }",
      ];
      const path = join(folder, "module.yaml");
      writeFileSync(path, module.join("\n"));
      const loaded = await loadSystem(path, { compileSt: compileProgram, inspectImage });
      return loaded.ok ? undefined : loaded.problems[0]?.hint;
    };
    expect(await hintFor("level_vald")).toBe('did you mean "level_valid"?');
    expect(await hintFor("hist")).toBe('did you mean "history"?');
    const [what = "", names = ""] = (await hintFor("temperature"))?.split(": ") ?? [];
    expect([what, names.endsWith(", …")]).toEqual(["variables", true]);
    const shown = names.replace(", …", "").split(", ");
    expect(shown).toHaveLength(6);
    const all = ["level_valid", "level", "history", "counters", "spare_a", "spare_b", "spare_c"];
    expect(all).toEqual(expect.arrayContaining(shown));
    expect(await hintFor("mian")).toBe(await hintFor("temperature"));
    expect(await hintFor("level_valid")).toBeUndefined();
  });
});
