/** What became of a hostile guest: what the module told of it, and what it left in its memory. */
import { RAM_BASE } from "../../runtime/board/index.ts";
import { TRAP_CAUSES } from "../../runtime/hart/index.ts";
import type { Incident, Outside } from "../../runtime/hypervisor/index.ts";
import type { System } from "../../runtime/index.ts";
import { busyOutside, type RunResult, silence } from "../laws/runs.ts";
import type { Count, Outcome } from "./attacks.ts";
import { ATTACKER } from "./scene.ts";

/** Inputs for everybody but the attacker, and a count of what is heard of it. */
export class Witness {
  readonly heard: Record<string, number> = {};
  readonly outside: Outside;

  constructor(system: System, seed: number) {
    const busy = busyOutside(system, seed);
    this.outside = {
      ...silence,
      latch: (at, inputs) => {
        if (at.partition !== ATTACKER) busy.latch(at, inputs);
      },
      uart: (at) => {
        if (at.partition === ATTACKER) this.#note("byte");
      },
      incident: (at, incident) => {
        if (at.partition === ATTACKER) this.#note(nameOf(incident));
      },
    };
  }

  #note(name: string): void {
    this.heard[name] = (this.heard[name] ?? 0) + 1;
  }
}

const nameOf = (incident: Incident): string => {
  switch (incident.kind) {
    case "error":
      return incident.record.trap ?? incident.record.error;
    case "modeChanged":
      return incident.to;
    case "poweredOff":
      return `power off ${incident.code}`;
    default:
      return incident.kind;
  }
};

/** `struct evidence` of guests/attack.h. */
const EVIDENCE_WORDS = ["attempts", "traps", "causes", "result", "done"] as const;
const NOTHING = { attempts: 0, traps: 0, causes: 0, result: 0, done: 0 };

/** @param evidence its guest address; null: the guest leaves none. */
export const outcomeOf = (result: RunResult, heard: Record<string, number>, evidence: number | null) => {
  const { ram, mode, points, partition } = result.module.partitions[ATTACKER]!;
  const poison = partition.points.find(({ name }) => name === "poison")!;
  const left = evidence === null ? NOTHING : evidenceAt(ram, evidence - RAM_BASE);
  return { mode, heard, ...left, poison: Number(points.get(poison.index)) };
};

const evidenceAt = (ram: Uint8Array, start: number): typeof NOTHING => {
  const view = new DataView(ram.buffer, ram.byteOffset + start);
  const words = EVIDENCE_WORDS.map((name, i) => [name, view.getUint32(4 * i, true)]);
  return Object.fromEntries(words) as typeof NOTHING;
};

export type Observed = ReturnType<typeof outcomeOf>;

/** What was observed, where it is as expected in the words of the expectation: two that agree are equal. */
export const inWordsOf = (expected: Outcome, seen: Observed) => {
  const observed = expected.lost ? { ...seen, ...NOTHING } : seen;
  const count = (wanted: Count | undefined, seen: number): Count =>
    typeof wanted === "object" && seen >= wanted.atLeast ? wanted : seen;
  const heard = Object.entries(observed.heard).map(([name, seen]) => [name, count(expected.heard[name], seen)]);
  return {
    mode: observed.mode,
    heard: Object.fromEntries(heard) as Record<string, Count>,
    attempts: count(expected.attempts, observed.attempts),
    traps: count(expected.traps, observed.traps),
    causes: observed.causes,
    result: count(expected.result, observed.result),
    done: observed.done,
    poison: count(expected.poison, observed.poison),
  };
};

/** The expectation, with what it left out. */
export const inFull = ({ lost: _, causes = [], done = false, ...rest }: Outcome) => ({
  ...{ attempts: 0, traps: 0, result: 0, poison: 0 },
  ...rest,
  causes: causes.reduce((bits, cause) => bits | (1 << TRAP_CAUSES[cause]), 0),
  done: Number(done),
});
