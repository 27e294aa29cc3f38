/** What was measured of the rig, as tables a person reads. */
import type { CheckpointCosts } from "./rig-checkpoints.ts";
import type { RigSpeed } from "./rig-speed.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

export const rigSpeedTable = (speeds: readonly RigSpeed[], rounds: number): Table => ({
  title: "Virtual time by real time, in one thread",
  columns: ["module", "slots used", "× real time"],
  rows: speeds.map(({ name, utilisation, timesRealTime }) => [
    name,
    `${figure(100 * utilisation)} %`,
    figure(timesRealTime),
  ]),
  notes: [
    `${mediansOf(rounds)}. Frames of 20 ms with 13 ms of slots, board clock 100 MHz; a rig keeps what a failure would show.`,
    verdict({ what: "speed of the waterworks", least: 300, unit: "×" }, speeds[0]?.timesRealTime),
    verdict({ what: "speed with busy guests", least: 20, unit: "×" }, speeds[1]?.timesRealTime),
  ],
});

export const checkpointTable = ({ checkpointMs, restoreMs }: CheckpointCosts, rounds: number): Table => ({
  title: "A moment of the waterworks, plant included",
  columns: ["action", "ms"],
  rows: [
    ["checkpoint", figure(checkpointMs)],
    ["restore", figure(restoreMs)],
  ],
  notes: [
    `${mediansOf(rounds)}, in memory.`,
    verdict({ what: "checkpoint", most: 5, unit: "ms" }, checkpointMs),
    verdict({ what: "restore", most: 5, unit: "ms" }, restoreMs),
  ],
});
