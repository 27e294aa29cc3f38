/* Runs a benchmark natively: prints "name checksum seconds". The argument, if any, is the number of iterations. */
#define _POSIX_C_SOURCE 199309L
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds_between(struct timespec begin, struct timespec end) {
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

int main(int count, char **arguments) {
    volatile uint32_t iterations = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : ITERATIONS;
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    uint32_t checksum = bench_run(iterations);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%s %08x %.6f\n", bench_name, checksum, seconds_between(begin, end));
    return 0;
}
