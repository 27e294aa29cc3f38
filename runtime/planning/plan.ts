/**
 * From what partitions require to a slot table, or to the requirements that clash. The most regular table is sought first; that
 * there is none at all is proved for the least regular kind.
 */
import {
  commonUnit,
  type Demand,
  hyperperiodOf,
  inUnits,
  MANNERS,
  type Manner,
  type Plan,
  type PlannedSlot,
} from "./demand.ts";
import { fill } from "./earliest-deadline.ts";
import { firstFit } from "./first-fit.ts";
import type { Z3 } from "./solver.ts";
import { tighten } from "./tighten.ts";
import { type Placed, type Placement, type Problem, type WholeSlots, WholeSlotsSearch } from "./whole-slots.ts";

export interface PlanOptions {
  readonly harts: number;
  /** For each manner of table; what is not found by then is given up. */
  readonly timeoutMs: number;
}

/** All `after` name partitions of the same period that are there; durations are above 0, deadlines within periods. */
export const plan = async (z3: Z3, demands: readonly Demand[], options: PlanOptions): Promise<Plan> => {
  const unit = commonUnit(demands);
  const inOwnUnits = demands.map((demand) => inUnits(demand, unit));
  const found = await new Planner(z3, inOwnUnits, options).find();
  if (found.kind !== "planned") return found;
  const slots = found.slots.map((slot) => ({ ...slot, start: slot.start * unit, duration: slot.duration * unit }));
  return { ...found, majorFrame: found.majorFrame * unit, slots };
};

class Planner {
  readonly #z3: Z3;
  readonly #demands: readonly Demand[];
  readonly #options: PlanOptions;
  readonly #hyperperiod: number;

  constructor(z3: Z3, demands: readonly Demand[], options: PlanOptions) {
    this.#z3 = z3;
    this.#demands = demands;
    this.#options = options;
    this.#hyperperiod = hyperperiodOf(demands);
  }

  async find(): Promise<Plan> {
    const [best, ...others] = MANNERS;
    const quick = firstFit(this.#problemOf(best));
    if (quick !== null) return this.#planned(best, tighten(quick.jobs, true).map(slotOf));
    let found = await this.#findSo(best);
    for (const manner of others) if (found.kind !== "planned") found = await this.#findSo(manner);
    return found;
  }

  async #findSo(manner: Manner): Promise<Plan> {
    const problem = this.#problemOf(manner);
    const { divided } = problem;
    const search = new WholeSlotsSearch(this.#z3, problem, manner, this.#options.timeoutMs);
    if (divided.size > 0) search.leaveRoom({ start: 0, end: this.#hyperperiod });
    for (;;) {
      const found: WholeSlots = await search.solve();
      if (found.kind !== "placed") return found;
      const jobs = divided.size > 0 ? found.jobs : tighten(found.jobs, problem.periodic);
      const filling = this.#fillAll(found, jobs, divided);
      if ("slots" in filling) return this.#planned(manner, filling.slots);
      search.leaveRoom(filling.stretch);
    }
  }

  #problemOf(manner: Manner): Problem {
    return {
      demands: this.#demands,
      harts: this.#options.harts,
      hyperperiod: this.#hyperperiod,
      periodic: manner === "periodic",
      divided: new Set(manner === "divided" ? this.#demands.filter((demand) => this.#mayBeDivided(demand)) : []),
    };
  }

  #planned(manner: Manner, slots: readonly PlannedSlot[]): Plan {
    return { kind: "planned", manner, majorFrame: this.#hyperperiod, slots };
  }

  /** What is not tied to one stretch of time in a period. */
  #mayBeDivided(demand: Demand): boolean {
    const isAwaited = this.#demands.some(({ after }) => after.includes(demand.partition));
    return demand.jitter === null && demand.after.length === 0 && !isAwaited;
  }

  #fillAll({ harts }: Placement, whole: readonly Placed[], divided: ReadonlySet<Demand>) {
    const slots = whole.map(slotOf);
    for (let hart = 0; hart < this.#options.harts; hart++) {
      const taken = whole
        .filter((job) => job.hart === hart)
        .map(({ start, demand }) => ({ start, end: start + demand.duration }));
      const here = this.#demands.filter((demand, at) => divided.has(demand) && harts[at] === hart);
      const filling = fill(here, taken, hart, this.#hyperperiod);
      if (filling.kind === "overloaded") return filling;
      slots.push(...filling.slots);
    }
    return { slots: slots.sort((a, b) => a.start - b.start || a.hart - b.hart) };
  }
}

const slotOf = ({ demand: { partition, duration }, hart, start }: Placed): PlannedSlot => ({
  partition,
  hart,
  start,
  duration,
});
