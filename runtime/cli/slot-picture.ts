/** The slot table as a picture in text: time from left to right, a row a hart, a bar a slot; at most 100 columns. */
import { showDuration } from "../config/index.ts";
import type { Partition, Schedule, Slot, System } from "../system.ts";

const MARGIN = 8;
const WIDTH = 80;
const LONGEST_LABEL = 11;

/** What a picture shows of a System. */
export interface PicturedModule extends Pick<System, "clock" | "harts"> {
  readonly partitions: readonly Pick<Partition, "name">[];
  readonly schedule: Pick<Schedule, "majorFrame"> & {
    readonly slots: readonly Pick<Slot, "hart" | "partition" | "start" | "duration">[];
  };
}

/** Each line ends in "\n". A name is cut where its slot is too narrow for it; idle time is shaded. */
export const slotPicture = (system: PicturedModule): string => {
  const rows = [labels(system), axis(system)].map((text) => ({ head: "", text }));
  for (let hart = 0; hart < system.harts; hart++) rows.push({ head: `hart ${hart}`, text: bars(system, hart) });
  return rows.map(({ head, text }) => `${head.padEnd(MARGIN)}${text}`.trimEnd().concat("\n")).join("");
};

const columnOf = ({ schedule }: PicturedModule, at: number): number => Math.round((at / schedule.majorFrame) * WIDTH);

/** Writes `text` over `into` from column `at` on. */
const write = (into: string[], at: number, text: string): void => {
  for (const [index, character] of [...text].entries()) into[at + index] = character;
};

/** From 0 to the major frame in steps of 1, 2 or 5 × 10ⁿ ns, as narrow as the labels allow. */
const ticks = (system: PicturedModule): readonly number[] => {
  const { majorFrame } = system.schedule;
  const least = ((majorFrame / system.clock) * 1e9 * LONGEST_LABEL) / WIDTH;
  const decade = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((times) => times * decade >= least) ?? 10) * decade * (system.clock / 1e9);
  const inner = Array.from({ length: Math.ceil(majorFrame / step) }, (_, index) => index * step);
  // The last one before the end would run into the end's label.
  const clear = inner.filter((tick) => columnOf(system, tick) + LONGEST_LABEL <= WIDTH || tick === 0);
  return [...clear, majorFrame];
};

const labels = (system: PicturedModule): string => {
  const text = Array<string>(WIDTH + 1).fill(" ");
  for (const tick of ticks(system)) write(text, columnOf(system, tick), showDuration(tick, system.clock));
  return text.join("");
};

const axis = (system: PicturedModule): string => {
  const text = Array<string>(WIDTH + 1).fill("─");
  for (const tick of ticks(system)) write(text, columnOf(system, tick), "┼");
  write(text, 0, "├");
  write(text, WIDTH, "┤");
  return text.join("");
};

const bars = (system: PicturedModule, hart: number): string => {
  const text = Array<string>(WIDTH + 1).fill("░");
  for (const { start, duration, partition } of system.schedule.slots.filter((slot) => slot.hart === hart)) {
    const from = columnOf(system, start);
    const to = columnOf(system, start + duration);
    const room = Math.max(0, to - from - 1);
    write(text, from, "│");
    write(text, from + 1, (system.partitions[partition]?.name ?? "").slice(0, room).padEnd(room));
    write(text, to, "│");
  }
  write(text, 0, "│");
  write(text, WIDTH, "│");
  return text.join("");
};
