/* 64-bit arithmetic on a 32-bit machine: corner cases, fixed point, numbers of any length, and primes. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const int64_t CORNERS[] = {0, 1, -1, 2, 10, -7, INT32_MAX, INT32_MIN, UINT32_MAX, 0x100000000, 1000000007,
                                  0x123456789abcdef, INT64_MAX, INT64_MIN, INT64_MIN + 1};
enum { CORNER_COUNT = sizeof CORNERS / sizeof CORNERS[0] };

static void corners(void) {
    for (int i = 0; i < CORNER_COUNT; i++) {
        for (int j = 0; j < CORNER_COUNT; j++) {
            volatile int64_t hidden_a = CORNERS[i], hidden_b = CORNERS[j];
            int64_t a = hidden_a, b = hidden_b;
            uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
            printf("%" PRIx64 " %" PRIx64 " %d%d", ua * ub, ua + ub, a < b, ua < ub);
            /* The one overflow has no meaning in C. */
            if (b != 0 && !(a == INT64_MIN && b == -1)) {
                printf(" %" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64, a / b, a % b, ua / ub, ua % ub);
            }
            unsigned shift = (unsigned)(b & 63);
            printf(" %" PRIx64 " %" PRIx64 " %" PRIx64 "\n", ua << shift, (uint64_t)(a >> shift), ua >> shift);
        }
    }
}

/* ── Fixed point, 32 bits behind the point ───────────────────────────────────────────────────────────────────────── */

typedef int64_t fixed;
#define ONE ((fixed)1 << 32)

static fixed fixed_multiply(fixed a, fixed b) {
    int64_t high_a = a >> 32, high_b = b >> 32;
    uint64_t low_a = (uint32_t)a, low_b = (uint32_t)b;
    return (high_a * high_b << 32) + high_a * (int64_t)low_b + high_b * (int64_t)low_a + (int64_t)(low_a * low_b >> 32);
}

/* e^x by its series. */
static fixed fixed_exponential(fixed x) {
    fixed term = ONE, sum = ONE;
    for (int n = 1; term != 0 && n < 60; n++) {
        term = fixed_multiply(term, x) / n;
        sum += term;
    }
    return sum;
}

static void fixed_points(void) {
    for (int i = -16; i <= 16; i++) {
        fixed value = fixed_exponential(i * ONE / 4);
        printf("exp(%d/4) = %" PRId32 ".%09" PRIu64 "\n", i, (int32_t)(value >> 32),
               ((uint64_t)(uint32_t)value * 1000000000u) >> 32);
    }
}

/* ── Numbers of any length ───────────────────────────────────────────────────────────────────────────────────────── */

enum { LIMBS = 64 };
typedef struct {
    uint32_t limbs[LIMBS];
    int used;
} natural;

static void natural_multiply(natural *number, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < number->used; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) number->limbs[number->used++] = (uint32_t)carry;
}

/* Divides, and returns the rest. */
static uint32_t natural_divide(natural *number, uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = number->used - 1; i >= 0; i--) {
        rest = rest << 32 | number->limbs[i];
        number->limbs[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    while (number->used > 0 && number->limbs[number->used - 1] == 0) number->used--;
    return (uint32_t)rest;
}

static void natural_print(natural number) {
    uint32_t groups[LIMBS * 2];
    int count = 0;
    while (number.used > 0) groups[count++] = natural_divide(&number, 1000000000);
    printf("%" PRIu32, groups[--count]);
    while (count > 0) printf("%09" PRIu32, groups[--count]);
    printf("\n");
}

static void factorials(void) {
    natural product = {{1}, 1};
    for (uint32_t n = 1; n <= 200; n++) {
        natural_multiply(&product, n);
        if (n % 25 == 0) natural_print(product);
    }
}

/* ── Primes ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* a * b modulo m, by doubling: no product of 128 bits is needed. */
static uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t m) {
    uint64_t result = 0;
    for (a %= m; b != 0; b >>= 1) {
        if (b & 1) result = result >= m - a ? result - (m - a) : result + a;
        a = a >= m - a ? a - (m - a) : a + a;
    }
    return result;
}

static uint64_t power_modulo(uint64_t base, uint64_t exponent, uint64_t m) {
    uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) result = multiply_modulo(result, base, m);
        base = multiply_modulo(base, base, m);
    }
    return result;
}

/* Miller and Rabin, certain below 2^64 with these witnesses. */
static int is_prime(uint64_t n) {
    static const uint8_t witnesses[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2) return 0;
    for (unsigned i = 0; i < sizeof witnesses; i++)
        if (n % witnesses[i] == 0) return n == witnesses[i];
    int twos = __builtin_ctzll(n - 1);
    for (unsigned i = 0; i < sizeof witnesses; i++) {
        uint64_t x = power_modulo(witnesses[i], (n - 1) >> twos, n);
        int composite = x != 1 && x != n - 1;
        for (int round = 1; round < twos && composite; round++) {
            x = multiply_modulo(x, x, n);
            composite = x != n - 1;
        }
        if (composite) return 0;
    }
    return 1;
}

static void primes(void) {
    int found = 0;
    for (uint64_t n = 1000000000000000000u; found < 3; n++) {
        if (!is_prime(n)) continue;
        printf("%" PRIu64 " is prime, %d bits set, %d leading zeros\n", n, __builtin_popcountll(n), __builtin_clzll(n));
        found++;
    }
}

int main(void) {
    corners();
    fixed_points();
    factorials();
    primes();
    return 0;
}
