/** How late boundaries were, counted in powers of two of a microsecond; lies in shared memory so that it can be read during a run. */

/** Bucket b holds lateness in [2^(b−1), 2^b) µs; bucket 0 holds everything below 1 µs; the last is open. */
const BUCKETS = 24;
const SLIPS = BUCKETS;
const SLIPPED_US = BUCKETS + 1;
const WORST_US = BUCKETS + 2;
const SUM_US = BUCKETS + 3;
const WORDS = BUCKETS + 4;

/** Upper bound of each bucket, µs. */
export const LATENESS_BOUNDS_US: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) =>
  bucket === BUCKETS - 1 ? Infinity : 2 ** bucket,
);

export interface LatenessReport {
  /** Boundaries counted, and their lateness together. */
  readonly count: number;
  readonly sumUs: number;
  /** Upper bounds of the buckets that hold these quantiles, µs. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly worstUs: number;
  /** Times that the run fell behind by more than `maxLateness` and re-anchored its pace, and the time given up by it. */
  readonly slips: number;
  readonly slippedUs: number;
  /** [upper bound in µs, count] of each bucket that is not empty. */
  readonly buckets: readonly (readonly [number, number])[];
}

export class LatenessHistogram {
  static readonly bytes = WORDS * 8;
  readonly #words: Float64Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 8), byteOffset = 0) {
    this.#words = new Float64Array(shared, byteOffset, WORDS);
  }

  static sumOf(histograms: readonly LatenessHistogram[]): LatenessHistogram {
    const sum = new LatenessHistogram();
    const into = sum.#words;
    for (const one of histograms) {
      const words = one.#words;
      for (let word = 0; word < WORDS; word++) {
        into[word] = word === WORST_US ? Math.max(into[word]!, words[word]!) : into[word]! + words[word]!;
      }
    }
    return sum;
  }

  add(latenessUs: number): void {
    const words = this.#words;
    const bucket = latenessUs < 1 ? 0 : Math.min(BUCKETS - 1, 32 - Math.clz32(latenessUs));
    words[bucket] = words[bucket]! + 1;
    words[SUM_US] = words[SUM_US]! + latenessUs;
    if (latenessUs > words[WORST_US]!) words[WORST_US] = latenessUs;
  }

  addSlip(us: number): void {
    this.#words[SLIPS] = this.#words[SLIPS]! + 1;
    this.#words[SLIPPED_US] = this.#words[SLIPPED_US]! + us;
  }

  /** By bucket, as in `LATENESS_BOUNDS_US`. */
  get counts(): readonly number[] {
    return [...this.#words.subarray(0, BUCKETS)];
  }

  report(): LatenessReport {
    const { counts } = this;
    const count = counts.reduce((sum, n) => sum + n, 0);
    const quantile = (q: number): number => {
      let seen = 0;
      const bucket = counts.findIndex((n) => {
        seen += n;
        return seen >= q * count;
      });
      return Math.min(2 ** Math.max(bucket, 0), this.#words[WORST_US]!);
    };
    return {
      count,
      sumUs: this.#words[SUM_US]!,
      p50Us: quantile(0.5),
      p99Us: quantile(0.99),
      p999Us: quantile(0.999),
      worstUs: this.#words[WORST_US]!,
      slips: this.#words[SLIPS]!,
      slippedUs: this.#words[SLIPPED_US]!,
      buckets: counts.flatMap((n, bucket) => (n === 0 ? [] : [[2 ** bucket, n] as const])),
    };
  }
}

const BAR_COLUMNS = 40;

/** A few lines for a person: the quantiles, then a bar a bucket on a logarithmic scale. */
export const formatLateness = (report: LatenessReport): string => {
  if (report.count === 0) return "lateness: nothing was paced";
  const us = (value: number): string => (value < 1000 ? `${Math.round(value)} µs` : `${(value / 1000).toFixed(1)} ms`);
  const head =
    `lateness of ${report.count} slot boundaries: p50 ≤ ${us(report.p50Us)}, p99 ≤ ${us(report.p99Us)}, ` +
    `p99.9 ≤ ${us(report.p999Us)}, worst ${us(report.worstUs)}; ${report.slips} slips` +
    (report.slips === 0 ? "" : ` (${us(report.slippedUs)} given up)`) +
    "; bars on a logarithmic scale";
  const widest = Math.log(1 + Math.max(...report.buckets.map(([, n]) => n)));
  const rows = report.buckets.map(([bound, n]) => {
    const bar = "█".repeat(Math.max(1, Math.round((BAR_COLUMNS * Math.log(1 + n)) / widest)));
    return `  < ${us(bound).padStart(8)} ${String(n).padStart(9)} ${bar}`;
  });
  return [head, ...rows].join("\n");
};
