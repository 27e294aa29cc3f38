/** Guests that go wrong, in Structured Text and in C, under every action of the health monitor, next to one that must not notice. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileProgram } from "../partitions/st/index.ts";
import { inspectImage } from "../runtime/board/index.ts";
import { loadSystem } from "../runtime/config/index.ts";
import type { HealthRecord, Outside } from "../runtime/hypervisor/index.ts";
import { replay } from "../runtime/hypervisor/index.ts";
import { engineOf } from "../runtime/index.ts";
import type { System } from "../runtime/system.ts";
import { createHasher } from "../runtime/trace/index.ts";
import { eventsOf, randomSlices, recordOf, runSystem, silence, traceOf } from "./laws/runs.ts";
import { requirePeers } from "./peers.ts";

const peers = requirePeers("riscv64-unknown-elf-gcc");
const hasher = await createHasher();

const DIVIDER = `
PROGRAM Divider
  VAR divisor AT %IW0 : INT := 1; result AT %QW0 : INT; END_VAR
  VAR scans : INT; END_VAR
  scans := scans + 1;
  result := (1000 + scans) / divisor;
END_PROGRAM
CONFIGURATION C
  RESOURCE R ON RV32
    TASK T(INTERVAL := T#1ms, PRIORITY := 1);
    PROGRAM Main WITH T : Divider;
  END_RESOURCE
END_CONFIGURATION`;

const VICTIM = DIVIDER.replace("PROGRAM Divider", "PROGRAM Victim")
  .replace(": Divider;", ": Victim;")
  .replace("/ divisor", "+ divisor");

const ROGUE = `
#include "health.h"
volatile uint32_t misdeed, alive;
static int deeper(volatile int *up) { volatile int here[64]; here[0] = *up; return *up == 7 ? 0 : deeper(here) + here[1]; }
int main(void) {
    partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
    for (;;) {
        partita_write(PARTITA_LATCH_INPUTS, 0);
        if (misdeed == 1) *(volatile uint32_t *)0x12345678 = 1;
        if (misdeed == 2) for (;;) {}
        if (misdeed == 3) { volatile int top = 1; deeper(&top); }
        if (misdeed == 4) __builtin_trap();
        alive++;
        partita_write(PARTITA_PUBLISH_OUTPUTS, 0);
        for (volatile int i = 0; i < 300; i++) {}
    }
}`;
const MISDEEDS = { none: 0, wildStore: 1, hang: 2, stackOverflow: 3, breakpoint: 4 } as const;

describe.skipIf(peers.missing)("a partition that goes wrong", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-health-"));
  const systems = new Map<string, System>();
  afterAll(() => rmSync(folder, { recursive: true }));

  const ACTIONS = ["IGNORE", "SUSPEND", "IDLE", "WARM_START", "COLD_START"] as const;
  type Action = (typeof ACTIONS)[number];
  const config = (action: Action): string => {
    const trap = action === "IGNORE" ? "IDLE" : action;
    return [
      "module: rogues",
      "board: { clock: 10 MHz }",
      "partitions:",
      "  divider: { program: divider.st, memory: 64 KiB, health: strict }",
      "  rogue:",
      "    image: rogue.elf",
      "    memory: 64 KiB",
      "    latch: guest",
      "    health: strict",
      "    watchdog: 3 ms",
      "    points:",
      "      misdeed: { symbol: misdeed, type: UDINT, direction: input }",
      "      alive: { symbol: alive, type: UDINT, direction: output, failSafe: 4294967295 }",
      "  victim: { program: victim.st, memory: 64 KiB }",
      "schedules:",
      "  normal:",
      "    majorFrame: 1 ms",
      "    slots:",
      "      - { partition: divider, start: 0 ms, duration: 300 us }",
      "      - { partition: rogue, start: 300 us, duration: 300 us }",
      "      - { partition: victim, start: 600 us, duration: 300 us }",
      "health:",
      "  strict:",
      `    NUMERIC_ERROR: { action: ${action} }`,
      `    APPLICATION_ERROR: { action: ${trap} }`,
      `    MEMORY_VIOLATION: { action: ${trap} }`,
      `    ILLEGAL_REQUEST: { action: ${trap} }`,
      `    WATCHDOG_TIMER: { action: ${trap} }`,
      "",
    ].join("\n");
  };

  beforeAll(async () => {
    writeFileSync(join(folder, "divider.st"), DIVIDER);
    writeFileSync(join(folder, "victim.st"), VICTIM);
    writeFileSync(join(folder, "rogue.c"), ROGUE);
    const build = join(import.meta.dirname, "../partitions/sdk/build.sh");
    execFileSync(build, ["rogue.elf", "rogue.c"], { cwd: folder });
    for (const action of ACTIONS) {
      const path = join(folder, `${action}.yaml`);
      writeFileSync(path, config(action));
      const loaded = await loadSystem(path, { compileSt: compileProgram, inspectImage });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      systems.set(action, loaded.system);
    }
  }, 60_000);

  const FRAMES = 12;
  const [DIVIDER_AT, ROGUE_AT, VICTIM_AT] = [0, 1, 2];
  /** From frame 3 on the rogue commits `misdeed`, and the divider divides by `divisor`; from frame 8 on all is well again. */
  const outsideOf = (system: System, misdeed: number, divisor: number, inner: Outside = silence): Outside => ({
    ...inner,
    latch: (at, inputs) => {
      const isWrong = at.frame >= 3 && at.frame < 8;
      const value =
        at.partition === ROGUE_AT ? (isWrong ? misdeed : 0) : isWrong && at.partition === DIVIDER_AT ? divisor : 1;
      for (const { index, direction } of system.partitions[at.partition]!.points) {
        if (direction === "input") inputs.set(index, value);
        inputs.quality[index] = 2;
      }
    },
  });
  const run = (action: Action, misdeed: number, divisor: number, options: object = {}) => {
    const system = systems.get(action)!;
    const records: HealthRecord[] = [];
    const incident: Outside["incident"] = (_, told) => void (told.kind === "error" && records.push(told.record));
    const outside = outsideOf(system, misdeed, divisor, { ...silence, incident });
    return { result: runSystem(system, { frames: FRAMES, outside, ...options }), records };
  };

  it.each(ACTIONS)("under %s changes nothing in the one beside it, whatever it does", (action) => {
    const well = run(action, MISDEEDS.none, 1);
    expect(well.records).toEqual([]);
    const expected = traceOf(well.result, VICTIM_AT!);
    for (const misdeed of Object.values(MISDEEDS).slice(1)) {
      const bad = run(action, misdeed, 0);
      expect(bad.records.some(({ partition }) => partition === ROGUE_AT)).toBe(true);
      expect(bad.records.some(({ partition, error }) => partition === DIVIDER_AT && error === "NUMERIC_ERROR")).toBe(
        true,
      );
      expect(traceOf(bad.result, VICTIM_AT!)).toEqual(expected);
      expect(traceOf(bad.result, ROGUE_AT!)).not.toEqual(traceOf(well.result, ROGUE_AT!));
    }
  });

  it("is what its errors say: a wild store, a hang, a stack that runs over, a breakpoint", () => {
    const errorOf = (misdeed: number) => run("IDLE", misdeed, 1).records.map(({ error, trap }) => `${error} ${trap}`);
    expect(errorOf(MISDEEDS.wildStore)).toEqual(["MEMORY_VIOLATION storeAccessFault"]);
    expect(errorOf(MISDEEDS.hang)).toEqual(["WATCHDOG_TIMER null"]);
    expect(errorOf(MISDEEDS.breakpoint)).toEqual(["APPLICATION_ERROR breakpoint"]);
    expect(errorOf(MISDEEDS.stackOverflow)).toHaveLength(1);
  });

  it("and restarts is the same run again on the translator, in other slices, and from its recording", () => {
    for (const misdeed of [MISDEEDS.wildStore, MISDEEDS.hang]) {
      const { result, records } = run("WARM_START", misdeed, 0);
      expect(records.filter(({ action }) => action === "WARM_START").length).toBeGreaterThan(4);
      const again = run("WARM_START", misdeed, 0, { engineOf, slice: randomSlices(misdeed) });
      expect(again.result.frames).toEqual(result.frames);
      expect(again.records).toEqual(records);
      const system = systems.get("WARM_START")!;
      const recording = recordOf(system, outsideOf(system, misdeed, 0), FRAMES);
      expect(replay(system, recording, hasher, { engineOf }).divergence).toBeNull();
      expect(eventsOf(result, ROGUE_AT!, "health").length).toBe(
        records.filter(({ partition }) => partition === ROGUE_AT).length,
      );
    }
  });
});
