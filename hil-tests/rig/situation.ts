/** Puts a rig's situation into words, for the failure that someone has to understand. */
import type { PointCells } from "../../runtime/index.ts";
import type { PointValue } from "../../runtime/system.ts";
import { formatTime } from "./duration.ts";
import type { Change } from "./history.ts";
import type { NamedPoint, PointNames } from "./point-names.ts";

export interface Situation {
  /** Virtual time, s. */
  readonly time: number;
  readonly frame: number;
  /** Points that the test read lately. */
  readonly asked: readonly NamedPoint[];
  readonly names: PointNames;
  /** By partition. */
  readonly points: readonly PointCells[];
  readonly changes: readonly Change[];
  /** Names of forced points. */
  readonly forces: readonly string[];
}

/** All points of the partitions that the test asked about (of all, when it asked nothing); `▸` marks those it asked for. */
export const describeSituation = (situation: Situation): string => {
  const { time, frame, asked, changes, forces } = situation;
  const partitions = new Set(asked.map(({ partition }) => partition.index));
  const shown = situation.points.flatMap((_, index) =>
    partitions.size === 0 || partitions.has(index) ? situation.names.of(index) : [],
  );
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map((named) => {
    const cells = situation.points[named.partition.index]!;
    const { point, name } = named;
    const value = formatValue(cells.get(point.index));
    const quality = cells.qualityOf(point.index);
    const remarks = [...(quality === "good" ? [] : [quality]), ...(forces.includes(name) ? ["forced"] : [])].join(", ");
    return `  ${asked.includes(named) ? "▸" : " "} ${name.padEnd(width)}  ${value}  ${remarks}`.trimEnd();
  });
  const story = changes.map(
    ({ time: at, name, from, to }) => `    ${formatTime(at)}  ${name}: ${formatValue(from)} → ${formatValue(to)}`,
  );
  return [
    `at ${formatTime(time)} of virtual time, frame ${frame}:`,
    ...lines,
    ...(story.length === 0 ? [] : ["  changed lately:", ...story]),
  ].join("\n");
};

const formatValue = (value: PointValue): string => {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "string") return `'${value}'`;
  return String(typeof value === "bigint" ? value : Number(value.toPrecision(7)));
};
