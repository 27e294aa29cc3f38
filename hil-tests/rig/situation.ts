/** Puts a rig's situation into words, for the failure that someone has to understand. */
import type { PointCells } from "../../runtime/index.ts";
import type { PointValue } from "../../runtime/system.ts";
import type { Channel } from "./channels.ts";
import { formatTime } from "./duration.ts";
import type { Change } from "./history.ts";
import type { PointNames } from "./point-names.ts";

export interface Situation {
  /** Virtual time, s. */
  readonly time: number;
  readonly frame: number;
  /** Channels that the test read lately. */
  readonly asked: readonly Channel[];
  readonly names: PointNames;
  /** By partition. */
  readonly points: readonly PointCells[];
  readonly changes: readonly Change[];
  /** Names of forced points. */
  readonly forces: readonly string[];
}

/**
 * The quantities of the plant that the test asked about, and all points of the partitions that it asked about (of all, when it
 * asked about none); `▸` marks those it asked for.
 */
export const describeSituation = (situation: Situation): string => {
  const { time, frame, asked, changes } = situation;
  const rows = [...asked.filter(({ point }) => point === null).map(quantityRow), ...pointRows(situation)];
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, remarks, isAsked }) =>
    `  ${isAsked ? "▸" : " "} ${name.padEnd(width)}  ${formatValue(value)}  ${remarks.join(", ")}`.trimEnd(),
  );
  const story = changes.map(
    ({ time: at, name, from, to }) => `    ${formatTime(at)}  ${name}: ${formatValue(from)} → ${formatValue(to)}`,
  );
  return [
    `at ${formatTime(time)} of virtual time, frame ${frame}:`,
    ...lines,
    ...(story.length === 0 ? [] : ["  changed lately:", ...story]),
  ].join("\n");
};

interface Row {
  readonly name: string;
  readonly value: PointValue;
  readonly remarks: readonly string[];
  readonly isAsked: boolean;
}

const quantityRow = ({ name, unit, read }: Channel): Row => ({
  name,
  value: read(),
  remarks: unit === "" ? [] : [unit],
  isAsked: true,
});

const pointRows = ({ asked, names, points, forces }: Situation): readonly Row[] => {
  const askedPoints = new Set(asked.flatMap(({ point }) => point ?? []));
  const partitions = new Set([...askedPoints].map(({ partition }) => partition.index));
  const shown = points.flatMap((_, index) => (partitions.size === 0 || partitions.has(index) ? names.of(index) : []));
  return shown.map((named) => {
    const { name, point, partition } = named;
    const cells = points[partition.index]!;
    const quality = cells.qualityOf(point.index);
    const remarks = [...(quality === "good" ? [] : [quality]), ...(forces.includes(name) ? ["forced"] : [])];
    return { name, value: cells.get(point.index), remarks, isAsked: askedPoints.has(named) };
  });
};

const formatValue = (value: PointValue): string => {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "string") return `'${value}'`;
  return String(typeof value === "bigint" ? value : Number(value.toPrecision(7)));
};
