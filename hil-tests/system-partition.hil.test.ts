/** A program that is a system partition, and its sampling ports: what the library's functions for the hypervisor come to. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../partitions/st/index.ts";
import { inspectImage } from "../runtime/board/index.ts";
import { loadSystem } from "../runtime/config/index.ts";
import { Module } from "../runtime/hypervisor/index.ts";
import { createHasher } from "../runtime/trace/index.ts";
import { silence } from "./laws/runs.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-system-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Does one thing a scan, and tells what came of it. */
const SUPERVISOR = `
TYPE Reading : STRUCT count : UDINT; level : REAL; END_STRUCT; END_TYPE
VAR_GLOBAL
  scan, status, mode, schedule, unknown AT %Q* : UINT;
  suspended, isSet, valid, fresh AT %Q* : BOOL;
  clock AT %Q* : LWORD; count AT %Q* : UDINT; age AT %Q* : LINT;
END_VAR
PROGRAM Supervisor
VAR readings : SAMPLING_RECEIVE; reading : Reading; failed : BOOL; END_VAR
  scan := scan + 1;
  CASE scan OF
    3: status := SUSPEND_PARTITION('worker');
    5: status := RESUME_PARTITION(NAME := 'worker');
    7: status := STOP_PARTITION('worker');
    9: status := START_PARTITION('worker');
    11: status := RESTART_PARTITION('worker', COLD := TRUE);
    13: status := SET_MODULE_SCHEDULE(7);
    14: status := SET_MODULE_SCHEDULE(1);
    16: RAISE_APPLICATION_ERROR('the tank is dry', DETAIL := 42);
  END_CASE;
  unknown := GET_PARTITION_STATUS('nobody', MODE => mode);
  IF GET_PARTITION_STATUS('worker', MODE => mode, SUSPENDED => suspended) <> 0 THEN mode := 99; END_IF;
  schedule := GET_MODULE_SCHEDULE();
  clock := LDT_TO_LWORD(WALL_CLOCK(VALID => isSet));
  readings(EN_R := TRUE, MESSAGE := reading, NDR => fresh, VALID => valid, ERROR => failed);
  age := LTIME_TO_LINT(readings.AGE);
  count := reading.count;
  IF failed THEN count := 16#FFFF_FFFF; END_IF;
END_PROGRAM`;

/** Besides, a quick task that uses the same registers of the device all the time: it may come in between any two accesses. */
const MEDDLER = `
PROGRAM Meddler VAR status, mode : UINT; n : UDINT; END_VAR
  n := n + 1; status := GET_PARTITION_STATUS('', MODE => mode); status := SUSPEND_PARTITION('');
END_PROGRAM`;
const TASKS = (meddled: boolean): string => `
CONFIGURATION c
  TASK slow(INTERVAL := T#1ms, PRIORITY := 5); ${meddled ? "TASK quick(INTERVAL := T#20us, PRIORITY := 1);" : ""}
  PROGRAM s WITH slow : Supervisor; ${meddled ? "PROGRAM m WITH quick : Meddler;" : ""}
END_CONFIGURATION`;

const WORKER = `
TYPE Reading : STRUCT count : UDINT; level : REAL; END_STRUCT; END_TYPE
PROGRAM Worker VAR readings : SAMPLING_SEND; reading : Reading; done AT %QX0.0 : BOOL; END_VAR
  reading.count := reading.count + 1;
  readings(EN_S := reading.count <> 2, MESSAGE := reading, DONE => done);
  KICK_WATCHDOG();
END_PROGRAM
CONFIGURATION c TASK t(INTERVAL := T#1ms); PROGRAM w WITH t : Worker; END_CONFIGURATION`;

const CONFIG = `
module: supervised
board: { harts: 2 }
partitions:
  worker: { program: worker.st, memory: 64 KiB }
  supervisor: { program: supervisor.st, memory: 64 KiB, system: true }
schedules:
  day: &slots
    majorFrame: 1 ms
    slots: [ { partition: worker, start: 0 us, duration: 400 us }, { partition: supervisor, hart: 1, start: 0 us, duration: 1 ms } ]
  night: *slots
channels:
  - { type: samplingMessage, from: worker.readings, to: [ supervisor.readings ], refreshPeriod: 1500 us, maxMessageSize: 8 B }
`;

const NOON = { seconds: 1_700_000_000, nanoseconds: 123_456_789 };

const boot = async (meddled: boolean) => {
  writeFileSync(join(folder, "supervisor.st"), SUPERVISOR + (meddled ? MEDDLER : "") + TASKS(meddled));
  writeFileSync(join(folder, "worker.st"), WORKER);
  writeFileSync(join(folder, "module.yaml"), CONFIG);
  const loaded = await loadSystem(join(folder, "module.yaml"), { compileSt: compileProgram, inspectImage });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const outside = {
    ...silence,
    commands: (frame: number) => (frame === 4 ? [{ kind: "setClock", time: NOON } as const] : []),
  };
  const module = new Module(loaded.system, outside, await createHasher());
  const { partition, points } = module.partitions[1]!;
  const read = (name: string) => {
    const point = partition.points.find((each) => each.name === name)!;
    return points.get(point.index);
  };
  return { module, frame: () => module.runFrame(), read };
};

describe.each([
  ["alone", false],
  ["with a more urgent task in between", true],
])("a program that is a system partition, %s", (_, meddled) => {
  it("suspends, resumes, stops, starts and restarts another, and sees its mode", async () => {
    const { frame, read } = await boot(meddled);
    const seen: string[] = [];
    for (let scan = 1; scan <= 13; scan++) {
      frame();
      expect(read("scan")).toBe(scan);
      expect(read("unknown")).toBe(4);
      seen.push(`${read("mode")}${read("suspended") ? "s" : ""}${read("status")}`);
    }
    // A command is given when the slot ends, and obeyed before the other's next one.
    expect(seen).toEqual(["10", "30", "30", "3s0", "3s0", "30", "30", "00", "00", "20", "30", "10", "33"]);
  });

  it("asks for another schedule, raises an error of its own and tells the time", async () => {
    const { module, frame, read } = await boot(meddled);
    for (let scan = 1; scan <= 14; scan++) frame();
    expect([read("status"), read("schedule")]).toEqual([0, 0]);
    frame();
    expect(read("schedule")).toBe(1);
    frame();
    expect(module.healthRecords.filter(({ partition }) => partition === 1)).toMatchObject([
      { error: "APPLICATION_ERROR", value: 42, message: "the tank is dry" },
    ]);
    expect(read("isSet")).toBe(true);
    // Set at the start of the fifth frame.
    expect(read("clock")).toBe(1_700_000_000_134_456_789n);
  });

  it("reads the last message of a sampling port, with its age and whether that is little enough", async () => {
    const { frame, read } = await boot(meddled);
    const seen = Array.from({ length: 5 }, () => {
      frame();
      return [read("fresh"), Number(read("count")), read("valid"), Number(read("age")) / 1e3];
    });
    // Published at the end of the worker's slot, after 400 µs, and read in the next frame; the second one is not sent.
    expect(seen).toEqual([
      [false, 0, false, 0],
      [true, 1, true, 600],
      [true, 1, false, 1600],
      [true, 3, true, 600],
      [true, 3, false, 1600],
    ]);
  });
});
