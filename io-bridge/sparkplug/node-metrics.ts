/** What an edge node tells of itself (Sparkplug 3.0.0 §6.4.1): its session, the module that it is, and how its telling goes. */
import type { System } from "../../runtime/index.ts";
import type { ScalarType, ScalarValue } from "./data-types.ts";
import type { Metric } from "./payload.ts";

export const REBIRTH = "Node Control/Rebirth";
const SESSION = "bdSeq";
/** NDATA come no sooner than this after each other. */
const LEAST_PERIOD_MS = 1000;

/** Counted since the start. */
export interface NodeCounts {
  readonly commandsTaken: number;
  readonly commandsRefused: number;
  /** Reports that went to disk, and that found no room there. */
  readonly reportsStored: number;
  readonly reportsDropped: number;
}

/** The number of a session, by which hosts know what a death is of. */
export const sessionMetric = (bdSeq: number, timestamp: number): Metric => ({
  name: SESSION,
  timestamp,
  type: "Int64",
  value: BigInt(bdSeq),
});

interface Fact {
  readonly name: string;
  readonly alias: number | null;
  readonly type: ScalarType;
  readonly value: ScalarValue;
}

export class NodeMetrics {
  readonly #sessionAlias: number | null;
  readonly #facts: readonly Fact[];
  readonly #counts: () => NodeCounts;
  readonly #countAliases: ReadonlyMap<keyof NodeCounts, number | null>;
  #told: NodeCounts | null = null;
  #toldAtMs = 0;

  /** @param nextAlias null: none are used. */
  constructor({ name, digest, partitions, clock }: System, counts: () => NodeCounts, nextAlias: (() => number) | null) {
    const alias = (): number | null => (nextAlias === null ? null : nextAlias());
    this.#counts = counts;
    this.#sessionAlias = alias();
    this.#facts = [
      { name: "Module/Name", alias: alias(), type: "String", value: name },
      { name: "Module/Config Digest", alias: alias(), type: "String", value: digest },
      { name: "Module/Partitions", alias: alias(), type: "UInt32", value: partitions.length },
      { name: "Module/Clock Hz", alias: alias(), type: "UInt64", value: BigInt(clock) },
    ];
    this.#countAliases = new Map(COUNTS.map((key) => [key, alias()]));
  }

  /** @param nowMs monotonic. */
  birth(bdSeq: number, timestamp: number, nowMs: number): readonly Metric[] {
    const counts = this.#tell(nowMs);
    return [
      { ...sessionMetric(bdSeq, timestamp), ...(this.#sessionAlias !== null && { alias: this.#sessionAlias }) },
      { name: REBIRTH, timestamp, type: "Boolean", value: false },
      ...this.#facts.map(({ alias, ...fact }) => ({ ...fact, ...(alias !== null && { alias }), timestamp })),
      ...COUNTS.map((key) => ({ name: NAMES[key], ...this.#count(key, counts, timestamp) })),
    ];
  }

  /** What has changed since it was told; nothing when that is not long ago. */
  data(timestamp: number, nowMs: number): readonly Metric[] {
    const told = this.#told;
    if (told === null || nowMs - this.#toldAtMs < LEAST_PERIOD_MS) return [];
    const counts = this.#counts();
    const changed = COUNTS.filter((key) => counts[key] !== told[key]);
    if (changed.length === 0) return [];
    this.#tell(nowMs);
    return changed.map((key) => {
      const metric = this.#count(key, counts, timestamp);
      return metric.alias === undefined ? { name: NAMES[key], ...metric } : metric;
    });
  }

  #tell(nowMs: number): NodeCounts {
    this.#told = this.#counts();
    this.#toldAtMs = nowMs;
    return this.#told;
  }

  #count(key: keyof NodeCounts, counts: NodeCounts, timestamp: number): Metric {
    const alias = this.#countAliases.get(key) ?? null;
    return { ...(alias !== null && { alias }), timestamp, type: "UInt64", value: BigInt(counts[key]) };
  }
}

const NAMES: Readonly<Record<keyof NodeCounts, string>> = {
  commandsTaken: "Commands/Taken",
  commandsRefused: "Commands/Refused",
  reportsStored: "History/Stored",
  reportsDropped: "History/Dropped",
};
const COUNTS = Object.keys(NAMES) as readonly (keyof NodeCounts)[];
