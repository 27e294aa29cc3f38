/**
 * Writes the benchmark with a large image: some 600 different functions, more than 200 KB of machine code, all of them called in
 * every iteration, so that an engine is at full speed only when it has all of the image. The same text for the same seed.
 */
import { uniform } from "../plants/random.ts";

const SEED = 2026;
const TASKS = 48;
const STEPS_PER_TASK = 13;
const HELPERS = 24;

/** The C source: a translation unit that gives what bench.h asks for. */
export const largeProgram = (): string => {
  const choose = new Chooser(SEED);
  const steps = Array.from({ length: TASKS * STEPS_PER_TASK }, (_, index) => step(choose, `step_${index}`));
  const tasks = Array.from({ length: TASKS }, (_, index) => task(choose, index));
  return [
    PREAMBLE,
    ...Array.from({ length: HELPERS }, (_, index) => helper(choose, index)),
    ...steps,
    ...tasks,
    `static Task *const tasks[] = {${Array.from({ length: TASKS }, (_, index) => `task_${index}`).join(", ")}};`,
    MAIN,
  ].join("\n");
};

const PREAMBLE = `/* Generated: a large control program. */
#include "bench.h"

const char bench_name[] = "large";

typedef struct {
    int32_t level, rate, limit, total;
    uint32_t flags, count, mode, last;
    float value, filtered, gain;
    uint8_t history[16];
    int16_t curve[8];
} Unit;

typedef uint32_t Task(uint32_t);

#define UNITS 64
static Unit units[UNITS];
`;

const MAIN = `
uint32_t bench_run(uint32_t iterations) {
    uint32_t sum = 1;
    for (uint32_t i = 0; i < UNITS; i++) {
        units[i] = (Unit){.level = (int32_t)(i * 37), .limit = 1000, .mode = i % 5, .gain = 0.25f};
        for (uint32_t k = 0; k < 8; k++) units[i].curve[k] = (int16_t)(k * k * (i + 3));
    }
    for (uint32_t round = 0; round < iterations; round++) {
        for (uint32_t i = 0; i < sizeof tasks / sizeof *tasks; i++) sum = sum * 31u + tasks[i](sum + round);
    }
    return sum;
}
`;

class Chooser {
  readonly #even: () => number;

  constructor(seed: number) {
    this.#even = uniform(seed);
  }

