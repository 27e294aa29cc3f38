/** What was measured of the engines, as a table a person reads. */
import { ENGINES, type EngineName } from "./engines.ts";
import type { GuestSpeed } from "./guest-speed.ts";
import type { Ratio } from "./program-bench.ts";
import { figure, mediansOf, NOTHING, type Table } from "./table.ts";
import { type Target, verdict } from "./targets.ts";

const milliseconds = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined ? NOTHING : figure(seconds * 1000);

const RATIO_COLUMNS: readonly (readonly [Ratio, string])[] = [
  ["translatorToNative", "÷ native"],
  ["qemuIcountToTranslator", "× QEMU -icount"],
  ["qemuToTranslator", "× QEMU"],
];

const TIMES: readonly (readonly [EngineName, string])[] = ENGINES.map(({ name, title }) => [name, `${title}, ms`]);

export const guestSpeedTable = (speed: GuestSpeed): Table => {
  const ratioCells = (ratios: Partial<Record<Ratio, number>>) => RATIO_COLUMNS.map(([name]) => figure(ratios[name]));
  return {
    title: "Programs: time of the guest's work, and the translator against the others",
    columns: [
      "program",
      ...TIMES.map(([, title]) => title),
      ...RATIO_COLUMNS.map(([, title]) => title),
      "translator, MIPS",
      "interpreter, MIPS",
    ],
    rows: [
      ...speed.programs.map(({ name, cells, ratios }) => [
        name,
        ...TIMES.map(([engine]) => milliseconds(cells[engine]?.seconds)),
        ...ratioCells(ratios),
        figure(cells.translator?.mips),
        figure(cells.interpreter?.mips),
      ]),
      [
        "geometric mean",
        ...TIMES.map(() => ""),
        ...ratioCells(speed.means.ratios),
        figure(speed.means.mips.translator),
        figure(speed.means.mips.interpreter),
      ],
    ],
    notes: [
      `${mediansOf(speed.rounds)} with all engines in turn; ratios are medians of the rounds' ratios. × QEMU: that many times as fast.`,
      "Partita and the host's binary say the seconds of their work themselves; of QEMU it is the process less its start-up.",
      `Start-up of the whole process for a program that does nothing: ${startUps(speed)}.`,
      "QEMU runs a sixth of the work, the interpreter a fiftieth; their times are scaled.",
      ...(speed.share === 1 ? [] : [`A trial: only ${figure(speed.share)} of the work.`]),
      ...speed.missing.map((reason) => `Not measured: ${reason}.`),
      ...speed.disagreements.map((words) => `WRONG: ${words}.`),
      ...TARGETS.map((target) => verdict(target, target.value(speed))),
    ],
  };
};

const startUps = ({ startUps: seconds }: GuestSpeed): string =>
  ENGINES.filter(({ name }) => seconds[name] !== undefined)
    .map(({ name, title }) => `${title} ${milliseconds(seconds[name])} ms`)
    .join(", ");

const TARGETS: readonly (Target & { readonly value: (speed: GuestSpeed) => number | undefined })[] = [
  {
    what: "speed of QEMU -icount, geometric mean",
    least: 6,
    unit: "×",
    value: ({ means }) => means.ratios.qemuIcountToTranslator,
  },
  {
    what: "speed of QEMU -icount, the slowest program",
    least: 1.2,
    unit: "×",
    value: ({ programs }) => {
      const all = programs.flatMap(({ ratios }) => ratios.qemuIcountToTranslator ?? []);
      return all.length === 0 ? undefined : Math.min(...all);
    },
  },
  {
    what: "time of native gcc -O2, geometric mean",
    most: 2.5,
    unit: "×",
    value: ({ means }) => means.ratios.translatorToNative,
  },
  { what: "interpreter, geometric mean", least: 80, unit: "MIPS", value: ({ means }) => means.mips.interpreter },
];
