/** Whatever is wrong with a config is told in one run, and nothing that only follows from it: the waterworks, broken in many ways. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../../partitions/st/index.ts";
import { inspectImage } from "../board/index.ts";
import { loadSystem } from "./load-system.ts";
import type { StCompilation, StSource } from "./tools.ts";

const PATH = fileURLToPath(new URL("../../configs/waterworks.yaml", import.meta.url));
const WATERWORKS = readFileSync(PATH, "utf8");

const compiled = new Map<string, StCompilation>();
const compileOnce = (program: readonly StSource[]): StCompilation => {
  const texts = program.map(({ text }) => text).join();
  const known = compiled.get(texts) ?? compileProgram(program);
  compiled.set(texts, known);
  return known;
};

const problemsOf = async (text: string): Promise<readonly string[]> => {
  const loaded = await loadSystem(PATH, {
    compileSt: compileOnce,
    inspectImage,
    readFile: async (path) => (path === PATH ? new TextEncoder().encode(text) : readFile(path)),
  });
  return loaded.ok ? [] : loaded.problems.map(({ code, line, path }) => `${line} ${code} ${path}`);
};

interface Breakage {
  readonly code: string;
  readonly text: string;
  readonly instead: string;
}

const breakage = (code: string, text: string, instead: string): Breakage => ({ code, text, instead });

/** Of different things, though often in one mapping. */
const BREAKAGES: readonly Breakage[] = [
  breakage("wrong-value", "module: waterworks", "module: 1st"),
  breakage("wrong-type", "clock: 100 MHz", "clock: 100"),
  breakage("wrong-type", "harts: 1\n", "harts: one\n"),
  breakage("wrong-type", "memory: 64 KiB", "memory: 64"),
  breakage("wrong-value", "period: 10 ms", "period: often"),
  breakage("wrong-value", "latch: guest", "latch: maybe"),
  breakage("symbol-missing", "symbol: reset, ", "symbol: rest, "),
  breakage("wrong-value", "symbol: run_time,     type: UDINT", "symbol: run_time,     type: UDIN"),
  breakage("point-declaration", "symbol: enable,       type: BOOL,  direction", "symbol: enable,       direction"),
  breakage("value-not-of-type", "failSafe: 4 }", "failSafe: 4.5 }"),
  breakage("validity-of", "validityOf: level }", "validityOf: levl }"),
  breakage("wrong-value", "direction: destination", "direction: sideways"),
  breakage("wrong-type", "majorFrame: 20 ms", "majorFrame: 20"),
  breakage("wrong-type", "partition: intake, start: 1 ms", "partition: intake, start: 1"),
  breakage("wrong-type", "start: 5 ms,  duration: 3 ms", "start: 5 ms,  duration: 3"),
  breakage("unknown-partition", "partition: dosing, start", "partition: dosage, start"),
  breakage("slots-overlap", "start: 10 ms, duration: 1 ms", "start: 10 ms, duration: 2 ms"),
  breakage("wrong-value", "start: 0 ms,  duration: 1 ms", "start: 0 ms,  duration: 1 ms, hart: -1"),
  breakage("channel-direction", "from: intake.lowLow, ", "from: intake.lowFloat, "),
  breakage("wrong-type", "[boost.suctionLow],   refreshPeriod: 100 ms", "[boost.suctionLow],   refreshPeriod: 100"),
  breakage("unknown-point", "to: [drive.run]", "to: [drive.rum]"),
  breakage("channel-type", "from: boost.speedDemand", "from: boost.stage"),
  breakage("missing-key", "to: [boost.driveRunning], ", ""),
  breakage("wrong-value", "depth: 16", "depth: 0"),
  breakage("message-size", "maxMessageSize: 12 B", "maxMessageSize: 8 B"),
  breakage("wrong-value", "maxLateness: 100 ms", "maxLateness: soon"),
  breakage("wrong-value", "port: 5021", "port: 0"),
  breakage("unknown-key", "responseTimeout: 500 ms", "responseTimout: 500 ms"),
  breakage("wrong-type", "degradeAfter: 3", "degradeAfter: three"),
  breakage("modbus-transport", "host: 127.0.0.1\n      port: 5022", "port: 5022"),
  breakage("quantity-zero", "{ interval: 200 ms }", "{ interval: 0 ms }"),
  breakage(
    "wrong-value",
    "inputRegister, address: 0, pollGroup: fast, onBad",
    "inputRegister, address: -1, pollGroup: fast, onBad",
  ),
  breakage("unknown-point", "point: intake.lowFloat", "point: intake.lowFlote"),
  breakage("unknown-poll-group", "pollGroup: slow", "pollGroup: slower"),
  breakage("modbus-area", "drive.speed,   area: holdingRegister", "drive.speed,   area: inputRegister"),
  breakage("wrong-type", "name: inverter", "name: []"),
  breakage("value-not-of-type", "onBad: { substitute: 0 }", "onBad: { substitute: none }"),
  breakage("wrong-value", "name: scada", "name: 1st"),
  breakage("wrong-value", "intake.level,            area: inputRegister", "intake.level,            area: register"),
  breakage(
    "modbus-overlap",
    "boost.enable,            area: coil,            address: 0",
    "boost.enable,            area: coil,            address: 1",
  ),
  breakage("wrong-type", "broker: embedded", "broker: 7"),
  breakage("unknown-partition", "point: intake.flow,         deadband", "point: intakes.flow,         deadband"),
  breakage("wrong-value", "deadband: 0.02", "deadband: -0.02"),
  breakage("range-reversed", "deadband: 0.01,  minReport: 1 s", "deadband: 0.01,  minReport: 11 s"),
  breakage("wrong-value", "- intake.swapAfter", "- swapAfter"),
  breakage("command-not-input", "- dosing.reset", "- dosing.dose"),
];

