/** Exported traces say what the run did, as programs that are not ours read them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { McapIndexedReader } from "@mcap/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { worker } from "../../hil-tests/laws/guests.ts";
import { busyOutside, recordOf, runSystem } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { PYTHON, requirePeers } from "../../hil-tests/peers.ts";
import type { Outside } from "../hypervisor/index.ts";
import type { PointValue } from "../system.ts";
import { createHasher } from "../trace/index.ts";
import { exportTrace, TRACE_FORMATS } from "./trace-export.ts";

const hasher = await createHasher();
const gtkwave = requirePeers("vcd2fst", "fst2vcd");
const python = requirePeers(PYTHON);
const folder = mkdtempSync(join(tmpdir(), "partita-export-"));
afterAll(() => rmSync(folder, { recursive: true }));
const pathOf = (format: string): string => join(folder, `trace.${format}`);

const FRAMES = 40;
const sizes = { inputs: 4, outputs: 2 };
const types = [
  { type: "REAL" },
  { type: "BOOL", bytes: 1 },
  { type: "INT", bytes: 2 },
  { type: "STRING", bytes: 9 },
] as const;
const system = systemOf({
  partitions: {
    first: { image: worker({ seed: 1, ...sizes, sleep: 60, uart: true, sends: [0] }), ...sizes, inputs: types },
    second: { image: worker({ seed: 2, ...sizes, receives: [0] }), ...sizes },
  },
  messages: [{ from: "first", to: "second", depth: 4 }],
  majorFrame: 2000,
  slots: [
    ["first", 0, 800],
    ["second", 900, 1000],
  ],
});

const TEXTS = ["", "two words", "a\\b", "Grüße"];
const outside: Outside = {
  ...busyOutside(system, 5),
  latch: (at, inputs) => {
    busyOutside(system, 5).latch(at, inputs);
    if (at.partition === 0) inputs.set(3, TEXTS[at.frame % TEXTS.length]!);
  },
};
const recording = recordOf(system, outside, FRAMES);

/** By channel, what it became and when, ns; null: of bad quality. */
type Changes = Map<string, (readonly [time: number, value: PointValue | null])[]>;

/** What the run itself shows. */
const seen = (() => {
  const changes: Changes = new Map();
  const watcher: Outside = {
    ...outside,
    published: ({ cycle, partition }, cells) => {
      const { name, points } = system.partitions[partition]!;
      for (const point of points) {
        const value = cells.qualityOf(point.index) === "bad" ? null : cells.get(point.index);
        const its = changes.get(`${name}.${point.name}`) ?? [];
        changes.set(`${name}.${point.name}`, its);
        if (its.length === 0 || !Object.is(its.at(-1)![1], value)) its.push([cycle * 100, value]);
      }
    },
  };
  return { changes, result: runSystem(system, { frames: FRAMES, outside: watcher }) };
})();

beforeAll(async () => {
  const channels = system.partitions.flatMap(({ index, points }) =>
    points.map((point) => ({ partition: index, point })),
  );
  const outputs = TRACE_FORMATS.map((format) => ({ format, path: pathOf(format) }));
  const { frames, divergence } = await exportTrace({
    ...{ system, recording, hasher, outputs, channels, playback: {} },
    begin: 0,
    end: Infinity,
  });
  expect([frames, divergence]).toEqual([FRAMES, null]);
});

/** Reads a value change dump by the letter of the standard. */
const changesIn = (text: string): Changes => {
  const changes: Changes = new Map();
  const variables = new Map<string, { readonly name: string; readonly kind: string }>();
  const scopes: string[] = [];
  let time = 0;
  for (const line of text.split("\n")) {
    const [, kind, , code, name] = /^\$var (\S+) (\d+) (\S+) (\S+)/.exec(line) ?? [];
    if (code !== undefined) variables.set(code, { name: `${scopes.at(-1)}.${name}`, kind: kind! });
    else if (line.startsWith("$scope")) scopes.push(line.split(" ")[2]!);
    else if (line.startsWith("$upscope")) scopes.pop();
    else if (line.startsWith("#")) time = Number(line.slice(1));
    else {
      const [, value, of] = /^([01x]|[brs]\S* )(\S+)$/.exec(line) ?? [];
      const variable = variables.get(of ?? "");
      if (variable === undefined || value === undefined) continue;
      const its = changes.get(variable.name) ?? [];
      its.push([time, variable.kind === "string" ? value.trim().slice(1) : numberIn(value.trim())]);
      changes.set(variable.name, its);
    }
  }
  return changes;
};

const numberIn = (value: string): number | null => {
  if (/[xX]|nan/i.test(value)) return null;
  if (value.startsWith("b")) return Number.parseInt(value.slice(1), 2);
  return Number(value.replace(/^r/, ""));
};

