/** Metrics of the board: its time, how late its slots are, and what its partitions do. Read from shared memory; the board is not asked. */
import { type BoardFigures, LATENESS_BOUNDS_US, type LatenessHistogram, type System } from "../../runtime/index.ts";
import { counter, gauge } from "./counter-table.ts";
import type { Family, HistogramSample, Labels, Sample } from "./exposition.ts";

const MODES = ["IDLE", "COLD_START", "WARM_START", "NORMAL"] as const;

export const boardMetrics = (system: System, figures: BoardFigures): readonly Family[] => {
  const { slips, slippedUs } = figures.latenessReport();
  return [
    alone(gauge("partita_module_info", "Which module this is."), 1, { module: system.name, digest: system.digest }),
    alone(gauge("partita_running", "1 from the first slot on."), figures.isRunning ? 1 : 0),
    alone(counter("partita_frames", "Major frames that are over."), figures.frames),
    alone(counter("partita_board_time_seconds", "Board time that has passed."), figures.boardTime / system.clock),
    {
      ...{ type: "histogram", name: "partita_slot_lateness_seconds" },
      help: "How much later than due the boundaries of slots came.",
      samples: figures.lateness.map((histogram, hart) => histogramOf(histogram, { hart: String(hart) })),
    },
    alone(counter("partita_slips", "Times that the run fell behind so far that its pace started afresh."), slips),
    alone(counter("partita_slipped_seconds", "Real time that was given up by that."), slippedUs / 1e6),
    ...partitionMetrics(system, figures),
  ];
};

const alone = (
  description: Pick<Family & { type: "gauge" | "counter" }, "type" | "name" | "help">,
  value: number,
  labels: Labels = {},
): Family => ({
  ...description,
  samples: [{ labels, value }],
});

/** @param histogram in microseconds. */
export const histogramOf = (histogram: LatenessHistogram, labels: Labels): HistogramSample => {
  const { counts } = histogram;
  return {
    labels,
    buckets: LATENESS_BOUNDS_US.map((bound, at) => [bound / 1e6, counts[at]!] as const),
    sum: histogram.report().sumUs / 1e6,
  };
};

const partitionMetrics = ({ partitions, clock }: System, figures: BoardFigures): readonly Family[] => {
  const seen = partitions.map(({ name, index }) => ({ labels: { partition: name }, ...figures.partition(index) }));
  const of = (value: (partition: (typeof seen)[number]) => number): readonly Sample[] =>
    seen.map((partition) => ({ labels: partition.labels, value: value(partition) }));
  return [
    {
      ...gauge("partita_partition_mode", "1 for the mode that the partition is in, 0 for the others."),
      samples: seen.flatMap(({ labels, mode }) =>
        MODES.map((each) => ({ labels: { ...labels, mode: each }, value: mode === each ? 1 : 0 })),
      ),
    },
    {
      ...gauge("partita_partition_suspended", "1 while it keeps its state and executes nothing."),
      samples: of(({ suspended }) => (suspended ? 1 : 0)),
    },
    { ...counter("partita_scans", "Scan cycles completed."), samples: of(({ scans }) => scans) },
    {
      ...counter("partita_partition_slot_seconds", "Board time that its slots gave the partition."),
      samples: of(({ slotCycles }) => slotCycles / clock),
    },
    {
      ...counter("partita_partition_busy_seconds", "Board time in its slots in which its guest executed."),
      samples: of(({ busyCycles }) => busyCycles / clock),
    },
    {
      ...counter("partita_health_errors", "Errors that the health monitor has judged."),
      samples: seen.flatMap(({ labels, errors }) =>
        Object.entries(errors).map(([error, value]) => ({ labels: { ...labels, error }, value })),
      ),
    },
  ];
};
