/** A running module watched and commanded from outside, as `partita ctl` and other programs of its user do; and its replay. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient, type Json } from "../../io-bridge/control/index.ts";
import { eventually } from "../../io-bridge/testing/test-module.ts";
import { requirePeers } from "../peers.ts";
import { buildProgram, PROGRAM_PEERS } from "../programs.ts";
import { Program, ROOT } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-ctl-"));
afterAll(() => rmSync(folder, { recursive: true }));
const CONFIG = join(folder, "module.yaml");
const SOCKET = join(folder, "works.control");
const RECORDING = join(folder, "works.recording");
const MAIN = "dist/runtime/cli/main.js";
const { missing } = requirePeers(PROGRAM_PEERS[0]);

writeFileSync(
  join(folder, "tank.st"),
  `TYPE Mode : (Idle, Filling); Limits : STRUCT low, high : REAL; flags : ARRAY [1..4] OF BOOL; END_STRUCT; END_TYPE
PROGRAM Tank
VAR
  level AT %ID0 : REAL; valve AT %QX0.0 : BOOL; total AT %QL2 : LINT; flow AT %QD1 : REAL;
  gain : REAL := 2.0; divisor : INT := 1; share : INT; mode : Mode; limits : Limits; pause : TIME := T#2s; name : STRING(8) := 'tank'; bit AT %MX0.3 : BOOL;
END_VAR
VAR RETAIN scans : UDINT; END_VAR
scans := scans + 1;
valve := level < 10.0;
flow := level * gain; total := 9007199254740993;
share := 100 / divisor;
IF bit THEN flow := flow + 1000.0; END_IF;
END_PROGRAM`,
);
writeFileSync(join(folder, "victim.st"), "PROGRAM Victim VAR n : UDINT; END_VAR n := n + 1; END_PROGRAM");
writeFileSync(
  CONFIG,
  `module: works
partitions:
  tank: { program: tank.st, memory: 64 KiB, points: { valve: { failSafe: true } } }
  victim: { program: victim.st, memory: 64 KiB }
${missing ? "" : "  echo: { image: echo.elf, memory: 64 KiB }"}
schedules:
  normal:
    majorFrame: 10 ms
    slots: &slots
      - { partition: tank, start: 0 ms, duration: 1 ms }
      - { partition: victim, start: 1 ms, duration: 1 ms }
${missing ? "" : "      - { partition: echo, start: 2 ms, duration: 100 us }"}
  service: { majorFrame: 20 ms, slots: *slots }
`,
);

/** `partita ctl`, with what it printed on both streams. */
const ctl = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const all = [MAIN, "ctl", "--socket", SOCKET, ...args];
    execFile(process.execPath, all, { cwd: ROOT, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });

