import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { hostClock } from "../host/clock.ts";
import { addCheck } from "./check.ts";
import type { ExitStatus } from "./environment.ts";

const CONFIGS = relative(process.cwd(), fileURLToPath(new URL("../../configs/", import.meta.url)));

/** Runs the verb in this process. */
const check = async (args: readonly string[], color = false): Promise<{ status: ExitStatus; out: string }> => {
  let out = "";
  let status: ExitStatus = 0;
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      out += String(chunk);
      done();
    },
  });
  const program = new Command("partita").exitOverride();
  addCheck(program, {
    stdin: process.stdin,
    stdout: sink,
    stderr: sink,
    clock: hostClock,
    color,
    exitWith: (wanted) => {
      status = wanted;
    },
  });
  await program.parseAsync(["check", ...args], { from: "user" });
  return { status, out };
};

describe("partita check", () => {
  it("finds nothing against the waterworks, and shows its slot table and figures", async () => {
    const { status, out } = await check([join(CONFIGS, "waterworks.yaml")]);
    expect(out).not.toContain("warning");
    expect(status).toBe(0);
    expect(out).toMatch(/^hart 0 {2}│dri│intake/m);
    expect(out).toMatch(/^drive +0 +2 +2 ms +10\.0 % +9 ms +1 ms in 10 ms +1 ms +0 ms +1 ms +0 ms$/m);
    expect(out).toMatch(/^hart 0: 65\.0 % used, 7 ms of 20 ms idle$/m);
    expect(out).toMatch(/^ +intake → boost → drive +40 ms +intake.lowLow, boost.runLead$/m);
    expect(out).toContain("intake.events → drive.events");
    for (const line of out.split("\n")) expect([...line].length).toBeLessThanOrEqual(100);
  });

  it("gives the same figures as JSON", async () => {
    const { out } = await check([join(CONFIGS, "waterworks.yaml"), "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      module: "waterworks",
      clockHz: 100_000_000,
      schedules: [
        {
          name: "normal",
          majorFrameNs: 20_000_000,
          harts: [{ hart: 0, utilisation: 0.65, idleNs: 7_000_000 }],
          partitions: expect.arrayContaining([
            expect.objectContaining({ name: "drive", slots: 2, longestGapNs: 9_000_000 }),
          ]),
        },
      ],
    });
  });

  it("shows every schedule, and who does not run in it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "partita-check-"));
    try {
      const path = join(folder, "module.yaml");
      const drive = join(process.cwd(), "partitions/waterworks/drive.elf");
      writeFileSync(
        path,
        [
          "module: two",
          "partitions:",
          `  a: { image: ${drive}, memory: 64 KiB, requires: { period: 20 ms, duration: 1 ms } }`,
          `  b: { image: ${drive}, memory: 64 KiB }`,
          "schedules:",
          "  normal: { majorFrame: 20 ms, slots: [{ partition: a, start: 0 ms, duration: 1 ms }] }",
          "  night:",
          "    majorFrame: 40 ms",
          "    onEntry: { b: WARM_START }",
          "    slots: [{ partition: b, start: 10 ms, duration: 20 ms }]",
        ].join("\n"),
      );
      const { status, out } = await check([path]);
      expect(status, out).toBe(0);
      expect(out).toMatch(/^module two · 100 MHz · schedule normal, major frame 20 ms$/m);
      expect(out).toMatch(/^schedule night, major frame 40 ms, on entry b WARM_START$/m);
      expect(out).toMatch(/^a +0 +1 +1 ms +5\.0 % +19 ms +1 ms in 20 ms +1 ms +0 ms +1 ms +0 ms\nb +– +–/m);
      expect(out).toMatch(/^a +– .*\nb +0 +1 +20 ms +50\.0 % +20 ms/m);
      const { schedules } = JSON.parse((await check([path, "--json"])).out);
      expect(schedules).toMatchObject([
        { name: "normal", majorFrameNs: 20_000_000, onEntry: [] },
        { name: "night", majorFrameNs: 40_000_000, onEntry: [{ partition: "b", action: "WARM_START" }] },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("names file, line and column of a problem with a hint, and ends with status 2", async () => {
    const path = join(CONFIGS, "invalid/slots-overlap.yaml");
    const { status, out } = await check([path]);
    expect(status).toBe(2);
    expect(out).toBe(
      `${path}:18:37: this slot of logger starts at 3 ms, but pump has hart 0 until 4 ms [slots-overlap]\n` +
        "  hint: start it at 4 ms or later, or shorten the slot before it\n" +
        `\n${path}: 1 problem\n`,
    );
  });

  it("says of a warning that it is one, and ends with status 0", async () => {
    const path = join(CONFIGS, "invalid/input-without-source.yaml");
    const { status, out } = await check([path]);
    expect(status).toBe(0);
    expect(out).toMatch(/^\S+:\d+:\d+: warning: \S.* \[input-without-source\]$/m);
    expect((await check([path], true)).out).toContain("\u001b[33m");
    const { warnings } = JSON.parse((await check([path, "--json"])).out);
    expect(warnings[0]).toMatchObject({ code: "input-without-source", severity: "warning" });
  });

  it("shows when the tasks of each program run, and for what", async () => {
    const folder = mkdtempSync(join(tmpdir(), "partita-check-"));
    try {
      writeFileSync(
        join(folder, "module.yaml"),
        [
          "module: small",
          "partitions: { a: { program: p.st, memory: 64 KiB } }",
          "schedules: { normal: { majorFrame: 10 ms, slots: [{ partition: a, start: 0 ms, duration: 1 ms }] } }",
        ].join("\n"),
      );
      const tasks = "TASK Base(INTERVAL := T#20ms, PRIORITY := 5); TASK Trip(SINGLE := high AND on, PRIORITY := 1);";
      writeFileSync(
        join(folder, "p.st"),
        `VAR_GLOBAL high, on : BOOL; END_VAR PROGRAM P END_PROGRAM PROGRAM Q high := on; on := NOT on; END_PROGRAM
         CONFIGURATION C ${tasks} PROGRAM p1 WITH Base : Q; PROGRAM p2 WITH Trip : P; END_CONFIGURATION`,
      );
      const { out } = await check([join(folder, "module.yaml")]);
      expect(out).toMatch(
        /^tasks\n {2}a {2}TRIP {2}when high AND on rises, looked for every 20 ms\n {2}a {2}BASE {2}every 20 ms$/im,
      );
      const { out: json } = await check([join(folder, "module.yaml"), "--json"]);
      expect(JSON.parse(json).tasks).toEqual([
        { partition: "a", name: "Trip", intervalNs: 20e6, event: "high AND on" },
        { partition: "a", name: "Base", intervalNs: 20e6, event: null },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("counts one as one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "partita-check-"));
    try {
      writeFileSync(
        join(folder, "module.yaml"),
        [
          "module: small",
          "partitions: { a: { program: p.st, memory: 64 KiB } }",
          "schedules: { normal: { majorFrame: 20 ms, slots: [{ partition: a, start: 0 ms, duration: 1 ms }] } }",
          "io:",
          "  modbusServers: [{ name: m, port: 5020, points: [{ point: a.x, area: coil, address: 0 }] }]",
          "  mqtt: [{ name: t, broker: embedded, publish: [{ point: a.y }], commands: [a.x] }]",
          "  sparkplug: [{ name: s, brokers: [mqtt://h, mqtt://i:1884], groupId: G, commands: [a.x] }]",
        ].join("\n"),
      );
      writeFileSync(
        join(folder, "p.st"),
        "PROGRAM P VAR x AT %IX0.0 : BOOL; y AT %QX0.0 : BOOL; END_VAR y := x; END_PROGRAM\n",
      );
      const { out } = await check([join(folder, "module.yaml")]);
      expect(out).toMatch(/ 1 point, 1 of them writable$/m);
      expect(out).toMatch(/ 1 point published, 1 command$/m);
      expect(out).toMatch(/Sparkplug node +s +h:1883, i:1884 +G\/small: 1 metric, 1 of them writable$/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("gives problems as JSON, with the same status", async () => {
    const { status, out } = await check([join(CONFIGS, "invalid/unknown-key.yaml"), "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [{ code: "unknown-key", range: { start: { line: 14, column: 41 } } }],
    });
  });

  it("colours only where there is a terminal", async () => {
    const path = join(CONFIGS, "invalid/wrong-type.yaml");
    expect((await check([path], true)).out).toContain("\u001b[31m");
    expect((await check([path], false)).out).not.toContain("\u001b");
  });

  it("reports every error of a program with its line and a caret, once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "partita-check-"));
    try {
      const slots = ["a", "b"].map((name, at) => `{ partition: ${name}, start: ${at} ms, duration: 1 ms }`);
      writeFileSync(
        join(folder, "module.yaml"),
        [
          "module: broken",
          "partitions: { a: { program: p.st, memory: 64 KiB }, b: { program: p.st, memory: 64 KiB } }",
          `schedules: { normal: { majorFrame: 20 ms, slots: [${slots.join(", ")}] } }`,
        ].join("\n"),
      );
      writeFileSync(
        join(folder, "p.st"),
        "PROGRAM P\n  VAR x : INT; b : BOOL; END_VAR\n  x := y;\n  b := x;\n  z := 1;\nEND_PROGRAM\n",
      );
      const { status, out } = await check([join(folder, "module.yaml")]);
      expect(status).toBe(2);
      expect(out).toContain("3 problems");
      expect([...out.matchAll(/p\.st:(\d+):/g)].map((match) => match[1])).toEqual(["3", "4", "5"]);
      expect(out).toMatch(/^ +x := y;\n +\^/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says so when there is no such file", async () => {
    const { status, out } = await check(["nowhere.yaml"]);
    expect(status).toBe(2);
    expect(out).toContain("nowhere.yaml:1:1: it cannot be read: there is no such file");
  });

  it("accepts every module that ships", async () => {
    for (const name of readdirSync(CONFIGS).filter((file) => file.endsWith(".yaml"))) {
      expect((await check([join(CONFIGS, name)])).status, name).toBe(0);
    }
  });
});
