/* filters.st in C. */
#include "bench.h"

const char bench_name[] = "filters";

struct section {
    float b0, b1, b2, a1, a2, z1, z2;
};

struct channel {
    float x, y, peak;
    struct section sections[2];
    float values[8];
    int16_t at;
    float sum, before, old;
};

#define SECTION {0.2f, 0.4f, 0.2f, -0.35f, 0.15f, 0, 0}
#define CHANNEL {.sections = {SECTION, SECTION}}
#define FOUR CHANNEL, CHANNEL, CHANNEL, CHANNEL
static struct channel channels[16] = {FOUR, FOUR, FOUR, FOUR};
static int16_t n;
static uint32_t seed = 7;
static float check;

static float minimum(float a, float b) { return a < b ? a : b; }
static float maximum(float a, float b) { return a > b ? a : b; }

static float median(float a, float b, float c) {
    return maximum(minimum(a, b), minimum(maximum(a, b), c));
}

static void channel_run(struct channel *c) {
    float v = median(c->x, c->before, c->old);
    c->old = c->before;
    c->before = c->x;
    for (int i = 0; i < 2; i++) {
        struct section *s = &c->sections[i];
        c->y = s->b0 * v + s->z1;
        s->z1 = s->b1 * v - s->a1 * c->y + s->z2;
        s->z2 = s->b2 * v - s->a2 * c->y;
        v = c->y;
    }
    c->sum = c->sum + v - c->values[c->at];
    c->values[c->at] = v;
    c->at = (int16_t)((c->at + 1) % 8);
    c->y = c->sum / 8.0f;
    c->peak = maximum(c->peak * 0.999f, __builtin_fabsf(c->y));
}

static NOINLINE void scan(void) {
    float total = 0.0f;
    n = (int16_t)((n + 1) % 200);
    for (int i = 0; i <= 15; i++) {
        seed = seed * 1664525u + 1013904223u;
        channels[i].x = (float)(n - 100) * 0.01f + (float)i + (float)(seed / 16777216u) * 0.001f;
        channel_run(&channels[i]);
        total = total + channels[i].y * 0.0625f + __builtin_sqrtf(channels[i].peak);
    }
    check = check * 0.5f + total;
}

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) scan();
    union {
        float real;
        uint32_t bits;
    } last = {check};
    return last.bits;
}
