/** What was measured of modules, as tables a person reads. */
import { bars, type Curve } from "./plot.ts";
import type { SlotCosts } from "./slot-costs.ts";
import type { StartUps } from "./start-ups.ts";
import { figure, mediansOf, type Table } from "./table.ts";
import { verdict } from "./targets.ts";

const MEGA = 1e6;
const MIBI = 2 ** 20;

const medians = (rounds: number, engine: string): string =>
  `${mediansOf(rounds)}; engine: ${engine}; unpaced, all guests in one thread.`;

export const switchTable = ({ rounds, engine, switching }: SlotCosts): Table => ({
  title: "A slot switch: one partition out, the next in",
  columns: ["switches", "10 µs slots, MIPS", "10 ms slots, MIPS", "a switch, µs"],
  rows: [
    [
      switching.switches.toFixed(0),
      figure(switching.shortSlotsMips),
      figure(switching.longSlotsMips),
      figure(switching.switchUs),
    ],
  ],
  notes: [
    medians(rounds, engine),
    "Two partitions in turn, the same instructions with short and with long slots: the difference in time, shared by the switches.",
    verdict({ what: "cost of a switch", most: 2, unit: "µs" }, switching.switchUs),
  ],
});

const slotLabel = (us: number): string => (us < 1000 ? `${us} µs` : `${us / 1000} ms`);

const partitionCurve = ({ byPartitions }: SlotCosts): Curve => ({
  title: "Speed against the number of partitions",
  xTitle: "partitions, a slot of 100 µs each",
  yTitle: "million instructions a second",
  points: byPartitions.map(({ partitions, mips }) => ({ x: partitions, y: mips, label: String(partitions) })),
});

const slotCurve = ({ bySlotLength }: SlotCosts): Curve => ({
  title: "Speed against the length of slots",
  xTitle: "length of a slot, two partitions",
  yTitle: "million instructions a second",
  points: bySlotLength.map(({ slotUs, mips }) => ({ x: slotUs, y: mips, label: slotLabel(slotUs) })),
});

export const curvesOf = (costs: SlotCosts): readonly Curve[] => [partitionCurve(costs), slotCurve(costs)];

export const scalingTables = (costs: SlotCosts): readonly Table[] => {
  const { rounds, engine, byPartitions, bySlotLength } = costs;
  const percent = (share: number) => figure(share * 100, "%");
  const of200 = byPartitions.find(({ partitions }) => partitions === 200);
  const reference =
    "100 % is one partition in one slot of 20 ms, run in turn with each of them; percentages are medians of the rounds' own.";
  return [
    {
      title: "Instructions a second against the number of partitions, each with a slot of 100 µs",
      columns: ["partitions", "MIPS", "of one undivided", "process memory, MiB"],
      rows: byPartitions.map(({ partitions, mips, share, memoryBytes }) => [
        String(partitions),
        figure(mips),
        percent(share),
        figure(memoryBytes / MIBI),
      ]),
      picture: bars(partitionCurve(costs)),
      notes: [
        medians(rounds, engine),
        reference,
        verdict(
          { what: "200 partitions against one", least: 60, unit: "%" },
          of200 === undefined ? null : of200.share * 100,
        ),
      ],
    },
    {
      title: "Instructions a second against the length of slots, two partitions",
      columns: ["slots of", "MIPS", "of one undivided"],
      rows: bySlotLength.map(({ slotUs, mips, share }) => [slotLabel(slotUs), figure(mips), percent(share)]),
      picture: bars(slotCurve(costs)),
      notes: [medians(rounds, engine), reference],
    },
  ];
};

export const startUpTable = ({ rounds, engine, programs }: StartUps): Table => {
  const large = programs.find(({ name }) => name === "large");
  const memory = large === undefined ? null : large.peakMemoryBytes / MEGA;
  return {
    title: "Start-up: a module of one partition",
    columns: [
      "program",
      "code, KB",
      "load to first slot, s",
      "process to first slot, s",
      "load to full speed, s",
      "process to full speed, s",
      "MIPS",
      "memory, MB",
    ],
    rows: programs.map((program) => [
      program.name,
      figure(program.codeBytes / 1000),
      figure(program.firstSlotSeconds),
      figure(program.processToFirstSlotSeconds),
      figure(program.fullSpeedSeconds),
      figure(program.processToFullSpeedSeconds),
      figure(program.mips),
      figure(program.peakMemoryBytes / MEGA),
    ]),
    notes: [
      medians(rounds, engine),
      "First slot: until the first slot, of 1 ms, is over. Full speed: until the speed first reaches 90 % of what it is after seconds.",
      "Memory: the most that the process ever had resident, Node and the module with it.",
      verdict({ what: "large image, load to first slot", most: 0.5, unit: "s" }, large?.firstSlotSeconds),
      verdict({ what: "large image, load to full speed", most: 2, unit: "s" }, large?.fullSpeedSeconds),
      verdict({ what: "large image, process memory", most: 400, unit: "MB" }, memory),
    ],
  };
};
