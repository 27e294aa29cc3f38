/**
 * Places jobs whole, as constraints on their starts that Z3 decides: no two on one hart at a time, each within its window, and
 * what else is required. Each requirement is an assumption with a name, so that a proof that there is no table says which of them
 * it needs (Steiner 2010 schedules time-triggered networks in this way).
 */
import type { Arith, Bool, Solver } from "z3-solver";
import type { Demand, Requirement } from "./demand.ts";
import { demandIn, type Stretch } from "./earliest-deadline.ts";
import type { Z3 } from "./solver.ts";

/** Of a job placed whole; `job` counts its partition's from 0. */
export interface Placed {
  readonly demand: Demand;
  readonly job: number;
  readonly hart: number;
  readonly start: number;
}

export interface Placement {
  readonly kind: "placed";
  /** In order of start. */
  readonly jobs: readonly Placed[];
  /** Of each demand, by its place in the problem, the hart it is on. */
  readonly harts: readonly number[];
}

export type WholeSlots =
  | Placement
  | { readonly kind: "clash"; readonly requirements: readonly Requirement[] }
  | { readonly kind: "unknown" };

export interface Problem {
  readonly demands: readonly Demand[];
  readonly harts: number;
  readonly hyperperiod: number;
  /** Their slots lie a whole period apart. */
  readonly periodic: boolean;
  /** Only their hart is decided here, and that there is room for them. */
  readonly divided: ReadonlySet<Demand>;
}

type Num = Arith<"planning">;
type Prop = Bool<"planning">;

interface Assumption {
  readonly requirement: Requirement;
  readonly holds: Prop;
}

/** Variables of one demand; times are of jobs, from their releases. */
interface Variables {
  readonly demand: Demand;
  readonly hart: Num;
  /** One for all jobs when they lie a period apart, else one a job; none when it is divided. */
  readonly offsets: readonly Num[];
}

export class WholeSlotsSearch {
  readonly #z3: Z3;
  readonly #name: string;
  readonly #solver: Solver<"planning">;
  readonly #problem: Problem;
  readonly #variables: readonly Variables[];
  readonly #assumptions = new Map<string, Assumption>();