  /** A whole number, `least` … `most`. */
  number(least: number, most: number): number {
    return least + Math.floor(this.#even() * (most - least + 1));
  }

  one<T>(items: readonly T[]): T {
    return items[this.number(0, items.length - 1)]!;
  }

  integer = (): string => this.one(["level", "rate", "total", "limit"]);
  word = (): string => this.one(["flags", "count", "last"]);
  odd = (): string => `${2 * this.number(100, 2 ** 30) + 1}u`;
  bit = (): string => `${2 ** this.number(0, 15)}u`;
  /** A fraction of one. */
  fraction = (): string => `${(this.number(1, 99) / 100).toFixed(2)}f`;
}

/** A stretch of a function's body; it reads and writes the unit `u` and the word `x`. */
type Stretch = (choose: Chooser) => string;

const STRETCHES: readonly Stretch[] = [
  // Limits and alarms.
  (c) => {
    const field = c.integer();
    const bound = c.number(500, 30_000);
    return `if (u->${field} > ${bound}) {
        u->flags |= ${c.bit()};
        u->${field} = ${bound} - (int32_t)(x & ${c.number(15, 255)});
    } else if (u->${field} < -${bound}) {
        u->flags |= ${c.bit()};
        u->${field} = -${bound};
    } else {
        u->flags &= ~${c.bit()};
    }`;
  },
  // A sequence of steps.
  (c) => {
    const count = c.number(4, 9);
    const cases = Array.from({ length: count }, (_, at) => {
      const next = c.number(0, count - 1);
      const condition = c.one([
        `u->level > ${c.number(-500, 900)}`,
        `(x & ${c.bit()}) != 0`,
        `u->count % ${c.number(2, 7)}u == 0`,
      ]);
      return `    case ${at}:
        u->${c.integer()} += ${c.number(-40, 40)};
        if (${condition}) u->mode = ${next};
        break;`;
    });
    return `switch (u->mode) {
${cases.join("\n")}
    default:
        u->mode = ${c.number(0, 3)};
    }`;
  },
  // A first-order filter and a controller, in single precision.
  (c) => `{
        float error = (float)(int32_t)(x & 1023u) * 0.01f - u->value;
        u->filtered += (error - u->filtered) * ${c.fraction()};
        u->value += u->filtered * u->gain * ${c.fraction()};
        if (u->value > ${c.number(20, 90)}.0f) u->value = ${c.number(1, 19)}.5f;
        x ^= (uint32_t)(int32_t)(u->value * ${c.number(2, 60)}.0f);
    }`,
  // History, searched.
  (c) => `{
        uint32_t most = 0, at = 0;
        u->history[x >> ${c.number(1, 20)} & 15] = (uint8_t)(x >> ${c.number(0, 12)});
        for (uint32_t i = 0; i < ${c.number(8, 16)}; i++) {
            if (u->history[i] < most) continue;
            most = u->history[i];
            at = i;
        }
        u->${c.word()} += most * ${c.number(3, 99)}u + at;
    }`,
  // A curve, interpolated.
  (c) => `{
        uint32_t place = (uint32_t)u->${c.integer()} >> ${c.number(2, 6)} & 0x6f;
        int32_t below = u->curve[place >> 4], above = u->curve[(place >> 4) + 1];
        u->${c.integer()} = below + (above - below) * (int32_t)(place & 15) / 16 + ${c.number(-99, 99)};
    }`,
  // Bits, packed and counted.
  (c) => `{
        uint32_t bits = x ^ u->flags << ${c.number(1, 9)};
        bits = (bits & 0x55555555u) + (bits >> 1 & 0x55555555u);
        bits = (bits & 0x33333333u) + (bits >> 2 & 0x33333333u);
        u->${c.word()} ^= bits << ${c.number(0, 12)} | (x >> ${c.number(17, 28)} & ${c.number(1, 255)}u);
    }`,
  // An edge, counted.
  (c) => `if ((x & ${c.bit()}) != 0 && (u->last & ${c.bit()}) == 0) {
        u->count++;
        u->total += ${c.number(1, 50)} - (int32_t)(u->count & 31);
    }
    u->last = x;`,
  // Integer arithmetic with division.
  (c) =>
    `u->${c.integer()} = (u->${c.integer()} % 8192 * ${c.number(3, 25)} + (int32_t)(x & 0xff)) / ${c.number(7, 60)} + ${c.number(-200, 200)};`,
  // A check sum over some bytes.
  (c) => `for (uint32_t i = 0; i < ${c.number(4, 10)}; i++) {
        x = (x << ${c.number(1, 9)} | x >> ${c.number(10, 22)}) ^ (u->history[i] + ${c.odd()});
    }`,
  // Another unit, coupled.
  (c) => `{
        Unit *other = &units[(x >> ${c.number(3, 15)}) % UNITS];
        if (other->level > u->level) {
            other->level -= ${c.number(1, 30)};
            u->level += ${c.number(1, 30)};
        } else {
            u->limit = other->limit + ${c.number(-20, 20)};
        }
    }`,
  // Energy in 64 bits.
  (c) => `{
        uint64_t product = (uint64_t)x * (u->count + ${c.odd()});
        u->${c.word()} += (uint32_t)(product >> ${c.number(20, 40)});
    }`,
  // What others share.
  (c) =>
    `x += helper_${c.number(0, HELPERS - 1)}(u, x >> ${c.number(0, 9)}) + helper_${c.number(0, HELPERS - 1)}(u, ${c.odd()});`,
];

const LEAST_STRETCHES = 3;
const MOST_STRETCHES = 8;

const step = (choose: Chooser, name: string): string => {
  const stretches = Array.from({ length: choose.number(LEAST_STRETCHES, MOST_STRETCHES) }, () =>
    choose.one(STRETCHES)(choose),
  );
  return `
static NOINLINE uint32_t ${name}(Unit *u, uint32_t x) {
    ${stretches.join("\n    ")}
    return x ^ (uint32_t)u->${choose.integer()} ^ u->${choose.word()};
}`;
};

const helper = (choose: Chooser, index: number): string => `
static NOINLINE uint32_t helper_${index}(const Unit *u, uint32_t x) {
    uint32_t sum = x * ${choose.odd()} + (uint32_t)u->${choose.integer()};
    if ((sum & ${choose.bit()}) != 0) sum ^= u->${choose.word()} >> ${choose.number(1, 9)};
    return (sum << ${choose.number(1, 30)}) + (sum >> ${choose.number(1, 20)});
}`;

/** Calls its own steps, each on another unit. */
const task = (choose: Chooser, index: number): string => {
  const calls = Array.from({ length: STEPS_PER_TASK }, (_, at) => {
    const unit = `&units[(x + ${choose.number(0, 63)}u) % UNITS]`;
    return `    x += step_${index * STEPS_PER_TASK + at}(${unit}, x ^ ${choose.odd()});`;
  });
  return `
static uint32_t task_${index}(uint32_t x) {
${calls.join("\n")}
    return x;
}`;
};
