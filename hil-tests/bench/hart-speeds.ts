/** What a second hart brings: the same busy partitions in turn and at once, in the threads that `partita run` gives them. */

import { cycles, SharedExchange, type System, startBoard } from "../../runtime/index.ts";
import { busyHarts, busyPair } from "./hypervisor-modules.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const SLOT_LENGTHS_US = [1_000, 10_000] as const;
/** By both partitions together, of a run that starts and of one that goes on from there: the difference is without the start. */
const STARTING = 400_000_000;
const INSTRUCTIONS = 2_000_000_000;

const ARRANGEMENTS = [
  { name: "1 hart", systemOf: busyPair, oneThread: true },
  { name: "2 harts, one thread", systemOf: busyHarts, oneThread: true },
  { name: "2 harts, a thread each", systemOf: busyHarts, oneThread: false },
] as const;

export interface HartSpeed {
  readonly name: string;
  readonly slotUs: number;
  readonly threads: number;
  /** Median. */
  readonly mips: number;
  /** By the speed of one hart with slots as long, in the same round; median. */
  readonly gain: number;
}

export const measureHarts = async ({ rounds, share, say }: SectionOptions): Promise<readonly HartSpeed[]> => {
  const series = SLOT_LENGTHS_US.flatMap((slotUs) =>
    ARRANGEMENTS.map(({ name, systemOf, oneThread }) => ({
      ...{ name, slotUs, oneThread, system: systemOf(slotUs), threads: 0 },
      mips: [] as number[],
    })),
  );
  for (let round = 1; round <= rounds; round++) {
    say(`harts, round ${round} of ${rounds}`);
    for (const one of series) {
      const { mips, threads } = await speedOf(one.system, one.oneThread, share);
      one.mips.push(mips);
      one.threads = threads;
    }
  }
  return series.map(({ name, slotUs, threads, mips }) => {
    const single = series.find((one) => one.slotUs === slotUs)!.mips;
    const gain = median(mips.map((value, round) => value / single[round]!));
    return { name, slotUs, threads, mips: median(mips), gain };
  });
};

const speedOf = async (system: System, oneThread: boolean, share: number) => {
  const start = await run(system, oneThread, share * STARTING);
  const whole = await run(system, oneThread, share * (STARTING + INSTRUCTIONS));
  return { mips: (whole.busy - start.busy) / (whole.hostMs - start.hostMs) / 1000, threads: whole.threads };
};

const run = async (system: System, oneThread: boolean, instructions: number) => {
  const board = startBoard(system, new SharedExchange(system), {
    ...{ paced: false, oneThread, version: "bench", record: null, onMessage: () => {} },
    duration: cycles(instructions / system.harts),
  });
  const { hostMs, partitions } = await board.ended;
  return { busy: partitions.reduce((sum, { busyCycles }) => sum + busyCycles, 0), hostMs, threads: board.threads };
};
