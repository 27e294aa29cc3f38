/** Slot tables as an SVG picture: time from left to right, a row a hart, a bar a slot, one table below the other. */
import { showDuration } from "../config/index.ts";
import type { Schedule, System } from "../system.ts";
import { xmlText } from "../xml-text.ts";

const WIDTH = 960;
const MARGIN = { left: 64, right: 24 } as const;
const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 56;
const AXIS_HEIGHT = 34;
/** A character of the text, px. */
const LETTER = 7;
/** Told apart also by those who do not see all colours (Okabe and Ito 2008); then in other shades. */
const COLORS = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#0072b2", "#d55e00", "#999999"];

export const scheduleDrawing = (system: System): string => {
  const heights = system.schedules.map(() => HEAD_HEIGHT + system.harts * ROW_HEIGHT + AXIS_HEIGHT);
  const height = heights.reduce((sum, one) => sum + one, 0);
  const tables = system.schedules.map((schedule, at) => {
    const top = heights.slice(0, at).reduce((sum, one) => sum + one, 0);
    return `<g transform="translate(0 ${top})">\n${table(system, schedule)}</g>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="white"/>
${tables.join("")}</svg>
`;
};

const table = (system: System, schedule: Schedule): string => {
  const title = `${system.name} · schedule ${schedule.name} · major frame ${showDuration(schedule.majorFrame, system.clock)}`;
  const rows = Array.from({ length: system.harts }, (_, hart) => row(system, schedule, hart));
  return `<text x="${MARGIN.left}" y="28" font-size="15" font-weight="bold">${xmlText(title)}</text>\n${rows.join("")}${axis(system, schedule)}`;
};

const columnOf = (at: number, { majorFrame }: Schedule): number =>
  MARGIN.left + (at / majorFrame) * (WIDTH - MARGIN.left - MARGIN.right);

const row = (system: System, schedule: Schedule, hart: number): string => {
  const top = HEAD_HEIGHT + hart * ROW_HEIGHT;
  const [from, to] = [columnOf(0, schedule), columnOf(schedule.majorFrame, schedule)];
  const idle = `<rect x="${from}" y="${top}" width="${to - from}" height="${ROW_HEIGHT - 8}" fill="#f2f2f2"/>\n`;
  const bars = schedule.slots.filter((slot) => slot.hart === hart).map((slot) => bar(system, schedule, slot, top));
  return `<text x="8" y="${top + 19}">hart ${hart}</text>\n${idle}${bars.join("")}`;
};

const bar = (system: System, schedule: Schedule, slot: Schedule["slots"][number], top: number): string => {
  const { name } = system.partitions[slot.partition]!;
  const x = columnOf(slot.start, schedule);
  const width = columnOf(slot.start + slot.duration, schedule) - x;
  const [start, duration] = [slot.start, slot.duration].map((time) => showDuration(time, system.clock));
  const room = Math.floor((width - 4) / LETTER);
  const label =
    room < 1 ? "" : `<text x="${(x + 4).toFixed(1)}" y="${top + 19}">${xmlText(name.slice(0, room))}</text>`;
  return `<g><title>${xmlText(name)}: ${duration} from ${start} on</title><rect x="${x.toFixed(2)}" y="${top}" width="${width.toFixed(2)}" height="${ROW_HEIGHT - 8}" fill="${colorOf(slot.partition)}" stroke="white"/>${label}</g>\n`;
};

const colorOf = (partition: number): string =>
  partition < COLORS.length ? COLORS[partition]! : `hsl(${(partition * 137) % 360} 55% 70%)`;

const TICKS = 8;

const axis = (system: System, schedule: Schedule): string => {
  const y = HEAD_HEIGHT + system.harts * ROW_HEIGHT;
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => {
    const at = (schedule.majorFrame * tick) / TICKS;
    const x = columnOf(at, schedule).toFixed(1);
    return `<path d="M${x} ${y - 4}v6" stroke="black"/><text x="${x}" y="${y + 16}" text-anchor="middle">${showDuration(at, system.clock)}</text>\n`;
  });
  const [from, to] = [columnOf(0, schedule), columnOf(schedule.majorFrame, schedule)];
  return `<path d="M${from} ${y - 1}H${to}" stroke="black"/>\n${ticks.join("")}`;
};
