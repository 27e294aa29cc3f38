/** Linux, which no one here wrote, as a guest: alone on a board, and beside the controllers of the waterworks. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type EngineFactory, interpret } from "../../runtime/hart/index.ts";
import type { ModuleOptions } from "../../runtime/hypervisor/index.ts";
import type { System } from "../../runtime/system.ts";
import { immediateCompiler, TranslatingEngine, translate } from "../../runtime/translator/index.ts";
import { Program, ROOT } from "../end-to-end/program.ts";
import { busyOutside, eventsOf, type RunResult, randomSlices, runSystem, traceOf } from "../laws/runs.ts";
import { requirePeers } from "../peers.ts";
import { runInQemu } from "../programs.ts";
import { loadOnce } from "../rig/load.ts";
import { MODULE as WATERWORKS } from "../waterworks-bench.ts";
import { writeWaterworksWithLinux } from "./beside-waterworks.ts";
import { buildLinux } from "./linux-build.ts";
import { partitaExec } from "./partita-exec.ts";

const PARTITA = "dist/runtime/cli/main.js";
const linux = buildLinux();
const MEMORY = ["--memory", "16MiB"];
const upTo = (cycles: number): readonly string[] => [...MEMORY, "--max-cycles", `${cycles}`];
/** It is up, has worked and powered off after about 32 million cycles. */
const TO_ITS_END = upTo(100_000_000);

describe("Linux alone on a board", () => {
  it("boots, has its init work, sleep and see interrupts, and powers off", async () => {
    const { console, status } = await partitaExec(linux.elf, TO_ITS_END);
    expect(console).toMatch(/^init: Linux [\d.]+ riscv32, process 1$/m);
    expect(console).toMatch(/^init: two processes .* 13\.699580042 twice, in \d+ ms, preempted [1-9]\d* times$/m);
    expect(console).toMatch(/^init: slept for 100 ms, and the clock says 100\.\d\d\d$/m);
    expect(console).toMatch(/[1-9]\d* +SiFive PLIC +10 Edge +ttyS0$/m);
    expect(console).toMatch(/[1-9]\d* +RISC-V INTC +7 Edge +clint-timer$/m);
    expect(console).toMatch(/reboot: Power down\n$/);
    expect(status).toBe(0);
  });

  it("says what partitions/linux/console.txt keeps of it", async () => {
    const { console } = await partitaExec(linux.elf, TO_ITS_END);
    const kept = readFileSync(join(ROOT, "partitions/linux/console.txt"), "utf8");
    expect(withoutNumbers(console)).toBe(withoutNumbers(kept));
  });

  it("is the same as ELF and as flat binary", async () => {
    const [elf, flat] = [await partitaExec(linux.elf, TO_ITS_END), await partitaExec(linux.flat, TO_ITS_END)];
    expect(flat.console).toBe(elf.console);
    expect(flat.cycles).toBe(elf.cycles);
  });

  it("echoes what is typed at its console, up to exit", async () => {
    const typing = { after: "init: type a line, or exit", text: "is anybody there?\nexit\n" };
    const echoing = [...upTo(10_000_000_000), "--append", "console=ttyS0 -- echo"];
    const { console, status } = await partitaExec(linux.elf, echoing, typing);
    expect(console).toContain("\ninit: you said is anybody there?\ninit: powering off\n");
    expect(status).toBe(0);
  });

  it.each([2_000_003, 17_000_000, 100_000_000])(
    "is the same after %i cycles on both engines, and cut into slices",
    async (cycles) => {
      const whole = await partitaExec(linux.elf, [...upTo(cycles), "--engine", "interpreter"]);
      expect(await partitaExec(linux.elf, [...upTo(cycles), "--engine", "translator"])).toEqual(whole);
      expect(await partitaExec(linux.elf, [...upTo(cycles), "--engine", "interpreter", "--slice", "9973"])).toEqual(
        whole,
      );
      expect(await partitaExec(linux.elf, [...upTo(cycles), "--engine", "translator", "--slice", "641"])).toEqual(
        whole,
      );
    },
  );

  it.skipIf(requirePeers("qemu-system-riscv32").missing)("has its init say what it says on QEMU", async () => {
    const initOf = (console: string): string[] =>
      console
        .split(/\r?\n/)
        .filter((line) => line.startsWith("init: "))
        .map(withoutNumbers);
    const { console } = await partitaExec(linux.elf, TO_ITS_END);
    expect(initOf(console)).toHaveLength(4);
    expect(initOf((await runInQemu(linux.elf)).output)).toEqual(initOf(console));
  });
});