  /** @param name another one for each search in the same context. */
  constructor(z3: Z3, problem: Problem, name: string, timeoutMs: number) {
    this.#z3 = z3;
    this.#name = name;
    this.#problem = problem;
    this.#solver = new z3.Solver();
    this.#solver.set("timeout", timeoutMs);
    this.#variables = problem.demands.map((demand, at) => this.#variablesOf(demand, at));
    for (const [at, one] of this.#variables.entries()) {
      this.#constrain(one, at);
      for (const other of this.#variables.slice(0, at)) this.#keepApart(other, one);
    }
  }

  /** What is left free in `stretch` of every hart must hold what divided jobs need in it. */
  leaveRoom(stretch: Stretch): void {
    const { And, If, Int, Sum } = this.#z3;
    for (let hart = 0; hart < this.#problem.harts; hart++) {
      const terms = this.#variables.map(({ demand, hart: on, offsets }) => {
        const isDivided = this.#problem.divided.has(demand);
        const time = isDivided ? Int.val(demandIn(demand, stretch)) : this.#timeIn(demand, offsets, stretch);
        const reasons = [this.#holds(demand, "duration"), on.eq(hart)];
        if (isDivided && demand.deadline < demand.period) reasons.push(this.#holds(demand, "deadline"));
        return If(And(...reasons), time, Int.val(0)) as Num;
      });
      this.#solver.add(Sum(Int.val(0), ...terms).le(stretch.end - stretch.start));
    }
  }

  async solve(): Promise<WholeSlots> {
    const all = [...this.#assumptions.values()];
    const verdict = await this.#check(all);
    if (verdict === "unknown") return { kind: "unknown" };
    if (verdict === "unsat") return { kind: "clash", requirements: await this.#smallestClash() };
    return this.#placement();
  }

  #variablesOf(demand: Demand, at: number): Variables {
    const { Int } = this.#z3;
    const { periodic, divided, hyperperiod } = this.#problem;
    const jobs = divided.has(demand) ? 0 : periodic ? 1 : hyperperiod / demand.period;
    return {
      demand,
      hart: Int.const(this.#called("hart", at)),
      offsets: Array.from({ length: jobs }, (_, job) => Int.const(this.#called("offset", at, job))),
    };
  }

  #called(...words: readonly (string | number)[]): string {
    return [this.#name, ...words].join(":");
  }

  /** The proposition that a requirement holds; made once. */
  #holds(demand: Demand, kind: Requirement["kind"], of: string | null = null): Prop {
    const name = `${kind}:${demand.partition}:${of ?? ""}`;
    let found = this.#assumptions.get(name);
    if (found === undefined) {
      found = {
        requirement: { partition: demand.partition, kind, of },
        holds: this.#z3.Bool.const(this.#called(name)),
      };
      this.#assumptions.set(name, found);
    }
    return found.holds;
  }

  /** What follows from these requirements. */
  #require(reasons: readonly Prop[], what: Prop): void {
    this.#solver.add(this.#z3.Implies(this.#z3.And(...reasons), what));
  }

  #constrain({ demand, hart, offsets }: Variables, at: number): void {
    const { period, duration, deadline, jitter } = demand;
    // Harts are alike: demand n needs to try no more than n + 1 of them, unless somebody names one.
    const isSymmetric = this.#problem.demands.every((one) => one.hart === null);
    const harts = isSymmetric ? Math.min(this.#problem.harts, at + 1) : this.#problem.harts;
    this.#solver.add(hart.ge(0), hart.lt(harts));
    if (demand.hart !== null) this.#require([this.#holds(demand, "hart")], hart.eq(demand.hart));
    const given = this.#holds(demand, "duration");
    for (const offset of offsets) {
      this.#solver.add(offset.ge(0));
      this.#require([given], offset.le(period - duration));
      if (deadline < period) this.#require([given, this.#holds(demand, "deadline")], offset.le(deadline - duration));
    }
    if (jitter !== null && offsets.length > 1) {
      const least = this.#z3.Int.const(this.#called("least", at));
      for (const offset of offsets) {
        this.#require([this.#holds(demand, "jitter")], this.#z3.And(least.le(offset), offset.le(least.add(jitter))));
      }
    }
    for (const name of demand.after) {
      const before = this.#variables.find((one) => one.demand.partition === name);
      if (before !== undefined) this.#order(before, { demand, hart, offsets });
    }
  }

  #order(before: Variables, after: Variables): void {
    const reasons = [
      this.#holds(before.demand, "duration"),
      this.#holds(after.demand, "after", before.demand.partition),
    ];
    for (const [job, offset] of after.offsets.entries()) {
      this.#require(reasons, before.offsets[job]!.add(before.demand.duration).le(offset));
    }
  }

  /** No two of their jobs at a time on one hart. */
  #keepApart(one: Variables, other: Variables): void {
    const { Or } = this.#z3;
    const apart: Prop[] = [];
    for (const { first, second, distance } of this.#meetings(one, other)) {
      apart.push(
        Or(
          first.add(one.demand.duration).le(second.add(distance)),
          second.add(distance + other.demand.duration).le(first),
        ),
      );
    }
    if (apart.length === 0) return;
    const both = [this.#holds(one.demand, "duration"), this.#holds(other.demand, "duration")];
    for (const clause of apart) this.#require([...both, one.hart.eq(other.hart)], clause);
  }

  /** Pairs of jobs whose windows overlap; `distance` is from the release of the first to that of the second. */
  #meetings(one: Variables, other: Variables) {
    const { hyperperiod } = this.#problem;
    const seen = new Set<number>();
    const pairs: { first: Num; second: Num; distance: number }[] = [];
    if (one.offsets.length === 0 || other.offsets.length === 0) return pairs;
    const [a, b] = [one.demand.period, other.demand.period];
    for (let i = 0; i < hyperperiod / a; i++) {
      for (let j = Math.max(0, Math.floor((i * a) / b)); j * b < (i + 1) * a && j < hyperperiod / b; j++) {
        const distance = j * b - i * a;
        // With one offset for all jobs, only the distance counts.
        if (one.offsets.length === 1 && other.offsets.length === 1 && seen.has(distance)) continue;
        seen.add(distance);
        pairs.push({
          first: one.offsets[i % one.offsets.length]!,
          second: other.offsets[j % other.offsets.length]!,
          distance,
        });
      }
    }
    return pairs;
  }

  /** Time that whole jobs take of the stretch. */
  #timeIn({ period, duration }: Demand, offsets: readonly Num[], stretch: Stretch): Num {
    const { If, Int, Sum } = this.#z3;
    const times: Num[] = [];
    for (let job = Math.floor(stretch.start / period); job * period < stretch.end; job++) {
      const start = offsets[job % offsets.length]!.add(job * period);
      const end = start.add(duration);
      const from = If(start.ge(stretch.start), start, Int.val(stretch.start)) as Num;
      const to = If(end.le(stretch.end), end, Int.val(stretch.end)) as Num;
      times.push(If(to.gt(from), to.sub(from), Int.val(0)) as Num);
    }
    return Sum(Int.val(0), ...times);
  }

  #check(assumptions: readonly Assumption[]): Promise<"sat" | "unsat" | "unknown"> {
    return this.#solver.check(...assumptions.map(({ holds }) => holds));
  }

  /** Leaves requirements out, one after the other, as long as what is left still clashes. */
  async #smallestClash(): Promise<readonly Requirement[]> {
    let clash = this.#core();
    for (const one of [...clash]) {
      const without = clash.filter((other) => other !== one);
      if (without.length < clash.length && (await this.#check(without)) === "unsat") clash = this.#core();
    }
    const order = [...this.#assumptions.values()];
    return order.filter((one) => clash.includes(one)).map(({ requirement }) => requirement);
  }

  #core(): readonly Assumption[] {
    const named = new Set([...this.#solver.unsatCore().values()].map((prop) => prop.toString()));
    return [...this.#assumptions.values()].filter(({ holds }) => named.has(holds.toString()));
  }

  #placement(): Placement {
    const model = this.#solver.model();
    const value = (term: Num): number => Number(model.eval(term, true).toString());
    const jobs = this.#variables.flatMap(({ demand, hart, offsets }) => {
      if (offsets.length === 0) return [];
      const on = value(hart);
      return Array.from({ length: this.#problem.hyperperiod / demand.period }, (_, job) => {
        return { demand, job, hart: on, start: job * demand.period + value(offsets[job % offsets.length]!) };
      });
    });
    return {
      kind: "placed",
      jobs: jobs.sort((a, b) => a.start - b.start || a.hart - b.hart),
      harts: this.#variables.map(({ hart }) => value(hart)),
    };
  }
}
