/** What was measured of the rig, as tables a person reads. */
import type { CampaignSpeed, ShrinkingSpeed } from "./rig-campaigns.ts";
import type { CheckpointCosts } from "./rig-checkpoints.ts";
import type { RecordingCosts, ReplayFigures, RewindFigures } from "./rig-recording.ts";
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

export const campaignTable = ({ perMinute }: CampaignSpeed, rounds: number): Table => ({
  title: "Trials of the waterworks' campaign, 10 s of virtual time each, in two threads",
  columns: ["", "a minute"],
  rows: [["trials", figure(perMinute)]],
  notes: [
    `${mediansOf(rounds)}, after the start-up. A trial begins at the checkpoint before its first fault.`,
    verdict({ what: "trials on two cores", least: 2000, unit: "a minute" }, perMinute),
  ],
});

export const shrinkingTable = ({ seconds, trials, from, to }: ShrinkingSpeed, rounds: number): Table => ({
  title: "A failure of the waterworks made small, in one thread",
  columns: ["faults", "left", "trials", "s"],
  rows: [[String(from), String(to), String(trials), figure(seconds)]],
  notes: [
    `${mediansOf(rounds)}. Faults, then their times and sizes; 10 s of virtual time.`,
    verdict({ what: "shrinking", most: 30, unit: "s" }, seconds),
  ],
});

export const recordingTable = (
  { frameUs, recordingPercent, hashingPercent }: RecordingCosts,
  rounds: number,
): Table => ({
  title: "A frame of the waterworks, plant included",
  columns: ["what", "cost"],
  rows: [
    ["the frame", figure(frameUs, "µs")],
    ["recording it", figure(recordingPercent, "%")],
    ["hashing what partitions did", figure(hashingPercent, "%")],
  ],
  notes: [
    `${mediansOf(rounds)}, CPU time; rigs with and without take turns.`,
    verdict({ what: "cost of recording", most: 3, unit: "%" }, recordingPercent),
    verdict({ what: "cost of hashing", most: 5, unit: "%" }, hashingPercent),
  ],
});

export const replayTable = ({ hours, bytesAnHour, timesRealTime, divergences }: ReplayFigures): Table => ({
  title: "Replay of the waterworks",
  columns: ["recorded, h", "MB an hour", "× real time", "divergences"],
  rows: [[figure(hours), figure(bytesAnHour / 1e6), figure(timesRealTime), String(divergences)]],
  notes: [
    "Every frame's hash of every partition compared. --share 60 records ten hours.",
    verdict({ what: "divergences", most: 0, unit: "" }, divergences),
  ],
});

export const rewindTable = ({ hours, medianMs, worstMs }: RewindFigures): Table => ({
  title: "Going to any frame of a run",
  columns: ["run, h", "median, ms", "worst, ms"],
  rows: [[figure(hours), figure(medianMs), figure(worstMs)]],
  notes: [verdict({ what: "going to any frame of an hour", most: 1000, unit: "ms" }, worstMs)],
});
