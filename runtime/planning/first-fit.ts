/**
 * A quick look for a table whose slots lie whole periods apart, before a solver is asked: each demand in turn takes the first hart
 * that has room for it, at the earliest offset there. It proves nothing when it finds none, but what it finds of a hundred
 * partitions in milliseconds may take a solver minutes (Korst et al. 1991 schedule strictly periodic tasks in this way).
 */
import { greatestCommonDivisor } from "../arithmetic.ts";
import type { Demand } from "./demand.ts";
import type { Placement, Problem } from "./whole-slots.ts";

/** Where a demand's jobs lie: on the hart, `offset` behind each release. */
interface Seat {
  readonly demand: Demand;
  readonly hart: number;
  readonly offset: number;
}

type Order = (a: Demand, b: Demand) => number;

/** Who comes often is the hardest to place; who takes long, the next. The second order has them the other way round. */
const ORDERS: readonly Order[] = [
  (a, b) => a.period - b.period || b.duration - a.duration || a.deadline - b.deadline,
  (a, b) => b.duration - a.duration || a.period - b.period || a.deadline - b.deadline,
];

/** null: none was found, which says nothing. */
export const firstFit = (problem: Problem): Placement | null => {
  for (const order of ORDERS) {
    const seats = seated(problem, order);
    if (seats !== null) return placementOf(problem, seats);
  }
  return null;
};

const seated = ({ demands, harts }: Problem, order: Order): readonly Seat[] | null => {
  const seats = new Map<string, Seat>();
  const waiting = [...demands].sort(order);
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ after }) => after.every((name) => seats.has(name)));
    const [demand] = waiting.splice(next, next < 0 ? 0 : 1);
    const seat = demand === undefined ? null : seatFor(demand, harts, seats);
    if (seat === null) return null;
    seats.set(seat.demand.partition, seat);
  }
  return [...seats.values()];
};

const seatFor = (demand: Demand, harts: number, seats: ReadonlyMap<string, Seat>): Seat | null => {
  const ends = demand.after.map((name) => seats.get(name)!).map((seat) => seat.offset + seat.demand.duration);
  const earliest = Math.max(0, ...ends);
  const candidates = demand.hart === null ? Array.from({ length: harts }, (_, hart) => hart) : [demand.hart];
  for (const hart of candidates) {
    const others = [...seats.values()].filter((seat) => seat.hart === hart);
    const offset = firstFree(demand, earliest, others);
    if (offset !== null) return { demand, hart, offset };
  }
  return null;
};

/** The first offset from `earliest` on at which no job meets one of the others; null: there is none in time. */
const firstFree = (demand: Demand, earliest: number, others: readonly Seat[]): number | null => {
  const { duration, deadline } = demand;
  for (let offset = earliest, clear = 0; offset + duration <= deadline; ) {
    if (clear === others.length) return offset;
    const wait = waitFor(others[clear]!, demand, offset);
    if (wait === null) return null;
    clear = wait === 0 ? clear + 1 : 0;
    offset += wait;
  }
  return null;
};

/**
 * How much later than `offset` the jobs are clear of that seat's: of two periods all distances between releases occur that are multiples of
 * their greatest common divisor. null: they never are.
 */
const waitFor = ({ demand: taken, offset: start }: Seat, demand: Demand, offset: number): number | null => {
  const turn = greatestCommonDivisor(taken.period, demand.period);
  if (taken.duration + demand.duration > turn) return null;
  const behind = (((offset - start) % turn) + turn) % turn;
  if (behind < taken.duration) return taken.duration - behind;
  return behind + demand.duration <= turn ? 0 : turn - behind + taken.duration;
};

const placementOf = ({ demands, hyperperiod }: Problem, seats: readonly Seat[]): Placement => {
  const jobs = seats.flatMap(({ demand, hart, offset }) =>
    Array.from({ length: hyperperiod / demand.period }, (_, job) => {
      return { demand, job, hart, start: job * demand.period + offset };
    }),
  );
  return {
    kind: "placed",
    jobs: jobs.sort((a, b) => a.start - b.start || a.hart - b.hart),
    harts: demands.map((demand) => seats.find((seat) => seat.demand === demand)!.hart),
  };
};
