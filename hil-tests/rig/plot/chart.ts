/** Charts of signals over time as SVG: a lane for each trace, one below the other, so that an edge of one is seen in all. */
import { xmlText } from "../../../runtime/xml-text.ts";

export interface Trace {
  readonly name: string;
  /** "" when it has none. */
  readonly unit: string;
  /** Low and high only; drawn as steps in a narrow lane. */
  readonly isSwitching: boolean;
  /** One for each time; NaN leaves a gap. */
  readonly values: readonly number[];
}

export interface Chart {
  readonly title: string;
  /** s, ascending. */
  readonly times: readonly number[];
  readonly traces: readonly Trace[];
  /** Moments that are pointed out. */
  readonly marks?: readonly { readonly time: number; readonly label: string }[];
}

const WIDTH = 900;
const LEFT = 190;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 36;
const LANE = { switching: 34, measured: 96, gap: 10 } as const;
const COLORS = ["#1f5fa8", "#b5471b", "#2a7d46", "#7a3e9d", "#8a6d00", "#0b7a86", "#a8275f", "#4d4d4d"];
/** More than this would only be drawn over each other. */
const POINTS_DRAWN = 2 * (WIDTH - LEFT - RIGHT);

export const chartOf = (chart: Chart): string => {
  const { times, traces, title, marks = [] } = chart;
  const [begin, end] = [times[0] ?? 0, Math.max(times.at(-1) ?? 0, (times[0] ?? 0) + 1e-9)];
  const across = (time: number): number => LEFT + ((time - begin) / (end - begin)) * (WIDTH - LEFT - RIGHT);
  let top = TOP;
  const lanes = traces.map((trace, index) => {
    const height = trace.isSwitching ? LANE.switching : LANE.measured;
    const drawn = lane({ trace, times, across, top, height, color: COLORS[index % COLORS.length]! });
    top += height + LANE.gap;
    return drawn;
  });
  const height = top + BOTTOM;
  const bottom = top - LANE.gap;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="DejaVu Sans, sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="${LEFT}" y="22" font-size="14">${xmlText(title)}</text>`,
    ...timeAxis(begin, end, across, bottom),
    ...lanes,
    ...marks.map(({ time, label }) => markAt(across(time), bottom, label)),
    "</svg>\n",
  ].join("\n");
};

interface Lane {
  readonly trace: Trace;
  readonly times: readonly number[];
  readonly across: (time: number) => number;
  readonly top: number;
  readonly height: number;
  readonly color: string;
}

const lane = ({ trace, times, across, top, height, color }: Lane): string => {
  const { name, unit, isSwitching, values } = trace;
  const [least, greatest] = isSwitching ? [0, 1] : rangeOf(values);
  const up = (value: number): number => top + height - 4 - ((value - least) / (greatest - least)) * (height - 8);
  const scale = isSwitching
    ? []
    : [
        text(LEFT - 6, up(greatest) + 8, round(greatest), 'text-anchor="end" fill="#777"'),
        text(LEFT - 6, up(least), round(least), 'text-anchor="end" fill="#777"'),
      ];
  const label = unit === "" ? name : `${name} [${unit}]`;
  return [
    `<rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${height}" fill="none" stroke="#ddd"/>`,
    text(8, top + height / 2 + 4, label, `fill="${color}"`),
    ...scale,
    `<path d="${pathOf(trace, times, across, up)}" fill="none" stroke="${color}" stroke-width="1.4"/>`,
  ].join("\n");
};

/** Every value holds until the next; of very many, only where it changes or reaches a limit of its stretch. */
const pathOf = (
  { values }: Trace,
  times: readonly number[],
  across: (time: number) => number,
  up: (value: number) => number,
): string => {
  const parts: string[] = [];
  let pen = Number.NaN;
  for (const index of worthDrawing(values)) {
    const value = values[index]!;
    if (Number.isNaN(value)) {
      pen = Number.NaN;
      continue;
    }
    const [x, y] = [across(times[index]!).toFixed(1), up(value).toFixed(1)];
    parts.push(Number.isNaN(pen) ? `M${x} ${y}` : `H${x}${value === pen ? "" : `V${y}`}`);
    pen = value;
  }
  return parts.join("");
};

const worthDrawing = (values: readonly number[]): readonly number[] => {
  if (values.length <= POINTS_DRAWN) return values.map((_, index) => index);
  const stretch = Math.ceil((values.length / POINTS_DRAWN) * 2);
  const kept = new Set<number>();
  for (let start = 0; start < values.length; start += stretch) {
    let [least, greatest] = [start, start];
    for (let i = start; i < Math.min(start + stretch, values.length); i++) {
      if (values[i]! < values[least]!) least = i;
      if (values[i]! > values[greatest]!) greatest = i;
    }
    for (const index of [start, Math.min(least, greatest), Math.max(least, greatest)]) kept.add(index);
  }
  return [...kept.add(values.length - 1)];
};

/** With some room about a signal that stands still. */
const rangeOf = (values: readonly number[]): readonly [least: number, greatest: number] => {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return [0, 1];
  const room = least === greatest ? Math.max(Math.abs(least) * 0.1, 0.5) : 0;
  return [least - room, greatest + room];
};

const timeAxis = (begin: number, end: number, across: (time: number) => number, bottom: number): readonly string[] => {
  const step = niceStep((end - begin) / 8);
  const lines: string[] = [];
  for (let tick = Math.ceil(begin / step - 1e-9); tick * step <= end + step * 1e-9; tick++) {
    const x = across(tick * step).toFixed(1);
    lines.push(`<path d="M${x} ${TOP}V${bottom}" stroke="#eee"/>`);
    lines.push(text(Number(x), bottom + 16, `${round(tick * step)} s`, 'text-anchor="middle" fill="#777"'));
  }
  return lines;
};

/** 1, 2 or 5 times a power of ten, at least `least`. */
const niceStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least - power * 1e-9) ?? 10);
};

const markAt = (x: number, bottom: number, label: string): string =>
  `<path d="M${x.toFixed(1)} ${TOP}V${bottom}" stroke="#c00" stroke-dasharray="4 3"/>\n${text(x - 4, TOP - 6, label, 'text-anchor="end" fill="#c00"')}`;

const text = (x: number, y: number, words: string, more: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${xmlText(words)}</text>`;

const round = (value: number): string => String(Number(value.toPrecision(5)));