describe("a running module", { timeout: 60_000 }, () => {
  let program: Program;
  let client: ControlClient;
  /** The result of a request. */
  const ask = async (verb: string, members: Record<string, Json> = {}): Promise<Record<string, Json>> => {
    const outcome = await client.request(verb, members);
    if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
    return outcome.result as Record<string, Json>;
  };
  const refusal = async (verb: string, members: Record<string, Json> = {}) => {
    const outcome = await client.request(verb, members);
    return outcome?.ok === false ? outcome.error : null;
  };
  const read = async (...names: string[]): Promise<Json[]> => {
    const { values } = await ask("read", { names });
    return (values as { readonly value: Json }[]).map(({ value }) => value);
  };
  const tank = async (): Promise<Record<string, Json>> => {
    const { partitions } = await ask("status");
    return (partitions as Record<string, Json>[])[0]!;
  };
  /** The next frame is over. */
  const settle = async (): Promise<void> => {
    const { frame: start } = await ask("status");
    await eventually("a frame", async () => Number((await ask("status")).frame) > Number(start) + 1);
  };

  beforeAll(async () => {
    if (!missing) buildProgram("echo", folder);
    program = new Program(process.execPath, [MAIN, "run", CONFIG, "--control", SOCKET, "--record", RECORDING]);
    await program.line(/module running/, 20_000);
    client = await ControlClient.connect(SOCKET);
  }, 40_000);
  afterAll(async () => {
    client.close();
    await program.end("SIGKILL");
  });

  it("shows points and variables of any type, all of one moment", async () => {
    const values = await read("tank.valve", "tank.Tank.mode", "tank.LIMITS", "tank.pause");
    expect(values).toEqual([true, "Idle", { low: 0, high: 0, flags: [false, false, false, false] }, "T#2s"]);
    for (let i = 0; i < 10; i++) {
      const [mine, again] = await read("tank.scans", "tank.Tank.scans");
      expect(mine).toBe(again);
    }
    expect(await refusal("read", { names: ["tank.levle"] })).toMatchObject({ hint: 'did you mean "level"?' });
    expect(await refusal("read", { names: ["tnak.level"] })).toMatchObject({ hint: 'did you mean "tank"?' });
  });

  it("holds inputs, outputs and variables at forced values until they are released", async () => {
    await ask("force", { name: "tank.level", value: "4.5" });
    await ask("force", { name: "tank.gain", value: "10" });
    await ask("force", { name: "tank.limits.flags[3]", value: "TRUE" });
    await ask("force", { name: "tank.bit", value: "TRUE" });
    await ask("force", { name: "tank.valve", value: "false" });
    await settle();
    expect(await read("tank.level", "tank.flow", "tank.valve", "tank.limits.flags")).toEqual([
      ...[4.5, 1045, false],
      [false, false, true, false],
    ]);
    const { forces } = await ask("forces");
    expect((forces as { name: string; value: Json }[]).map(({ name, value }) => [name, value])).toEqual([
      ["tank.level", 4.5],
      ["tank.valve", false],
      ["tank.Tank.gain", 10],
      ["tank.Tank.limits.flags[3]", true],
      ["tank.Tank.bit", true],
    ]);
    expect(await ask("release", { name: "tank.Tank.bit" })).toMatchObject({ released: ["tank.Tank.bit"] });
    await ask("release", { all: true });
    await settle();
    expect((await read("tank.valve", "tank.gain", "tank.level")).slice(0, 2)).toEqual([true, 10]);
    expect(await refusal("release", { name: "tank.level" })).toMatchObject({
      code: "no-action",
      hint: "nothing is forced",
    });
    expect(await refusal("force", { name: "tank.mode", value: "Emptying" })).toMatchObject({ where: "value" });
    expect(await refusal("force", { name: "tank.limits", value: "1" })).toMatchObject({ code: "wrong-value" });
  });

  it("starts, stops, suspends, resumes and restarts a partition", async () => {
    await ask("suspend", { partition: "tank" });
    await settle();
    const [suspended] = await read("tank.scans");
    expect(await tank()).toMatchObject({ mode: "NORMAL", suspended: true });
    await settle();
    expect(await read("tank.scans")).toEqual([suspended]);
    expect(await refusal("suspend", { partition: "tank" })).toMatchObject({ code: "no-action" });
    await ask("resume", { partition: "tank" });
    await settle();
    expect(Number((await read("tank.scans"))[0])).toBeGreaterThan(Number(suspended));
    await ask("stop", { partition: "tank" });
    await settle();
    expect(await tank()).toMatchObject({ mode: "IDLE" });
    expect(await read("tank.valve")).toEqual([true]);
    expect(await refusal("stop", { partition: "tank" })).toMatchObject({ what: expect.stringContaining("IDLE") });
    await ask("start", { partition: "tank" });
    await settle();
    expect(Number((await read("tank.scans"))[0])).toBeGreaterThan(Number(suspended));
    await ask("restart", { partition: "tank", start: "cold" });
    await settle();
    expect(Number((await read("tank.scans"))[0])).toBeLessThan(Number(suspended) + 50);
    expect(await refusal("restart", { partition: "tank", start: "hot" })).toMatchObject({ where: "start" });
  });

  it("goes on in another schedule", async () => {
    expect(await ask("status")).toMatchObject({ schedule: "normal" });
    const { frame } = await ask("schedule", { schedule: "service" });
    await settle();
    expect(await ask("status")).toMatchObject({ schedule: "service" });
    expect(frame).toBeGreaterThan(0);
    expect(await refusal("schedule", { schedule: "servcie" })).toMatchObject({ hint: 'did you mean "service"?' });
    await ask("schedule", { schedule: "normal" });
    await settle();
  });

  it("tells what the health monitor recorded", async () => {
    await ask("force", { name: "tank.divisor", value: "0" });
    await settle();
    await ask("release", { all: true });
    await ask("restart", { partition: "tank", start: "warm" });
    const records = (await ask("health")).records as Record<string, Json>[];
    const divided = records.filter(({ error }) => error === "NUMERIC_ERROR");
    expect(divided[0]).toMatchObject({
      partition: "tank",
      action: "IGNORE",
      message: expect.stringContaining("tank.st:11"),
    });
    expect((await tank()).errors).toBeGreaterThanOrEqual(records.length);
    const after = { tank: Number(divided[0]!.sequence) };
    const later = (await ask("health", { after })).records as Record<string, Json>[];
    expect(later.every(({ sequence }) => Number(sequence) > after.tank)).toBe(true);
    expect(await refusal("health", { after: 1 })).toMatchObject({ where: "after" });
    expect((await ctl("health")).stdout).toMatch(
      / s {2}frame \d+ {2}tank #\d+ at \S*tank\.st:11: NUMERIC_ERROR: .*it goes on\n/,
    );
  });

  it("is saved, and has a program replaced, with points of 64 bits", async () => {
    expect(await read("tank.total")).toEqual(["9007199254740993"]);
    await ask("snapshot", { file: join(folder, "works.snapshot") });
    await ask("replace", { partition: "tank", file: join(folder, "tank.st") });
    await settle();
    expect(await read("tank.total")).toEqual(["9007199254740993"]);
    await ask("rollback", { partition: "tank" });
  });

  it.skipIf(missing)("connects a serial port with whoever speaks to it", async () => {
    await ask("uart", { partition: "echo", text: "abc\n" });
    await eventually("the echo", async () => {
      const { lines } = await ask("console", { partition: "echo", since: 0 });
      return (lines as string[]).includes("cba");
    });
  });

  it("survives requests that make no sense", async () => {
    for (const verb of ["", "toString", "__proto__", "statsu"])
      expect((await refusal(verb))?.code).toBe("unknown-verb");
    const everything: Json[] = [
      null,
      1,
      true,
      [],
      {},
      "",
      ".",
      "tank.",
      "tank.[",
      "tank.limits.flags[9]",
      "x".repeat(9000),
    ];
    const verbs = ["start", "restart", "read", "force", "release", "uart", "console"];
    for (const verb of verbs) {
      for (const value of everything) {
        const members = {
          partition: value,
          name: value,
          names: [value],
          value,
          text: value,
          start: value,
          since: value,
        };
        expect((await client.request(verb, members))?.ok).toBe(false);
      }
    }
    expect((await ask("status")).module).toBe("works");
  });

  it("is met by the command, which says what is wrong and what to do", async () => {
    expect(await ctl("status")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^works: frame \d+/),
    });
    expect(await ctl("--json", "force", "tank.level", "7")).toMatchObject({
      stdout: expect.stringMatching(/"value":7}\n$/),
    });
    expect(await ctl("forces")).toMatchObject({ stdout: "tank.level = 7\n" });
    expect(await ctl("release", "--all")).toMatchObject({ stdout: "released tank.level\n" });
    const wrong = await ctl("stop", "tnak");
    expect(wrong).toMatchObject({ code: 2, stderr: 'partita: works has no partition tnak: did you mean "tank"?\n' });
    const watch = new Program(process.execPath, [MAIN, "ctl", "--socket", SOCKET, "watch", "tank.gain", "tank.level"]);
    await watch.line(/^\d+\.\d{3} s {2}tank\.Tank\.gain 2 {2}tank\.level /, 10_000);
    expect((await watch.end("SIGINT")).code).toBe(0);
    expect((await ctl("restart", "tank", "--warm")).stdout).toMatch(/^warm start in frame \d+\n$/);
  });

  it("does not give its socket to another module", async () => {
    const second = new Program(process.execPath, [MAIN, "run", CONFIG, "--control", SOCKET]);
    await second.line(/a module runs with it; stop it with partita ctl shutdown/, 20_000);
    expect((await second.ended).code).toBe(2);
  });

  it("is shut down by command, and its recording replays bit for bit with all that was commanded", async () => {
    expect(await ctl("shutdown")).toMatchObject({ code: 0, stdout: "stopping\n" });
    expect((await program.ended).code).toBe(0);
    expect(existsSync(SOCKET)).toBe(false);
    expect(await client.request("status")).toBeNull();
    const replay = new Program(process.execPath, [MAIN, "replay", RECORDING]);
    expect(await replay.line(/^(identical|different): /, 50_000)).toMatch(/^identical: /);
    await replay.end();
    expect(await ctl("status")).toMatchObject({ code: 2, stderr: expect.stringContaining("no module answers at") });
  });
});
