/**
 * What slots and partitions cost. A switch: the same guests with short and with long slots; the difference in time, shared by the
 * switches. Scaling: instructions a second against the number of partitions and against the length of slots. Unpaced throughout.
 */
import type { EngineKind } from "../../runtime/index.ts";
import type { Stretch } from "./module-job.ts";
import { CYCLES_PER_US, type ModuleSketch, type ModuleSpeed, runModules } from "./module-speed.ts";
import { buildProgram, ENDLESS, programNamed } from "./programs.ts";
import { median } from "./statistics.ts";

export interface SlotCostOptions {
  readonly rounds: number;
  /** Of the work, more than 0. */
  readonly share: number;
  readonly engine: EngineKind;
  readonly folder: string;
  readonly say: (text: string) => void;
}

const WARM_UP_SECONDS = 3;
const SHORT_SLOT_US = 10;
const LONG_SLOT_US = 10_000;
const SWITCHES = 1_000_000;
const COUNTED_CYCLES = 400_000_000;
const PARTITION_COUNTS = [1, 10, 100, 200, 1000] as const;
const PARTITION_SLOT_US = 100;
const UNDIVIDED_SLOT_US = 20_000;
const SLOT_LENGTHS_US = [10, 100, 1_000, 10_000, 100_000] as const;

export interface SlotCosts {
  readonly rounds: number;
  readonly engine: EngineKind;
  readonly switching: {
    /** Slots of the run with short ones: each begins with a switch. */
    readonly switches: number;
    /** Medians. */
    readonly switchUs: number;
    readonly shortSlotsMips: number;
    readonly longSlotsMips: number;
  };
  /** So many partitions, each with a slot of 100 µs in every frame. */
  readonly byPartitions: readonly (Speed & { readonly partitions: number; readonly memoryBytes: number })[];
  /** Two partitions, with slots that long. */
  readonly bySlotLength: readonly (Speed & { readonly slotUs: number })[];
}

/** Medians over the rounds. */
export interface Speed {
  readonly mips: number;
  /** Of the speed of one partition in one slot of 20 ms, which was run in turn with it. */
  readonly share: number;
}

export const measureSlotCosts = async (options: SlotCostOptions): Promise<SlotCosts> => {
  const { rounds, share, engine, folder, say } = options;
  const [first, second] = [await endless("dhry", folder), await endless("fsm", folder)];
  const module = (name: string, guests: readonly string[], slotUs: number): ModuleSketch => ({
    name: `${name}-${guests.length}-${slotUs}us`,
    guests,
    slotUs,
    engine,
  });
  const many = (count: number) => Array.from({ length: count }, () => first);
  const pair = [SHORT_SLOT_US, LONG_SLOT_US].map((slotUs) => module("switching", [first, second], slotUs));
  const counted = COUNTED_CYCLES * share;
  const switching = new Series(pair, SWITCHES * SHORT_SLOT_US * CYCLES_PER_US * share);
  const undivided = module("undivided", many(1), UNDIVIDED_SLOT_US);
  const byPartitions = PARTITION_COUNTS.map((partitions) => ({
    partitions,
    series: new Series([module("partitions", many(partitions), PARTITION_SLOT_US), undivided], counted),
  }));
  const bySlotLength = SLOT_LENGTHS_US.map((slotUs) => ({
    slotUs,
    series: new Series([module("slots", many(2), slotUs), undivided], counted),
  }));

  const all = [switching, ...[...byPartitions, ...bySlotLength].map(({ series }) => series)];
  const warmUpSeconds = WARM_UP_SECONDS * Math.min(1, Math.max(0.1, share));
  for (let round = 1; round <= rounds; round++) {
    for (const series of all) say(`round ${round} of ${rounds}: ${await series.run(folder, warmUpSeconds)}`);
  }
  return {
    rounds,
    engine,
    switching: {
      switches: switching.runs[0]!.measured[0]!.slots,
      switchUs: median(switching.runs.map(({ measured: [short, long] }) => switchUs(short!, long!))),
      shortSlotsMips: switching.mips(0),
      longSlotsMips: switching.mips(1),
    },
    byPartitions: byPartitions.map(({ partitions, series }) => ({
      partitions,
      ...series.speed(),
      memoryBytes: median(series.runs.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    })),
    bySlotLength: bySlotLength.map(({ slotUs, series }) => ({ slotUs, ...series.speed() })),
  };
};

const endless = async (name: string, folder: string): Promise<string> =>
  (await buildProgram(programNamed(name), { folder, iterations: ENDLESS })).elf;

/** Microseconds more for each slot more, the instructions being the same. */
const switchUs = (short: Stretch, long: Stretch): number => {
  const longer = short.instructions / long.instructions;
  return ((short.seconds - long.seconds * longer) / (short.slots - long.slots * longer)) * 1e6;
};

/** The same modules in turn, round after round. */
class Series {
  readonly runs: ModuleSpeed[] = [];
  readonly #sketches: readonly ModuleSketch[];
  readonly #cycles: number;

  constructor(sketches: readonly ModuleSketch[], cycles: number) {
    this.#sketches = sketches;
    this.#cycles = cycles;
  }

  /** @returns what to say of it. */
  async run(folder: string, warmUpSeconds: number): Promise<string> {
    const run = await runModules(this.#sketches, folder, { warmUpSeconds, cycles: this.#cycles });
    this.runs.push(run);
    return this.#sketches.map(({ name }, at) => `${name} ${mipsOf(run.measured[at]!).toFixed(0)} MIPS`).join(", ");
  }

  /** Of the first module, beside the second. */
  speed(): Speed {
    const shares = this.runs.map(({ measured: [first, second] }) => mipsOf(first!) / mipsOf(second!));
    return { mips: this.mips(0), share: median(shares) };
  }

  /** Of one of the modules: the median of the rounds. */
  mips(at: number): number {
    return median(this.runs.map(({ measured }) => mipsOf(measured[at]!)));
  }
}

const mipsOf = ({ instructions, seconds }: Stretch): number => instructions / seconds / 1e6;
