/* Calls a scan that does nothing. */
#include "bench.h"

const char bench_name[] = "empty";

static NOINLINE void scan(void) { __asm__ volatile(""); }

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) scan();
    return 0;
}
