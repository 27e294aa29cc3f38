/* partitions/st/testing/crunch.st in C. */
#include "bench.h"

#include <stdbool.h>

const char bench_name[] = "crunch";

struct sample {
    int16_t id;
    float val;
    bool ok;
};

static float a[8][8], b[8][8], c[8][8];
static uint8_t buf[32];
static int16_t v[32];
static struct sample rec[8];
static int32_t n;
static uint32_t seed = 12345;
static uint32_t check;

static uint32_t bitrev(uint32_t x) {
    uint32_t y = 0;
    for (int i = 0; i <= 31; i++) {
        y = (y << 1) | (x & 1);
        x >>= 1;
    }
    return y;
}

static uint16_t crc16(const uint8_t *bytes, int count) {
    uint16_t crc = 0xFFFF;
    for (int i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int j = 0; j <= 7; j++) crc = crc & 1 ? (uint16_t)((crc >> 1) ^ 0xA001) : (uint16_t)(crc >> 1);
    }
    return crc;
}

static NOINLINE void scan(void) {
    n++;
    for (int i = 0; i <= 31; i++) {
        seed = seed * 1103515245u + 12345u;
        v[i] = (int16_t)((seed / 65536u) % 32768u);
        buf[i] = (uint8_t)((seed / 256u) % 256u);
    }
    for (int i = 0; i <= 7; i++) {
        for (int j = 0; j <= 7; j++) {
            a[i][j] = (float)v[i * 4 % 32] * 0.001f + (float)j;
            b[i][j] = (float)v[j * 4 % 32] * 0.002f - (float)i;
        }
    }
    for (int i = 0; i <= 7; i++) {
        for (int j = 0; j <= 7; j++) {
            float s = 0.0f;
            for (int k = 0; k <= 7; k++) s += a[i][k] * b[k][j];
            c[i][j] = s;
        }
        rec[i].id = (int16_t)i;
        rec[i].val = c[i][i];
        rec[i].ok = c[i][i] > 100.0f;
    }
    for (int i = 1; i <= 31; i++) {
        int16_t t = v[i];
        int j = i - 1;
        while (j >= 0 && v[j] > t) {
            v[j + 1] = v[j];
            j--;
        }
        v[j + 1] = t;
    }
    check = ((check << 3) | (check >> 29)) ^ crc16(buf, 32) ^ bitrev(seed);
    if (rec[3].ok) check ^= 0x55;
    check ^= (uint32_t)(int32_t)v[16];
}

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) scan();
    return check;
}
