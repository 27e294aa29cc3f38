/** health.h against the runtime: codes, and the record as a C guest that is a system partition receives it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { silence } from "../../hil-tests/laws/runs.ts";
import { requirePeers } from "../../hil-tests/peers.ts";
import { inspectImage, parseImage, RAM_BASE } from "../../runtime/board/index.ts";
import { SourcePlaces } from "../../runtime/cli/source-places.ts";
import { loadSystem } from "../../runtime/config/index.ts";
import { HEALTH_ACTIONS, HEALTH_ERRORS, HEALTH_RECORD_BYTES } from "../../runtime/health-table.ts";
import { Module } from "../../runtime/hypervisor/index.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { compileProgram } from "../st/index.ts";

const peers = requirePeers("riscv64-unknown-elf-gcc");

it("has the actions in the order of their codes", () => {
  const header = readFileSync(new URL("health.h", import.meta.url), "utf8");
  const names = [...header.matchAll(/PARTITA_ACTION_(\w+)/g)].map(([, name]) => name);
  expect(names).toEqual(HEALTH_ACTIONS);
});

const WATCH = `
#include "health.h"
_Static_assert(sizeof(struct partita_health_record) == ${HEALTH_RECORD_BYTES}, "the record's size");
volatile uint32_t error, action, from, cause, value, sp, restarted;
int main(void) {
    struct partita_health_record record;
    uint32_t port = port_find("errors"), other = partition_find("rogue");
    partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
    for (;;) {
        while (health_receive(port, &record)) {
            error = record.error; action = record.action; from = record.partition;
            cause = record.cause; value = record.value; sp = record.x[2];
        }
        if (error != 0 && partition_mode(other) == PARTITA_MODE_IDLE && restarted == 0) {
            partition_control(other, PARTITA_CONTROL_COLD_START);
            restarted = 1;
        }
        partita_write(PARTITA_PUBLISH_OUTPUTS, 0);
    }
}`;
const ROGUE = `
#include "health.h"
int main(void) {
    partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
    *(volatile uint32_t *)0x12345678 = 1;
    return 0;
}`;

const DEEP = `
#include "health.h"
volatile uint32_t depth;
static __attribute__((noinline)) uint32_t descend(uint32_t level) {
    volatile uint32_t frame[64];
    frame[level & 63] = level;
    depth = level;
    return descend(level + 1) + frame[level & 63];
}
int main(void) {
    partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
    return (int)descend(1);
}`;

describe.skipIf(peers.missing)("a C guest whose stack grows without end", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-stack-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is stopped by STACK_OVERFLOW at the end of its stack, before it overwrites anything", async () => {
    writeFileSync(join(folder, "deep.c"), DEEP);
    execFileSync(join(import.meta.dirname, "build.sh"), ["-Wno-infinite-recursion", "deep.elf", "deep.c"], {
      cwd: folder,
    });
    writeFileSync(
      join(folder, "module.yaml"),
      [
        "module: deep",
        "partitions: { deep: { image: deep.elf, memory: 64 KiB, latch: guest, health: table } }",
        "schedules: { normal: { majorFrame: 1 ms, slots: [{ partition: deep, start: 0 us, duration: 1 ms }] } }",
        "health: { table: { STACK_OVERFLOW: { action: SUSPEND }, MEMORY_VIOLATION: { action: IDLE } } }",
      ].join("\n"),
    );
    const loaded = await loadSystem(join(folder, "module.yaml"), { compileSt: compileProgram, inspectImage });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const module = new Module(loaded.system, silence, await createHasher());
    module.runFrame();
    const [record, ...others] = module.healthRecords;
    expect(record).toMatchObject({ error: "STACK_OVERFLOW", trap: "storeAccessFault", action: "SUSPEND" });
    expect(record!.value).toBeLessThan(0x8000_0000);
    expect(others).toEqual([]);
    const image = parseImage(loaded.system.partitions[0]!.image);
    const own = "problem" in image ? undefined : image.segments.at(-1)!;
    const start = own!.address - RAM_BASE;
    expect(module.partitions[0]!.ram.slice(start, start + own!.bytes.length)).toEqual(new Uint8Array(own!.bytes));
  });
});

describe.skipIf(peers.missing)("a C guest that is a system partition", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-health-h-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("receives the record of another's error, and starts it anew", async () => {
    const outputs = ["error", "action", "from", "cause", "value", "sp", "restarted"];
    for (const [name, text] of Object.entries({ watch: WATCH, rogue: ROGUE })) {
      writeFileSync(join(folder, `${name}.c`), text);
      execFileSync(join(import.meta.dirname, "build.sh"), [`${name}.elf`, `${name}.c`], { cwd: folder });
    }
    const path = join(folder, "module.yaml");
    writeFileSync(
      path,
      [
        "module: watched",
        "partitions:",
        "  rogue: { image: rogue.elf, memory: 64 KiB, latch: guest }",
        "  watch:",
        "    image: watch.elf",
        "    memory: 64 KiB",
        "    latch: guest",
        "    system: true",
        "    ports: { errors: { direction: destination } }",
        "    points:",
        ...outputs.map((name) => `      ${name}: { symbol: ${name}, type: UDINT, direction: output }`),
        "schedules:",
        "  normal:",
        "    majorFrame: 1 ms",
        "    slots:",
        "      - { partition: rogue, start: 0 us, duration: 100 us }",
        "      - { partition: watch, start: 100 us, duration: 100 us }",
        "channels:",
        `  - { type: queuing, from: health, to: watch.errors, depth: 8, maxMessageSize: ${HEALTH_RECORD_BYTES} B }`,
      ].join("\n"),
    );
    const loaded = await loadSystem(path, { compileSt: compileProgram, inspectImage });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const module = new Module(loaded.system, silence, await createHasher());
    for (let frame = 0; frame < 4; frame++) module.runFrame();
    const { partition, points } = module.partitions[1]!;
    const seen = Object.fromEntries(partition.points.map(({ name, index }) => [name, points.get(index)]));
    expect(seen).toMatchObject({
      error: HEALTH_ERRORS.MEMORY_VIOLATION,
      action: 1 + HEALTH_ACTIONS.indexOf("IDLE"),
      ...{ from: 0, cause: 7, value: 0x1234_5678, restarted: 1 },
    });
    expect(Number(seen.sp)).toBeGreaterThan(0x8000_0000);
    expect(module.healthRecords).toHaveLength(2);
  });
});

const DIVIDER = `
PROGRAM Divider
  VAR divisor, result : INT; END_VAR
  result := 100 / divisor;
END_PROGRAM
CONFIGURATION C
  RESOURCE R ON RV32 TASK T(INTERVAL := T#1ms, PRIORITY := 1); PROGRAM Main WITH T : Divider; END_RESOURCE
END_CONFIGURATION`;

const READER = `
TYPE HealthRecord : STRUCT
  sequence, partition : UDINT;
  cycle : ULINT;
  frame, slot, error, level, action, mode, cause, pc, value, lost : UDINT;
  x : ARRAY [0..31] OF DWORD;
END_STRUCT; END_TYPE
PROGRAM Reader
  VAR error AT %QD0 : UDINT; action AT %QD1 : UDINT; frame AT %QD2 : UDINT; stack AT %QD3 : DWORD; END_VAR
  VAR errors : QUEUE_RECEIVE; record : HealthRecord; END_VAR
  errors(EN_R := TRUE, MESSAGE := record);
  IF errors.NDR THEN
    error := record.error; action := record.action; frame := record.frame; stack := record.x[2];
  END_IF;
END_PROGRAM
CONFIGURATION C
  RESOURCE R ON RV32 TASK T(INTERVAL := T#1ms, PRIORITY := 1); PROGRAM Main WITH T : Reader; END_RESOURCE
END_CONFIGURATION`;

describe("a program that is a system partition", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-health-st-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("receives the record as a STRUCT, and the log names the line that went wrong", async () => {
    writeFileSync(join(folder, "divider.st"), DIVIDER);
    writeFileSync(join(folder, "reader.st"), READER);
    const path = join(folder, "module.yaml");
    writeFileSync(
      path,
      [
        "module: watched",
        "partitions:",
        "  divider: { program: divider.st, memory: 64 KiB, health: strict }",
        "  reader: { program: reader.st, memory: 64 KiB, system: true }",
        "schedules:",
        "  normal:",
        "    majorFrame: 1 ms",
        "    slots:",
        "      - { partition: divider, start: 0 us, duration: 100 us }",
        "      - { partition: reader, start: 100 us, duration: 100 us }",
        "health: { strict: { NUMERIC_ERROR: { action: IDLE } } }",
        "channels:",
        `  - { type: queuing, from: health, to: reader.errors, depth: 8, maxMessageSize: ${HEALTH_RECORD_BYTES} B }`,
      ].join("\n"),
    );
    const loaded = await loadSystem(path, { compileSt: compileProgram, inspectImage });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const module = new Module(loaded.system, silence, await createHasher());
    for (let frame = 0; frame < 3; frame++) module.runFrame();
    const { partition, points } = module.partitions[1]!;
    const seen = Object.fromEntries(partition.points.map(({ name, index }) => [name, points.get(index)]));
    expect(seen).toMatchObject({
      error: HEALTH_ERRORS.NUMERIC_ERROR,
      action: 1 + HEALTH_ACTIONS.indexOf("IDLE"),
      frame: 0,
    });
    expect(Number(seen.stack)).toBeGreaterThan(0x8000_0000);
    const [record] = module.healthRecords;
    expect(new SourcePlaces(loaded.system).of(record!)).toBe("divider.st:4");
  });
});
