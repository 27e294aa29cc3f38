/** What was measured of the hypervisor, as tables a person reads. */
import type { HartSpeed } from "./hart-speeds.ts";
import type { FrameSpeed, MessageCost, SwitchCost } from "./hypervisor-costs.ts";
import type { Lateness, LatenessFigures } from "./lateness-run.ts";
import type { StateCosts } from "./state-costs.ts";
import { figure, mediansOf, NOTHING, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

const KIBI = 1024;
const MIBI = 2 ** 20;

const bytes = (count: number): string =>
  count >= MIBI ? `${count / MIBI} MiB` : count >= KIBI ? `${count / KIBI} KiB` : `${count} B`;

const unpaced = (rounds: number): string => `${mediansOf(rounds)}; translated, unpaced, in one thread.`;

export const switchTable = ({ waitingUs, busyUs }: SwitchCost, rounds: number): Table => ({
  title: "A slot switch, slots of 10 µs",
  columns: ["partitions", "a switch, µs"],
  rows: [
    ["two that wait", figure(waitingUs)],
    ["two that are busy", figure(busyUs)],
  ],
  notes: [
    unpaced(rounds),
    "Of busy ones: the same instructions with slots of 10 µs and of 10 ms, the difference in time shared by the switches.",
    verdict({ what: "cost of a switch, waiting", most: 2, unit: "µs" }, waitingUs),
    verdict({ what: "cost of a switch, busy", most: 2, unit: "µs" }, busyUs),
  ],
});

export const messageTable = (costs: readonly MessageCost[], rounds: number): Table => ({
  title: "A message: sent by one partition, received by another",
  columns: ["port", "message", "a frame", "µs", "MB/s"],
  rows: costs.map(({ kind, bytes: size, count, us }) => [
    kind,
    bytes(size),
    String(count),
    figure(us),
    figure(size / us),
  ]),
  notes: [
    unpaced(rounds),
    "The instructions by which guests send and receive are in it; what a frame without messages takes is subtracted.",
  ],
});

export const frameTable = (speeds: readonly FrameSpeed[], rounds: number): Table => ({
  title: "Frames a second, each partition with a slot of 100 µs and a short scan in it",
  columns: ["partitions", "frames/s", "slot and scan, µs", "× real time"],
  rows: speeds.map(({ partitions, framesPerSecond, slotUs, timesRealTime }) => [
    String(partitions),
    figure(framesPerSecond),
    figure(slotUs),
    figure(timesRealTime),
  ]),
  notes: [unpaced(rounds), "A scan latches 4 inputs, works, publishes 4 outputs and waits for its timer."],
});

export const hartTable = (speeds: readonly HartSpeed[], rounds: number): Table => ({
  title: "Harts: two busy partitions, in turn and at once",
  columns: ["harts", "slots, ms", "threads", "MIPS", "against one hart"],
  rows: speeds.map(({ name, slotUs, threads, mips, gain }) => [
    name,
    String(slotUs / 1000),
    String(threads),
    figure(mips),
    figure(gain, "×"),
  ]),
  notes: [
    `${mediansOf(rounds)} with all in turn; translated, unpaced; the time of a short run is subtracted, so that no start is in it.`,
  ],
});

export const stateTable = ({ rounds, modules, cloneMs, clonedPages, idle }: StateCosts): Table => ({
  title: "State of a module",
  columns: ["module", "RAM", "pages changed", "save", "restore", "to a file", "from a file", "file"],
  rows: [
    ...modules.map(({ name, ramBytes, pages, saveMs, restoreMs, encodeMs, decodeMs, fileBytes }) => [
      name,
      `${figure(ramBytes / MIBI)} MiB`,
      String(pages),
      ...[saveMs, restoreMs, encodeMs, decodeMs].map((ms) => figure(ms, "ms")),
      `${figure(fileBytes / KIBI)} KiB`,
    ]),
    ["clone of 16 MiB", "16.0 MiB", String(clonedPages), figure(cloneMs, "ms"), ...Array(4).fill(NOTHING)],
  ],
  notes: [
    `${mediansOf(rounds)}; CPU time of save, restore and clone, time that passes for files. A page is changed when it is not as its image left it.`,
    `${idle.clones} idle clones of 64 KiB in one process: powered on in ${figure(idle.powerOnMs, "ms")}, cloned in ${figure(idle.cloneMs, "ms")}, ${figure(idle.residentBytes / MIBI)} MiB resident, a frame of ${figure(idle.frameMs, "ms")}.`,
    verdict({ what: "cloning a partition of 16 MiB", most: 20, unit: "ms" }, cloneMs),
    verdict({ what: "idle clones of 64 KiB in one process", least: 1000, unit: "clones" }, idle.clones),
  ],
});

export const latenessTable = ({ seconds, partita, cyclictest, reason }: LatenessFigures, rounds: number): Table => {
  const row = (name: string, of: Lateness | null, bound = "") => [
    name,
    ...(of === null
      ? [NOTHING, NOTHING, NOTHING]
      : [`${bound}${of.p50Us.toFixed(0)}`, `${bound}${of.p99Us.toFixed(0)}`, of.worstUs.toFixed(0)]),
  ];
  return {
    title: "Lateness of a paced run of the waterworks, and of cyclictest in the same seconds, µs",
    columns: ["", "p50", "p99", "max"],
    rows: [row("Partita, slot boundaries", partita, "≤ "), row("cyclictest, wake-ups", cyclictest)],
    notes: [
      `${mediansOf(rounds)} of ${seconds} s. Both as ordinary processes, at once; Partita sleeps until shortly before a boundary and then spins, cyclictest only sleeps.`,
      ...(reason === null ? [] : [`No cyclictest: ${reason}. It is in the Debian package rt-tests.`]),
    ],
  };
};
