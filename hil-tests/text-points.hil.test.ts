/** Texts as points: from the plant's side into a program, through a channel into another, and out again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Module, type Outside } from "../runtime/hypervisor/index.ts";
import { engineOf } from "../runtime/index.ts";
import { createHasher, decodeRecording, Recorder, Replayer } from "../runtime/trace/index.ts";
import { silence } from "./laws/runs.ts";
import { Rig } from "./rig/index.ts";

const FILLER = `
PROGRAM Filler
  VAR
    recipe AT %I* : STRING[20] := 'water';
    count AT %I* : UINT;
    label AT %Q* : STRING[30];
    unit AT %Q* : WSTRING[4];
  END_VAR
  label := CONCAT(recipe, ' ', UINT_TO_STRING(count)); unit := "Ωm³";
END_PROGRAM`;

const DISPLAY = `
PROGRAM Display
  VAR
    label AT %I* : STRING[30];
    seconds AT %I* : UINT;
    shown AT %Q* : ARRAY [0..1] OF STRING[30];
  END_VAR
  shown[0] := label; shown[1] := INSERT(label, '!', LEN(label));
END_PROGRAM`;

const MODULE = `
module: texts
partitions:
  filler: { program: filler.st, memory: 256 KiB, points: { label: { failSafe: out of order }, unit: { failSafe: hold } } }
  display: { program: display.st, memory: 256 KiB }
schedules:
  normal:
    majorFrame: 20 ms
    slots: [ { partition: filler, start: 0 ms, duration: 4 ms }, { partition: display, start: 4 ms, duration: 4 ms } ]
channels:
  - { type: sampling, from: filler.label, to: [display.label], refreshPeriod: 100 ms }
`;

const folder = mkdtempSync(join(tmpdir(), "partita-texts-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "filler.st"), FILLER);
writeFileSync(join(folder, "display.st"), DISPLAY);
writeFileSync(join(folder, "texts.yaml"), MODULE);
const boot = () => Rig.boot(join(folder, "texts.yaml"));

describe("text points", () => {
  it("carry every character of Latin-1, or of UTF-16, into a program, through a channel and out", async () => {
    const rig = await boot();
    expect(rig.get("filler.label")).toBe("out of order");
    rig.runFor("20 ms");
    expect([rig.get("filler.label"), rig.get("filler.unit")]).toEqual(["water 0", "Ωm³"]);
    rig.set("filler.recipe", "Süßmost ÿ");
    rig.runFor("40 ms");
    expect(rig.get("display.shown_0")).toBe("Süßmost ÿ 0");
    expect(rig.get("display.shown_1")).toBe("Süßmost ÿ 0!");
    rig.set("filler.recipe", "");
    rig.runFor("40 ms");
    expect(rig.get("display.shown_0")).toBe(" 0");
  });

  it("cannot be set to numbers, nor numbers to texts", async () => {
    const rig = await boot();
    expect(() => rig.set("filler.recipe", 5)).toThrow("filler.recipe is STRING and cannot be 5");
    expect(() => rig.set("filler.count", "5")).toThrow("filler.count is UINT and cannot be 5");
    expect(() => rig.number("filler.label")).toThrow("filler.label is a text; use rig.get");
  });

  it("go back with a checkpoint", async () => {
    const rig = await boot();
    rig.set("filler.recipe", "juice");
    rig.runFor("40 ms");
    const juice = rig.checkpoint();
    rig.set("filler.recipe", "a beer of many words");
    rig.runFor("40 ms");
    expect(rig.get("display.shown_0")).toBe("a beer of many words 0");
    rig.restore(juice);
    expect(rig.get("display.shown_0")).toBe("juice 0");
  });

  it("are recorded word by word, and replayed to the same hashes", async () => {
    const { system } = await boot();
    const hasher = await createHasher();
    const blocks: Uint8Array[] = [];
    const texts = ["Apfel", "Apfelsaft naturtrüb", "Birne", "", "Apfelsaft naturtrüb", "Apfelsaft naturblau"];
    const inner: Outside = {
      ...silence,
      latch: (at, inputs) => {
        if (at.partition === 0) inputs.set(0, texts[at.frame % texts.length]!);
        if (at.partition === 0) inputs.quality[1] = at.frame % 3;
      },
    };
    const sink = (bytes: Uint8Array) => void blocks.push(bytes.slice());
    const recorder = new Recorder({ system, inner, version: "0", hasher, sink });
    const module = new Module(system, recorder, hasher, { engineOf });
    for (let frame = 0; frame < 24; frame++) module.runFrame();
    recorder.end(24, module.stateHashes());
    const recording = decodeRecording(Buffer.concat(blocks), hasher);
    if (recording.kind === "damaged") throw new Error(recording.message);
    const replayer = new Replayer(recording);
    const again = new Module(system, replayer, hasher, { engineOf });
    while (replayer.next === "frame") again.runFrame();
    expect(replayer.divergence).toBeNull();
    expect(again.frame).toBe(24);
  });
});
