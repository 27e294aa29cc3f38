/** Counters as the parts of the bridge keep them, described once each: what each is called, and what it says. */
import type { Family, Labels } from "./exposition.ts";

interface Description {
  readonly type: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
}

type NumberKeys<Counters> = { [Key in keyof Counters]: Counters[Key] extends number ? Key : never }[keyof Counters];

/** One for each number of `Counters`: what nobody has described does not compile. */
export type CounterTable<Counters> = { readonly [Key in NumberKeys<Counters>]: Description };

export const counter = (name: string, help: string): Description => ({ type: "counter", name: `${name}_total`, help });
export const gauge = (name: string, help: string): Description => ({ type: "gauge", name, help });

export interface Labelled<Counters> {
  readonly labels: Labels;
  readonly counters: Counters;
}

export const familiesOf = <Counters>(
  table: CounterTable<Counters>,
  of: readonly Labelled<Counters>[],
): readonly Family[] =>
  (Object.entries(table) as [NumberKeys<Counters>, Description][]).map(([key, description]) => ({
    ...description,
    samples: of.map(({ labels, counters }) => ({ labels, value: counters[key] as number })),
  }));
