/** Figures as pictures: bars for a terminal, and curves over a logarithmic axis as SVG. */

export interface Curve {
  readonly title: string;
  /** What lies along the x axis. */
  readonly xTitle: string;
  readonly yTitle: string;
  /** By x, which is above 0; at least two. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly label: string }[];
}

const BAR_WIDTH = 50;

/** One line a point: its label, a bar as long as its y, and y. */
export const bars = ({ points }: Curve): readonly string[] => {
  const most = Math.max(...points.map(({ y }) => y));
  const room = Math.max(...points.map(({ label }) => label.length));
  return points.map(({ label, y }) => {
    const bar = "█".repeat(Math.max(1, Math.round((y / most) * BAR_WIDTH)));
    return `${label.padStart(room)} ${bar} ${y.toFixed(0)}`;
  });
};

const WIDTH = 480;
const HEIGHT = 300;
const MARGIN = { left: 64, right: 24, top: 40, bottom: 56 };
const INK = "#333";
const GRID = "#ddd";
const LINE = "#1f6feb";

/** Curves side by side, y from 0 on. */
export const svgOf = (curves: readonly Curve[]): string => {
  const panels = curves.map((curve, at) => `<g transform="translate(${at * WIDTH} 0)">${panel(curve)}</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${curves.length * WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
};

const panel = ({ title, xTitle, yTitle, points }: Curve): string => {
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom];
  const logs = points.map(({ x }) => Math.log(x));
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const step = roundStep(Math.max(...points.map(({ y }) => y)) / 4);
  const ticks = Array.from({ length: 5 }, (_, at) => at * step);
  const highest = Math.max(ticks.at(-1)!, ...points.map(({ y }) => y));
  const xOf = (x: number) => left + ((Math.log(x) - least) / (most - least)) * (right - left);
  const yOf = (y: number) => bottom - (y / highest) * (bottom - top);
  const path = points.map(({ x, y }) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`).join(" ");
  return [
    text((left + right) / 2, 20, title, `text-anchor="middle" font-size="14"`),
    ...ticks.map((y) => line(left, yOf(y), right, yOf(y), GRID)),
    ...ticks.map((y) => text(left - 8, yOf(y) + 4, String(y), `text-anchor="end"`)),
    ...points.map(({ x, label }) => text(xOf(x), bottom + 20, label, `text-anchor="middle"`)),
    line(left, bottom, right, bottom, INK),
    text((left + right) / 2, HEIGHT - 12, xTitle, `text-anchor="middle"`),
    text(16, (top + bottom) / 2, yTitle, `text-anchor="middle" transform="rotate(-90 16 ${(top + bottom) / 2})"`),
    `<polyline points="${path}" fill="none" stroke="${LINE}" stroke-width="2"/>`,
    ...points.map(({ x, y }) => `<circle cx="${xOf(x).toFixed(1)}" cy="${yOf(y).toFixed(1)}" r="3.5" fill="${LINE}"/>`),
  ].join("\n");
};

/** 1, 2 or 5 times a power of ten, at least `value`. */
const roundStep = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((times) => times * power >= value) ?? 10);
};

const line = (x1: number, y1: number, x2: number, y2: number, colour: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;

const text = (x: number, y: number, words: string, more: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`;
