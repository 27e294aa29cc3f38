/* bits.st in C. */
#include "bench.h"

#include <stdbool.h>

const char bench_name[] = "bits";

static uint32_t crc[256];
static bool inputs[32], latched[32], ready;
static uint32_t shift_register = 0xACE12468u;
static uint32_t check;

static uint16_t gray(uint16_t x) { return (uint16_t)(x ^ (x >> 1)); }

static bool parity(uint32_t x) {
    x ^= x >> 16;
    x ^= x >> 8;
    x ^= x >> 4;
    x ^= x >> 2;
    x ^= x >> 1;
    return x & 1;
}

static NOINLINE void scan(void) {
    if (!ready) {
        ready = true;
        for (uint32_t i = 0; i <= 255; i++) {
            uint32_t value = i;
            for (int j = 1; j <= 8; j++) value = value & 1 ? (value >> 1) ^ 0xEDB88320u : value >> 1;
            crc[i] = value;
        }
    }
    for (int i = 0; i <= 31; i++) {
        uint32_t r = shift_register;
        shift_register = (r >> 1) | (((r ^ (r >> 2) ^ (r >> 3) ^ (r >> 5)) & 1) << 31);
        inputs[i] = (shift_register >> 7) & 1;
    }
    uint32_t packed = 0, changed = 0;
    for (int i = 0; i <= 31; i++) {
        packed <<= 1;
        changed <<= 1;
        if (inputs[i]) packed |= 1;
        if (inputs[i] != latched[i]) {
            changed |= 1;
            latched[i] = inputs[i];
        }
    }
    int32_t ones = 0;
    for (uint32_t value = packed; value != 0; value &= value - 1) ones++;
    uint32_t sum = 0xFFFFFFFFu;
    for (int i = 0; i <= 3; i++) sum = (sum >> 8) ^ crc[(sum ^ (packed >> (i * 8))) & 0xFF];
    int32_t scaled = (int32_t)(packed & 0x7FFF) * 1000 / 27648 + ones * 100 / 7 - (int32_t)(sum & 0xFFF) % 60;
    if (parity(changed)) scaled = -scaled;
    check = ((check << 7) | (check >> 25)) ^ sum ^ (uint32_t)scaled ^ gray((uint16_t)packed);
}

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) scan();
    return check;
}
