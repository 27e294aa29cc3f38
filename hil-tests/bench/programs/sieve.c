/* The sieve of Eratosthenes over 64 KiB of bytes: tight loops of loads and stores. */
#include "bench.h"

const char bench_name[] = "sieve";

#define SIZE 65536
static uint8_t is_prime[SIZE];

uint32_t bench_run(uint32_t iterations) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < iterations; round++) {
        uint32_t size = SIZE - (round & 7);
        uint32_t primes = 0;
        for (uint32_t i = 0; i < size; i++) is_prime[i] = 1;
        for (uint32_t i = 2; i * i < size; i++) {
            if (!is_prime[i]) continue;
            for (uint32_t multiple = i * i; multiple < size; multiple += i) is_prime[multiple] = 0;
        }
        for (uint32_t i = 2; i < size; i++) primes += is_prime[i];
        sum = sum * 33u + primes;
    }
    return sum;
}