describe("Linux beside the controllers of the waterworks", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-linux-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const frames = 100;
  const seed = 61;

  /** What becomes of it, by its command line. */
  const FATES = {
    "beats for ever": { bootArguments: "console=ttyS0 -- heartbeat", says: /^init: heartbeat 1\r$/m },
    "powers off": { bootArguments: "console=ttyS0", says: /reboot: Power down\r\n$/ },
    panics: { bootArguments: "console=ttyS0 rdinit=/nothing", says: /Kernel panic - not syncing/ },
    "panics and boots again": {
      bootArguments: "console=ttyS0 rdinit=/nothing panic=-1",
      says: /Linux version .*Kernel panic .*Linux version /s,
    },
  } as const;
  type Fate = keyof typeof FATES;

  const configOf = (fate: Fate): string => {
    const path = join(folder, `${fate.replaceAll(" ", "-")}.yaml`);
    writeWaterworksWithLinux(path, linux.elf, FATES[fate].bootArguments);
    return path;
  };

  let alone: System;
  let before: RunResult;
  beforeAll(async () => {
    alone = await loadOnce(WATERWORKS);
    before = runSystem(alone, { frames, outside: busyOutside(alone, seed) });
  });

  const tracesOfControllers = (result: RunResult) => alone.partitions.map(({ index }) => traceOf(result, index));
  const indexIn = (system: System): number => system.partitions.findIndex(({ name }) => name === "linux");
  const consoleOf = (result: RunResult, partition: number): string =>
    String.fromCharCode(...eventsOf(result, partition, "uart").map(({ payload }) => payload[0]!));

  it.each(Object.keys(FATES) as Fate[])("leaves them their traces when it %s", async (fate) => {
    const system = await loadOnce(configOf(fate));
    const together = runSystem(system, { frames, outside: busyOutside(system, seed) });
    expect(consoleOf(together, indexIn(system))).toMatch(FATES[fate].says);
    expect(tracesOfControllers(together)).toEqual(tracesOfControllers(before));
  });

  it("does not notice them either", async () => {
    const system = await loadOnce(configOf("beats for ever"));
    const [one, other] = [seed, seed + 1].map((inputs) =>
      runSystem(system, { frames, outside: busyOutside(system, inputs) }),
    );
    expect(traceOf(other!, indexIn(system))).toEqual(traceOf(one!, indexIn(system)));
    expect(tracesOfControllers(other!)).not.toEqual(tracesOfControllers(one!));
  });

  it("runs the same on both engines, and with slots cut anywhere", async () => {
    const system = await loadOnce(configOf("beats for ever"));
    const index = indexIn(system);
    const engines: Engine[] = [];
    const translateAtOnce: EngineFactory = (parts) => {
      const engine = translate(immediateCompiler)(parts);
      engines.push(engine);
      return engine;
    };
    const traceBy = (engine: EngineFactory, slice?: ModuleOptions["slice"]) =>
      traceOf(runSystem(system, { frames, engineOf: () => engine, ...(slice === undefined ? {} : { slice }) }), index);
    const whole = traceBy(interpret);
    expect(traceBy(interpret, randomSlices(seed))).toEqual(whole);
    expect(traceBy(translateAtOnce)).toEqual(whole);
    expect(traceBy(translateAtOnce, randomSlices(seed + 1))).toEqual(whole);
    for (const at of [index, system.partitions.length + index]) {
      const engine = engines[at];
      expect(engine instanceof TranslatingEngine && engine.translatedCycles).toBeGreaterThan(1_000_000);
    }
  });

  it("shows its console in the log of `partita run`", async () => {
    const module = configOf("beats for ever");
    const run = new Program(process.execPath, [PARTITA, "run", module, "--fast", "--duration", "2s"]);
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(run.lines).toContainEqual(expect.stringMatching(/uart: init: heartbeat 1"/));
  });
});

/** Versions, addresses, times and sizes differ from one kernel and compiler to the next; their widths do too. */
const withoutNumbers = (console: string): string =>
  console
    .replace(/^.*Linux version .*\n/, "")
    .replaceAll(/\d[\da-fx.]*/g, "N")
    .replaceAll(/ +/g, " ");