/** As a dump has it: unsigned, BOOLs as bits, texts escaped. */
const dumped = (value: PointValue | null): number | string | null => {
  if (value === null) return null;
  if (typeof value !== "string")
    return typeof value === "number" && value < 0 && Number.isInteger(value) ? value + 65_536 : Number(value);
  return [...new TextEncoder().encode(value)]
    .map((byte) =>
      byte > 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`,
    )
    .join("");
};

const expectedIn = (changes: Changes): Changes =>
  new Map(
    [...changes].map(([name, its]) => {
      const all: [number, number | string | null][] = [
        [0, null],
        ...its.map(([time, value]) => [time, dumped(value)] as [number, number | string | null]),
      ];
      return [name, all.filter(([, value], at) => at === 0 || !Object.is(value, all[at - 1]![1]))];
    }),
  );

const isText = (name: string) => name === "first.i3";
const withoutTexts = (changes: Changes): Changes => new Map([...changes].filter(([name]) => !isText(name)));

describe("an exported trace", () => {
  it("as a value change dump has each change of each point at its time", () => {
    const read = withoutTexts(changesIn(readFileSync(pathOf("vcd"), "utf8")));
    expect(read).toEqual(withoutTexts(expectedIn(seen.changes)));
    expect([...read.values()].flat().some(([time, value]) => value === null && time > 0)).toBe(true);
  });

  it.skipIf(gtkwave.missing)("as a value change dump is read by GTKWave's tools, which give back the same", () => {
    const fst = join(folder, "trace.fst");
    execFileSync("vcd2fst", [pathOf("vcd"), fst], { stdio: "pipe" });
    const back = changesIn(execFileSync("fst2vcd", [fst], { encoding: "utf8" }));
    expect(withoutTexts(back)).toEqual(withoutTexts(expectedIn(seen.changes)));
  });

  it.skipIf(python.missing)("as CSV is read by Python, a row a frame", () => {
    const script = "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf-8')))))";
    const rows = JSON.parse(execFileSync(PYTHON, ["-c", script, pathOf("csv")], { encoding: "utf8" })) as string[][];
    const [names, ...frames] = rows;
    expect(names).toEqual(["time", ...seen.changes.keys()]);
    expect(frames).toHaveLength(FRAMES);
    for (const [frame, [time, ...values]] of frames.entries()) {
      expect(Number(time)).toBeCloseTo((frame + 1) * 0.0002, 9);
      const ns = (frame + 1) * 200_000;
      const expected = [...seen.changes.values()].map((its) => its.findLast(([at]) => at <= ns)![1]);
      expect(values).toEqual(expected.map((value) => (value === null ? "" : String(value))));
    }
  });

  it("as MCAP is read by the format's own library, message by message", async () => {
    const file = readFileSync(pathOf("mcap"));
    const reader = await McapIndexedReader.Initialize({
      readable: {
        size: async () => BigInt(file.length),
        read: async (offset, length) => file.subarray(Number(offset), Number(offset + length)),
      },
    });
    expect([...reader.channelsById.values()].map(({ topic }) => topic)).toEqual(["/first", "/second"]);
    let messages = 0;
    for await (const { channelId, logTime, data } of reader.readMessages()) {
      messages += 1;
      const partition = reader.channelsById.get(channelId)!.topic.slice(1);
      const { quality, ...values } = JSON.parse(new TextDecoder().decode(data));
      for (const [name, value] of Object.entries(values)) {
        const was = seen.changes.get(`${partition}.${name}`)!.findLast(([at]) => at <= Number(logTime))![1];
        if (was === null) expect(quality[name]).toBe("bad");
        else if (typeof value === "number" || typeof value === "boolean") expect(value).toBe(was);
      }
    }
    expect(messages).toBeGreaterThan(FRAMES);
  });

  it("as a Chrome trace has every slot and scan on its track, and nothing that the format forbids", () => {
    interface ChromeEvent {
      readonly ph: string;
      readonly pid: number;
      readonly tid: number;
      readonly name: string;
      readonly ts: number;
      readonly dur?: number;
      readonly args: Readonly<Record<string, unknown>>;
    }
    const { traceEvents } = JSON.parse(readFileSync(pathOf("perfetto"), "utf8")) as { traceEvents: ChromeEvent[] };
    const slots = traceEvents.filter(({ ph, pid }) => ph === "X" && pid === 1);
    expect(slots).toHaveLength(2 * FRAMES);
    const inOrder = [...slots].sort((a, b) => a.ts - b.ts);
    for (const [index, { name, ts, dur }] of inOrder.entries()) {
      expect([name, ts % 200, dur]).toEqual(index % 2 === 0 ? ["first", 0, 80] : ["second", 90, 100]);
    }
    const scans = traceEvents.filter(({ name }) => name === "scan");
    expect(scans.length).toBeGreaterThan(FRAMES);
    for (const { dur } of scans) expect(dur).toBeGreaterThan(0);
    const instants = traceEvents.filter(({ ph }) => ph === "i");
    expect(new Set(instants.map(({ name }) => name))).toEqual(
      new Set(["mode NORMAL", "send port0", "receive port0", "UART"]),
    );
    for (const { ph, ts, pid, tid } of traceEvents) {
      expect("XiM".includes(ph)).toBe(true);
      for (const number of [ts, pid, tid]) expect(number).toBeGreaterThanOrEqual(0);
    }
  });
});