const broken = (breakages: readonly Breakage[]): string =>
  breakages.reduce((text, { text: whole, instead }) => text.replace(whole, () => instead), WATERWORKS);

/** Of what takes lines away, a later one would be told in another line. */
const withoutLines = (problems: readonly string[]): readonly string[] =>
  problems.map((problem) => problem.replace(/^\d+ /, "")).sort();

const alone = async (one: Breakage): Promise<readonly string[]> => withoutLines(await problemsOf(broken([one])));

describe("the waterworks, broken", () => {
  it("in one place has one problem", async () => {
    expect(await problemsOf(WATERWORKS)).toEqual([]);
    for (const one of BREAKAGES) {
      expect(WATERWORKS.split(one.text).length, `${one.text} is there`).toBeGreaterThan(1);
      expect(await alone(one), one.instead).toEqual([expect.stringContaining(`${one.code} `)]);
    }
  });

  it("in several places has the problems of each", async () => {
    const told = await Promise.all(BREAKAGES.map(alone));
    const several = fc.uniqueArray(fc.nat(BREAKAGES.length - 1), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(several, async (chosen) => {
        const all = chosen.flatMap((index) => told[index]!).sort();
        expect(withoutLines(await problemsOf(broken(chosen.map((index) => BREAKAGES[index]!))))).toEqual(all);
      }),
      { numRuns: 100 },
    );
    expect(withoutLines(await problemsOf(broken(BREAKAGES)))).toEqual(told.flat().sort());
  });

  it("in any one value has that problem alone, wherever it is", async () => {
    const values = [
      ...WATERWORKS.matchAll(/(?<=^[^#\n]*(?:: +|- |\[))[^\s,{}[\]#:]+(?: [^\s,{}[\]#:]+)*(?=[ ,}\]\n])/gm),
    ];
    expect(values.length).toBeGreaterThan(400);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...values),
        fc.constantFrom("[[1]]", "{ 1: 1 }", "~"),
        async (value, instead) => {
          const before = WATERWORKS.slice(0, value.index);
          const line = before.split("\n").length;
          const problems = await problemsOf(before + instead + WATERWORKS.slice(value.index + value[0].length));
          expect(problems, `${value[0]} in line ${line}`).toEqual([expect.stringMatching(`^${line} wrong-`)]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("in a section has that problem alone, and others still have theirs", async () => {
    for (const section of ["board", "partitions", "schedules", "channels", "pacing", "io"]) {
      const gone = WATERWORKS.replace(new RegExp(`^${section}:\\n(?:[ #].*\\n|\\n)*`, "m"), `${section}: none\n`);
      const [problem, ...others] = await problemsOf(gone);
      expect([problem?.replace(/^\d+ /, ""), others]).toEqual([`wrong-type ${section}`, []]);
    }
    expect(await problemsOf("none")).toEqual(["1 wrong-type "]);
  });

  it("by a misspelt key has that problem alone, though the key that was meant is missing", async () => {
    const keys = [
      "memory",
      "program",
      "points",
      "symbol",
      "direction",
      "majorFrame",
      "slots",
      "partition",
      "refreshPeriod",
    ];
    for (const key of [...keys, "depth", "devices", "pollGroups", "address", "commands", "harts", "validityOf"]) {
      const text = WATERWORKS.replace(new RegExp(`(?<=^[^#\\n]*\\b)${key}:`, "m"), `${key}s:`);
      expect(await problemsOf(text), key).toEqual([expect.stringContaining("unknown-key")]);
    }
  });

  it("cannot be said to lack a slot while one is given to nobody, nor points while nobody can name them", async () => {
    const slot = breakage("unknown-partition", "partition: boost,", "partition: bost,");
    const program = breakage("file-unreadable", "waterworks/boost.st", "waterworks/bost.st");
    const image = breakage("file-unreadable", "waterworks/drive.elf", "waterworks/drive.el");
    for (const one of [slot, program, image]) expect(await alone(one)).toEqual([expect.stringContaining(one.code)]);
  });
});
