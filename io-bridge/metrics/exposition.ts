/** Metrics as Prometheus reads them (text exposition format 0.0.4: prometheus.io/docs/instrumenting/exposition_formats). */

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  /** [upper bound, how many lie in the bucket], in order; the last bound is Infinity. */
  readonly buckets: readonly (readonly [number, number])[];
  readonly sum: number;
}

/** `name` is in base units, which its end names: `_seconds`, `_bytes`; that of a counter ends in `_total`. */
export type Family =
  | {
      readonly type: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly Sample[];
    }
  | {
      readonly type: "histogram";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly HistogramSample[];
    };

/** Families without a sample are left out. */
export const exposition = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => {
      const { name, help, type } = family;
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...linesOf(family), ""].join("\n");
    })
    .join("");

const linesOf = (family: Family): readonly string[] =>
  family.type === "histogram"
    ? family.samples.flatMap((sample) => histogramLines(family.name, sample))
    : family.samples.map(({ labels, value }) => line(family.name, labels, value));

/** Buckets are cumulative: each counts all that lies below its bound. */
const histogramLines = (name: string, { labels, buckets, sum }: HistogramSample): readonly string[] => {
  let below = 0;
  const counted = buckets.map(([bound, count]) => {
    below += count;
    return line(`${name}_bucket`, { ...labels, le: numberText(bound) }, below);
  });
  return [...counted, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, below)];
};

const line = (name: string, labels: Labels, value: number): string => {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${written.length === 0 ? "" : `{${written.join(",")}}`} ${numberText(value)}`;
};

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
};
