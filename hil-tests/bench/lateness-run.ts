/** How late a paced run of the waterworks is, and how late the host wakes any process meanwhile: cyclictest, in the same seconds. */

import { cycles, SharedExchange, type System, startBoard } from "../../runtime/index.ts";
import { loadOnce } from "../rig/load.ts";
import { runToEnd } from "./engines.ts";
import { WATERWORKS } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const SECONDS = 10;
/** Longest lateness that cyclictest counts apart, and its interval, µs. */
const LONGEST_US = 20_000;
const INTERVAL_US = 1000;

/** µs. */
export interface Lateness {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly worstUs: number;
}

export interface LatenessFigures {
  /** Of each round. */
  readonly seconds: number;
  /** Medians over the rounds; quantiles are upper bounds, powers of two. */
  readonly partita: Lateness;
  /** Null: `reason` says why. */
  readonly cyclictest: Lateness | null;
  readonly reason: string | null;
}

export const measureLateness = async ({ rounds, share, say }: SectionOptions): Promise<LatenessFigures> => {
  const system = await loadOnce(WATERWORKS);
  const seconds = Math.max(1, Math.round(SECONDS * share));
  const paced: Lateness[] = [];
  const woken: Lateness[] = [];
  let reason: string | null = null;
  for (let round = 1; round <= rounds; round++) {
    say(`lateness, round ${round} of ${rounds}`);
    const both = await runBoth(system, seconds);
    paced.push(both.partita);
    if (typeof both.cyclictest === "string") reason = both.cyclictest;
    else woken.push(both.cyclictest);
  }
  return { seconds, partita: medians(paced), cyclictest: reason === null ? medians(woken) : null, reason };
};

const medians = (of: readonly Lateness[]): Lateness => ({
  p50Us: median(of.map(({ p50Us }) => p50Us)),
  p99Us: median(of.map(({ p99Us }) => p99Us)),
  worstUs: median(of.map(({ worstUs }) => worstUs)),
});

const runBoth = async (system: System, seconds: number) => {
  let cyclictest: Promise<Lateness | string> = Promise.resolve("the board did not start");
  const board = startBoard(system, new SharedExchange(system), {
    ...{ paced: true, version: "bench", record: null },
    duration: cycles(seconds * system.clock),
    onMessage: ({ kind }) => {
      if (kind === "running") cyclictest = runCyclictest(seconds);
    },
  });
  await board.ended;
  const { p50Us, p99Us, worstUs } = board.lateness();
  return { partita: { p50Us, p99Us, worstUs }, cyclictest: await cyclictest };
};

/** As an ordinary process and without tuning the host: as Partita runs. @returns why there is no figure, when there is none. */
const runCyclictest = async (seconds: number): Promise<Lateness | string> => {
  const conditions = ["--default-system", "--policy=other", `--interval=${INTERVAL_US}`, `--duration=${seconds}`];
  try {
    const { output } = await runToEnd("cyclictest", ["--quiet", ...conditions, `--histogram=${LONGEST_US}`]);
    return latenessIn(output);
  } catch (error) {
    return (error as Error).message;
  }
};

/** Reads what cyclictest prints: a line a microsecond with its count, then `# Max Latencies: 00208`. */
export const latenessIn = (output: string): Lateness => {
  const counts = [...output.matchAll(/^(\d+)\s+(\d+)$/gm)].map(([, us, count]) => [Number(us), Number(count)] as const);
  const [, longest] = /^# Max Latencies:\s*(\d+)/m.exec(output) ?? [];
  if (longest === undefined) throw new Error("cyclictest printed no latencies");
  const worstUs = Number(longest);
  const [, overflows = "0"] = /^# Histogram Overflows:\s*(\d+)/m.exec(output) ?? [];
  const total = counts.reduce((sum, [, count]) => sum + count, Number(overflows));
  const quantile = (share: number): number => {
    let seen = 0;
    for (const [us, count] of counts) {
      seen += count;
      if (seen >= share * total) return us;
    }
    return worstUs;
  };
  return { p50Us: quantile(0.5), p99Us: quantile(0.99), worstUs };
};
