/* Runs a benchmark on the `virt` board: prints "name checksum" on the UART and powers the board off. */
#include "bench.h"

#include "../../programs/print.h"

volatile uint32_t bench_iterations = ITERATIONS;

int main(void) {
    uint32_t checksum = bench_run(bench_iterations);
    print("%s %x\n", bench_name, checksum);
    finish(0);
}

/* What gcc calls for structures that it copies or clears. */

void *memcpy(void *to, const void *from, size_t count) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if ((((uintptr_t)out | (uintptr_t)in) & 3) == 0) {
        for (; count >= 4; count -= 4, out += 4, in += 4) *(uint32_t *)out = *(const uint32_t *)in;
    }
    while (count-- > 0) *out++ = *in++;
    return to;
}

void *memset(void *to, int value, size_t count) {
    uint8_t *out = to;
    while (count-- > 0) *out++ = (uint8_t)value;
    return to;
}
