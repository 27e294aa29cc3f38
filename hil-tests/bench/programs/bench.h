/* What a benchmark program gives to its main: a name, and work that comes out the same on every engine. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#define NOINLINE __attribute__((noinline))

extern const char bench_name[];

/* Does the work `iterations` times. Returns a checksum of all that it computed. */
uint32_t bench_run(uint32_t iterations);

/* Numbers that look random, the same on every engine (Numerical Recipes' generator). */
static inline uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#endif
